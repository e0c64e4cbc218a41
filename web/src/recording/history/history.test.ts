import { afterEach, describe, expect, it } from 'vitest';
import type { RecordedMeeting, StorageView } from '../../../../sfu/protocol/recording.ts';
import { daysOf } from '../../history/days.ts';
import { language } from '../../i18n/locale.svelte.ts';
import { chapterAt } from './chapters.ts';
import { day, exactTime, length, size, wholePercent } from './measures.ts';
import { canPlayWebm } from './playback.ts';
import { hasRoom, levelOf, shareOf, warningOf } from './storage-level.ts';
import { guestNames, reason, recordingName, whyFailed } from './words.ts';

afterEach(() => language.choose('ja'));

const local = (text: string) => new Date(text).getTime();

function meetingAt(startedAt: number, guests: string[] = []): RecordedMeeting {
  return {
    meetingId: String(startedAt),
    startedAt,
    endedAt: startedAt + 1,
    people: [
      { participantId: 'host', name: '山田', role: 'host' },
      ...guests.map((name, index) => ({ participantId: `g${index}`, name, role: 'guest' as const })),
    ],
    consents: [],
    recordings: [],
  };
}

describe('the meetings of a day', () => {
  it('stand together, by the clock of whoever reads, newest first', () => {
    const times = ['2026-11-22T09:00', '2026-11-21T23:59', '2026-11-21T00:00', '2025-11-21T12:00'].map(local);
    const days = daysOf(times.map((at) => meetingAt(at)));
    expect(days.map(({ meetings }) => meetings.map(({ startedAt }) => startedAt))).toEqual([
      [times[0]],
      [times[1], times[2]],
      [times[3]],
    ]);
    expect(new Set(days.map(({ key }) => key)).size).toBe(3);
  });

  it('are headed by the day, with the year when it is another one', () => {
    const now = local('2026-11-22T09:00');
    expect(day(local('2026-11-21T10:00'), now)).toBe('11月21日(土)');
    expect(day(local('2025-11-21T10:00'), now)).toBe('2025年11月21日(金)');
    language.choose('en');
    expect(day(local('2026-11-21T10:00'), now)).toMatch(/Sat.*21 November/u);
  });
});

describe('who was there', () => {
  it('is named; who has given no name is お客様', () => {
    expect(guestNames(meetingAt(0, ['田中', '']))).toBe('田中、お客様');
    expect(guestNames(meetingAt(0))).toBe('お客様の参加なし');
  });
});

describe('a recording', () => {
  const part = (number: number) => ({
    id: String(number),
    kind: 'video' as const,
    part: number,
    state: 'ready' as const,
    failure: null,
    beganAt: 0,
    durationMs: 1,
    bytes: 1,
    chapters: [],
    mp4: { state: 'none' as const },
  });

  it('is called by its number where there are several', () => {
    const only = { ...meetingAt(0), recordings: [part(1)] };
    expect(recordingName(part(1), only)).toBe('録画');
    const both = { ...only, recordings: [part(1), part(2)] };
    expect(recordingName(part(1), both)).toBe('録画 第1部');
    // The first one was deleted: the second one stays the second.
    expect(recordingName(part(2), { ...only, recordings: [part(2)] })).toBe('録画 第2部');
  });

  it('says why it failed in words of the history, for every code', () => {
    expect(reason({ code: 'recording-disk' })).toContain('ディスク');
    expect(reason({ code: 'recording-unknown' })).toContain('見つかりません');
    expect(reason({ code: 'offline' })).toContain('インターネット');
  });

  it('that is lost is not said to be kept', () => {
    const failed = { ...part(1), state: 'failed' as const, failure: 'recording-failed' as const };
    expect(whyFailed(failed)).toContain('自動でもう一度仕上げます');
    const text = whyFailed({ ...failed, failure: 'recording-lost' });
    expect(text).toContain('残っていません');
    expect(text).not.toContain('保存されています');
  });

  it('is played by a browser that knows what is in the file', () => {
    const browser = (...known: string[]) =>
      ({
        canPlayType: (type: string) => (known.some((name) => type.includes(name)) ? 'probably' : ''),
      }) as Pick<HTMLMediaElement, 'canPlayType'>;
    expect(canPlayWebm('video', browser('vp09.00'))).toBe(true);
    expect(canPlayWebm('video', browser('vp9'))).toBe(true);
    expect(canPlayWebm('video', browser('vp8'))).toBe(false);
    expect(canPlayWebm('audio', browser('opus'))).toBe(true);
    expect(canPlayWebm('audio', browser('vp8'))).toBe(false);
  });

  it('is at the last chapter that has begun', () => {
    const chapters = [0, 5_000, 9_000].map((startMs) => ({ startMs, title: '' }));
    expect(chapterAt(chapters, 0)).toBe(0);
    expect(chapterAt(chapters, 4_900)).toBe(0);
    // Where a browser has stopped a frame before it.
    expect(chapterAt(chapters, 4_960)).toBe(1);
    expect(chapterAt(chapters, 60_000)).toBe(2);
    expect(chapterAt(chapters.slice(1), 1_000)).toBe(-1);
    expect(chapterAt([], 0)).toBe(-1);
  });
});

describe('the room for recordings', () => {
  const used = (usedBytes: number, limitBytes = 1_000, reservedBytes = 0): StorageView => ({
    usedBytes,
    reservedBytes,
    limitBytes,
    remainingMs: { video: 60_000, audio: 480_000 },
  });
  const leaving = (storage: StorageView, videoMs: number): StorageView => ({
    ...storage,
    remainingMs: { video: videoMs, audio: 8 * videoMs },
  });

  it('is warned of at 80 and 95 percent (R5)', () => {
    expect(levelOf(used(799))).toBe('fine');
    expect(levelOf(used(800))).toBe('low');
    expect(levelOf(used(949))).toBe('low');
    expect(levelOf(used(950))).toBe('critical');
    expect(levelOf(used(1_000))).toBe('full');
    expect(levelOf(used(1_200))).toBe('full');
    expect(levelOf(used(0, 0))).toBe('nothing');
  });

  it('is warned of while a recording runs, whose file counts only when it is finished', () => {
    expect(levelOf(used(0, 1_000, 799))).toBe('fine');
    expect(levelOf(used(0, 1_000, 800))).toBe('low');
    expect(levelOf(used(700, 1_000, 250))).toBe('critical');
    expect(levelOf(used(700, 1_000, 300))).toBe('full');
    expect([used(0, 1_000, 799), used(0, 1_000, 800), used(0, 1_000, 1_000)].map(warningOf)).toEqual([
      null,
      'low',
      'critical',
    ]);
    expect(warningOf(used(0, 0))).toBeNull();
  });

  it('is full, and nothing is offered, with less left than a recording takes to begin', () => {
    const stopped = used(999_000, 1_000_000);
    expect(hasRoom(leaving(stopped, 2_000))).toBe(true);
    expect(levelOf(leaving(stopped, 1_999))).toBe('full');
    expect(hasRoom(leaving(stopped, 1_999))).toBe(false);
    expect(hasRoom(used(0, 0))).toBe(false);
  });

  it('is never more than all', () => {
    expect(shareOf(1_200, used(0))).toBe(1);
    expect(shareOf(0, used(0, 0))).toBe(1);
  });
});

describe('the log of consents', () => {
  it('has times to the second, with the day after midnight', () => {
    const meetingAt = local('2026-11-21T23:50:00');
    expect(exactTime(local('2026-11-21T23:59:58'), meetingAt)).toBe('23:59:58');
    expect(exactTime(local('2026-11-22T00:04:05'), meetingAt)).toMatch(/11月22日.*0?0:04:05/u);
    language.choose('en');
    expect(exactTime(local('2026-11-22T00:04:05'), meetingAt)).toMatch(/22 November.*00:04:05/u);
  });
});

describe('measures', () => {
  it('are written as the language writes them', () => {
    expect(size(198_000_000)).toBe('198 MB');
    expect(size(0)).toBe('0 MB');
    expect(size(4_123_000_000)).toBe('4.12 GB');
    expect(length(45_900)).toBe('45秒');
    expect(length(42 * 60_000)).toBe('42分');
    expect(length(270 * 60_000)).toBe('4時間30分');
    expect(length(37.5 * 3_600_000)).toBe('37時間');
    expect(wholePercent(0.999)).toBe('99%');
    expect(wholePercent(1)).toBe('100%');
    language.choose('en');
    expect(length(270 * 60_000)).toBe('4 hours 30 minutes');
  });
});
