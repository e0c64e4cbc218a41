import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { RecordingView } from '../../../sfu/protocol/recording.ts';
import { Recording } from './recording.svelte.ts';
import type { SeatLine } from './seat-line.svelte.ts';
import type { Signal } from './signal.ts';

const now = Date.parse('2026-04-01T10:00:00Z');
const minuteMs = 60_000;
const view: RecordingView = {
  state: 'off',
  kind: 'video',
  startsAt: null,
  recordedMs: 0,
  at: now,
  consent: 'none',
  problem: null,
  host: null,
};

beforeEach(() => vi.useFakeTimers({ now }));
afterEach(() => vi.useRealTimers());

function recordingOf() {
  const listeners = new Map<string, (revision: number, told: { recording: RecordingView }) => void>();
  const asked: unknown[] = [];
  const due: (() => void)[] = [];
  const line = {
    act: (name: string, input: unknown) => {
      asked.push([name, input]);
      return Promise.resolve(null);
    },
  };
  const signal = { on: (name: string, listener: never) => listeners.set(name, listener) };
  const recording = new Recording({
    line: line as unknown as SeatLine,
    signal: signal as unknown as Signal,
    notice: (_revision, apply) => due.push(apply),
  });
  return {
    recording,
    asked,
    due,
    notice: (told: RecordingView) => listeners.get('recording:changed')?.(1, { recording: told }),
  };
}

describe('a recording as the server tells it', () => {
  it('is unknown until somebody is in the meeting, and again when they have left it', () => {
    const { recording } = recordingOf();
    expect(recording.view).toBeNull();
    recording.apply({ recording: null, now });
    expect(recording.view).toBeNull();
    recording.apply({ recording: view, now });
    expect(recording.view).toEqual(view);
    recording.clear();
    expect(recording.view).toBeNull();
  });

  it('has its times by the clock of this page, however wrong that is', () => {
    const { recording, notice, due } = recordingOf();
    const server = now + 7 * minuteMs;
    recording.apply({
      recording: { ...view, state: 'announced', at: server, startsAt: server + 3_000 },
      now: server,
    });
    expect(recording.view).toMatchObject({ at: now, startsAt: now + 3_000 });
    vi.advanceTimersByTime(minuteMs);
    notice({ ...view, state: 'on', at: server + minuteMs });
    due.shift()?.();
    expect(recording.view).toMatchObject({ state: 'on', at: now + minuteMs, startsAt: null });
  });

  it('changes in the turn of the notice, not before', () => {
    const { recording, notice, due } = recordingOf();
    recording.apply({ recording: view, now });
    notice({ ...view, state: 'on' });
    expect(recording.view?.state).toBe('off');
    due.shift()?.();
    expect(recording.view?.state).toBe('on');
  });
});

describe('what a person does about it', () => {
  it('goes to the server over a line that waits', async () => {
    const { recording, asked } = recordingOf();
    await recording.start('audio');
    await recording.act('pause');
    await recording.act('agree');
    expect(asked).toEqual([
      ['recording:start', { kind: 'audio' }],
      ['recording:pause', {}],
      ['recording:agree', {}],
    ]);
  });
});
