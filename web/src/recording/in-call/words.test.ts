import { beforeEach, expect, test } from 'vitest';
import type { RecordingView, StorageView } from '../../../../sfu/protocol/recording.ts';
import { language } from '../../i18n/locale.svelte.ts';
import { changeLead, moreOf } from './words.ts';

const room: StorageView = {
  usedBytes: 0,
  reservedBytes: 0,
  limitBytes: 1_000,
  remainingMs: { video: 60_000, audio: 480_000 },
};
const none: StorageView = { ...room, limitBytes: 0, remainingMs: { video: 0, audio: 0 } };
const stopped = (storage: StorageView): RecordingView => ({
  state: 'off',
  kind: 'video',
  startsAt: null,
  recordedMs: 0,
  at: 0,
  consent: 'none',
  problem: 'recording-quota',
  host: { question: false, storage, waitingFor: [] },
});

beforeEach(() => language.choose('ja'));

test('who has no room at all is not told that deleting helps', () => {
  expect(moreOf('failed', stopped(room)).join(' ')).toContain('削除');
  const text = moreOf('failed', stopped(none)).join(' ');
  expect(text).toContain('録画の容量がありません');
  expect(text).not.toContain('削除');
});

test('changing to video says that everybody is told first and that meanwhile nothing is recorded', () => {
  expect(changeLead('video', false)).toMatch(/お知らせ.*約3秒は記録されません/u);
  expect(changeLead('audio', false)).not.toContain('お知らせ');
  expect(changeLead('video', true)).toContain('一時停止のまま');
  expect(changeLead('audio', true)).toContain('一時停止のまま');
});
