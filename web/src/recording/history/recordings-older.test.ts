import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { RecordedMeeting, RecordingEntry } from '../../../../sfu/protocol/recording.ts';
import { Recordings } from './recordings.svelte.ts';

/* The server keeps these, newest first; it gives two to a page, and knows a place by the meeting before it. */
const pageMeetings = 2;
let kept: RecordedMeeting[];
let isAway: boolean;
/** What it was asked with. */
let asked: (string | null)[];

function keeps(ids: string[], change: (id: string) => Partial<RecordingEntry> = () => ({})): void {
  kept = ids.map((id) => ({
    meetingId: id,
    startedAt: Number(id),
    endedAt: Number(id) + 1,
    people: [],
    consents: [],
    recordings: [
      {
        id: `${id}-recording`,
        kind: 'video',
        part: 1,
        state: 'ready',
        failure: null,
        beganAt: Number(id),
        durationMs: 1,
        bytes: 1,
        chapters: [],
        mp4: { state: 'none' },
        ...change(id),
      },
    ],
  }));
}

beforeEach(() => {
  vi.useFakeTimers();
  isAway = false;
  asked = [];
  vi.stubGlobal('fetch', (path: string) => {
    if (isAway) return Promise.reject(new TypeError('Failed to fetch'));
    const before = new URL(path, 'https://taimen.example').searchParams.get('before');
    asked.push(before);
    const rest = kept.filter(({ startedAt }) => before === null || startedAt < Number(before));
    const meetings = rest.slice(0, pageMeetings);
    const next = rest.length > pageMeetings ? meetings.at(-1)?.meetingId : null;
    const storage = { usedBytes: 0, reservedBytes: 0, limitBytes: 1, remainingMs: { video: 1, audio: 1 } };
    return Promise.resolve(Response.json({ storage, mail: null, canMail: true, meetings, next }));
  });
});

afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

async function opened(): Promise<Recordings> {
  const recordings = new Recordings();
  recordings.watch();
  await vi.advanceTimersByTimeAsync(0);
  return recordings;
}

const shown = ({ meetings }: Recordings) => meetings.map(({ meetingId }) => meetingId).join('');

describe('a long history', () => {
  it('is shown as far as it is asked for', async () => {
    keeps(['9', '8', '7', '6', '5']);
    const recordings = await opened();
    expect(shown(recordings)).toBe('98');
    const presses = [recordings.loadOlder(), recordings.loadOlder()];
    expect(recordings.loadingOlder).toBe(true);
    await Promise.all(presses);
    expect(shown(recordings)).toBe('9876');
    expect(recordings.hasOlder).toBe(true);
    await recordings.loadOlder();
    expect(shown(recordings)).toBe('98765');
    expect(recordings.hasOlder).toBe(false);
    expect(asked).toEqual([null, '8', '6']);
  });

  it('stays as far as it was shown while something is waited for, and newer meetings come', async () => {
    keeps(['7', '6', '5', '4', '3'], (id) => (id === '7' ? { state: 'finishing' } : {}));
    const recordings = await opened();
    await recordings.loadOlder();
    keeps(['8', '7', '6', '5', '4', '3'], (id) => (id === '7' ? { state: 'finishing' } : {}));
    await vi.advanceTimersByTimeAsync(2_000);
    expect(shown(recordings)).toBe('87654');
    await recordings.loadOlder();
    expect(shown(recordings)).toBe('876543');
  });

  it('follows what is made on an older page, and loses there what was deleted elsewhere', async () => {
    keeps(['9', '8', '7', '6', '5'], (id) => (id === '7' ? { mp4: { state: 'making', done: 0.1 } } : {}));
    const recordings = await opened();
    await recordings.loadOlder();
    keeps(['9', '8', '7', '5'], (id) => (id === '7' ? { mp4: { state: 'making', done: 0.6 } } : {}));
    await vi.advanceTimersByTimeAsync(2_000);
    expect(recordings.find('7-recording')?.entry.mp4).toEqual({ state: 'making', done: 0.6 });
    expect(shown(recordings)).toBe('9875');
    expect(recordings.hasOlder).toBe(false);
  });

  it('loses what was deleted elsewhere on any page when it is looked at again', async () => {
    keeps(['9', '8', '7', '6', '5', '4']);
    const recordings = await opened();
    await recordings.loadOlder();
    keeps(['9', '7', '5', '4']);
    await recordings.load();
    expect(shown(recordings)).toBe('9754');
  });

  it('has no gap when so much has come that nothing known is left on the first page', async () => {
    keeps(['3', '2', '1']);
    const recordings = await opened();
    keeps(['9', '8', '7', '3', '2', '1']);
    await recordings.load();
    expect(shown(recordings)).toBe('98');
    await recordings.loadOlder();
    expect(shown(recordings)).toBe('9873');
  });

  it('says why it cannot be shown further, and goes on when asked again', async () => {
    keeps(['9', '8', '7']);
    const recordings = await opened();
    isAway = true;
    await recordings.loadOlder();
    expect(recordings.olderFailure?.code).toBe('offline');
    expect(shown(recordings)).toBe('98');
    isAway = false;
    await recordings.loadOlder();
    expect(recordings.olderFailure).toBeNull();
    expect(shown(recordings)).toBe('987');
  });
});
