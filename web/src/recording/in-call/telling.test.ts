import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { RecordingHostView, RecordingView } from '../../../../sfu/protocol/recording.ts';
import { recordedMs, secondsUntil } from './recorded-time.ts';
import { changeBetween, Telling } from './telling.svelte.ts';

const now = Date.parse('2026-04-01T10:00:00Z');
const off: RecordingView = {
  state: 'off',
  kind: 'video',
  startsAt: null,
  recordedMs: 0,
  at: now,
  consent: 'none',
  problem: null,
  host: null,
};
const announced: RecordingView = { ...off, state: 'announced', startsAt: now + 3_000, consent: 'given' };
const on: RecordingView = { ...off, state: 'on', consent: 'given' };
const paused: RecordingView = { ...on, state: 'paused' };
const failed: RecordingView = { ...off, problem: 'recording-disk' };
const host: RecordingHostView = {
  question: false,
  storage: { usedBytes: 0, reservedBytes: 0, limitBytes: 1, remainingMs: { video: 1, audio: 1 } },
  waitingFor: [],
};
const byHost = (view: RecordingView): RecordingView => ({ ...view, host });

describe('what is told of a recording', () => {
  it('is each step of it, once', () => {
    const steps = [off, announced, on, paused, { ...on, at: now + 1 }, off];
    const told = steps.map((view, index) => changeBetween(steps[index - 1] ?? null, view));
    expect(told).toEqual([null, 'announced', 'began', 'paused', 'resumed', 'stopped']);
    for (const view of steps) expect(changeBetween(view, { ...view, at: now + 5 })).toBeNull();
  });

  it('is a change from pictures to sound, and back', () => {
    expect(changeBetween(on, { ...on, kind: 'audio' })).toBe('changed');
    expect(changeBetween({ ...on, kind: 'audio' }, on)).toBe('changed');
  });

  it('is that it stopped by itself: to everybody who was recorded, and to the host at any time', () => {
    expect(changeBetween(on, failed)).toBe('failed');
    expect(changeBetween(null, failed)).toBeNull();
    expect(changeBetween(null, byHost(failed))).toBe('failed');
    expect(changeBetween(byHost(failed), byHost(failed))).toBeNull();
  });

  it('is that it runs, to a guest whose page comes to know of it late', () => {
    expect(changeBetween(null, on)).toBe('running');
    expect(changeBetween(null, byHost(on))).toBeNull();
  });

  it('is nothing to whoever is being asked, nor what they have just agreed to', () => {
    const asked: RecordingView = { ...on, consent: 'asked' };
    expect(changeBetween(null, asked)).toBeNull();
    expect(changeBetween(asked, { ...asked, state: 'paused' })).toBeNull();
    expect(changeBetween(asked, on)).toBeNull();
  });
});

describe('a notice', () => {
  beforeEach(() => vi.useFakeTimers({ now }));
  afterEach(() => vi.useRealTimers());

  const readingMs = 20_000;
  const glanceMs = 6_000;

  it('of what is to come stands until it comes, and then for long enough to be read', () => {
    const telling = new Telling();
    telling.follow(off);
    expect(telling.shown).toBeNull();
    telling.follow(announced);
    vi.advanceTimersByTime(60_000);
    expect(telling.shown).toBe('announced');
    telling.follow(on);
    vi.advanceTimersByTime(readingMs - 1);
    expect(telling.shown).toBe('began');
    vi.advanceTimersByTime(1);
    expect(telling.shown).toBeNull();
    expect(telling.last).toBe('began');
  });

  it('is short for the host, who has pressed the button', () => {
    const telling = new Telling();
    telling.follow(byHost(announced));
    telling.follow(byHost(on));
    vi.advanceTimersByTime(glanceMs);
    expect(telling.shown).toBeNull();
  });

  it('that it stopped by itself stays until it is read', () => {
    const telling = new Telling();
    telling.follow(on);
    telling.follow(failed);
    vi.advanceTimersByTime(3_600_000);
    expect(telling.shown).toBe('failed');
    telling.dismiss();
    expect(telling.shown).toBeNull();
  });

  it('makes room for the question to somebody who is asked', () => {
    const telling = new Telling();
    telling.follow(on);
    telling.follow({ ...on, consent: 'asked' });
    expect(telling.shown).toBeNull();
  });
});

describe('the time of a recording', () => {
  it('grows while it is on, and stands still while it is paused', () => {
    const view = { ...on, recordedMs: 65_000 };
    expect(recordedMs(view, now + 5_000)).toBe(70_000);
    expect(recordedMs({ ...view, state: 'paused' }, now + 5_000)).toBe(65_000);
    // The clock on the screen ticks once a second, and may be a little behind.
    expect(recordedMs(view, now - 400)).toBe(65_000);
  });

  it('counts down to the beginning', () => {
    expect(secondsUntil(announced, now)).toBe(3);
    expect(secondsUntil(announced, now + 2_100)).toBe(1);
    expect(secondsUntil(announced, now + 9_000)).toBe(0);
  });
});
