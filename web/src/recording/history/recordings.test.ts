import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { RecordedMeeting, RecordingEntry, RecordingList } from '../../../../sfu/protocol/recording.ts';
import { Recordings } from './recordings.svelte.ts';

type Answer = { status: number; body?: unknown } | 'lost';

/** What the server has; and what it was asked. */
let list: RecordingList;
let answers: Map<string, Answer>;
let asked: string[];
/** Questions whose answer the test gives by hand. */
let held: Map<string, (answer: Answer) => void>;
let holds: Set<string>;

const listPath = 'GET /api/recordings';

function entry(id: string, more: Partial<RecordingEntry> = {}): RecordingEntry {
  return {
    id,
    kind: 'video',
    part: 1,
    state: 'ready',
    failure: null,
    beganAt: 1_000,
    durationMs: 60_000,
    bytes: 3_000_000,
    chapters: [],
    mp4: { state: 'none' },
    ...more,
  };
}

function meeting(id: string, recordings: RecordingEntry[], endedAt: number | null = 61_000): RecordedMeeting {
  return { meetingId: id, startedAt: 1_000, endedAt, people: [], consents: [], recordings };
}

function serves(meetings: RecordedMeeting[], usedBytes = 3_000_000): void {
  list = {
    storage: {
      usedBytes,
      reservedBytes: 0,
      limitBytes: 5_000_000_000,
      remainingMs: { video: 1, audio: 1 },
    },
    mail: null,
    canMail: true,
    meetings,
    next: null,
  };
}

beforeEach(() => {
  vi.useFakeTimers();
  serves([]);
  answers = new Map();
  asked = [];
  held = new Map();
  holds = new Set();
  vi.stubGlobal('fetch', async (path: string, { method, body }: RequestInit) => {
    const question = `${method ?? ''} ${path}`;
    asked.push(typeof body === 'string' ? `${question} ${body}` : question);
    // A server reads what it has when it is asked, not when its answer arrives.
    const read =
      answers.get(question) ?? (question === listPath ? { status: 200, body: list } : { status: 204 });
    const answer = holds.has(question)
      ? await new Promise<Answer>((resolve) => held.set(question, (given) => resolve(given)))
      : read;
    if (answer === 'lost') throw new TypeError('Failed to fetch');
    return new Response(answer.body === undefined ? null : JSON.stringify(answer.body), {
      status: answer.status,
    });
  });
});

afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

const settled = () => vi.advanceTimersByTimeAsync(0);
const times = (question: string) => asked.filter((each) => each === question).length;
const refusal = (status: number, code: string): Answer => ({ status, body: { code, message: code } });

async function opened(): Promise<{ recordings: Recordings; leave: () => void }> {
  const recordings = new Recordings();
  const leave = recordings.watch();
  await settled();
  return { recordings, leave };
}

describe('whoever looks at the history', () => {
  it('is not asked to wait for what is ready: the list is read once', async () => {
    serves([meeting('m', [entry('a')])]);
    const { recordings } = await opened();
    expect(recordings.find('a')?.meeting.meetingId).toBe('m');
    await vi.advanceTimersByTimeAsync(60_000);
    expect(times(listPath)).toBe(1);
  });

  it('sees a recording become ready by itself, and is told', async () => {
    serves([meeting('m', [entry('a', { state: 'finishing' })])]);
    const { recordings } = await opened();
    expect(recordings.news).toBeNull();
    serves([meeting('m', [entry('a')])]);
    await vi.advanceTimersByTimeAsync(3_000);
    expect(recordings.find('a')?.entry.state).toBe('ready');
    expect(recordings.news).toMatchObject({ what: 'ready', entry: { id: 'a' } });
    const known = times(listPath);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(times(listPath)).toBe(known);
  });

  it('sees why one could not be finished', async () => {
    serves([meeting('m', [entry('a', { state: 'finishing' })])]);
    const { recordings } = await opened();
    serves([meeting('m', [entry('a', { state: 'failed', failure: 'recording-disk' })])]);
    await vi.advanceTimersByTimeAsync(3_000);
    expect(recordings.news).toMatchObject({ what: 'failed', entry: { failure: 'recording-disk' } });
  });

  it('sees one that runs grow, without the server being asked all the time', async () => {
    serves([meeting('m', [entry('a', { state: 'recording', bytes: 1 })], null)]);
    const { recordings } = await opened();
    serves([meeting('m', [entry('a', { state: 'recording', bytes: 2 })], null)]);
    await vi.advanceTimersByTimeAsync(10_000);
    expect(recordings.find('a')?.entry.bytes).toBe(2);
    expect(times(listPath)).toBe(2);
  });

  it('asks no more after leaving, and at once on coming back', async () => {
    serves([meeting('m', [entry('a', { state: 'finishing' })])]);
    const { recordings, leave } = await opened();
    leave();
    await vi.advanceTimersByTimeAsync(60_000);
    expect(times(listPath)).toBe(1);
    recordings.watch();
    await settled();
    expect(times(listPath)).toBe(2);
  });

  it('keeps what was there while the line is lost, and goes on by itself when it is back', async () => {
    serves([meeting('m', [entry('a', { state: 'finishing' })])]);
    const { recordings } = await opened();
    answers.set(listPath, 'lost');
    await vi.advanceTimersByTimeAsync(3_000);
    expect(recordings.failure?.code).toBe('offline');
    expect(recordings.find('a')).not.toBeNull();
    serves([meeting('m', [entry('a')])]);
    answers.delete(listPath);
    await vi.advanceTimersByTimeAsync(30_000);
    expect(recordings.failure).toBeNull();
    expect(recordings.find('a')?.entry.state).toBe('ready');
  });

  it('reads why the list cannot be loaded, and can try again', async () => {
    answers.set(listPath, { status: 500, body: { code: 'internal', message: '' } });
    const { recordings } = await opened();
    expect(recordings.list).toBeNull();
    expect(recordings.failure?.code).toBe('internal');
    answers.delete(listPath);
    await recordings.load();
    expect(recordings.list).not.toBeNull();
    expect(recordings.failure).toBeNull();
  });

  it('is not asked for in vain when the sign-in has ended', async () => {
    serves([meeting('m', [entry('a', { state: 'finishing' })])]);
    const { recordings } = await opened();
    answers.set(listPath, refusal(401, 'sign-in-required'));
    await vi.advanceTimersByTimeAsync(3_000);
    expect(recordings.failure?.code).toBe('sign-in-required');
    const known = times(listPath);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(times(listPath)).toBe(known);
  });
});

describe('deleting a recording', () => {
  it('takes the row away, frees the room and says so', async () => {
    serves([meeting('m', [entry('a'), entry('b', { part: 2 })])], 6_000_000);
    const { recordings } = await opened();
    const removing = recordings.remove('a');
    expect(recordings.act('a').busy).toBe('remove');
    serves([meeting('m', [entry('b', { part: 2 })])], 3_000_000);
    expect(await removing).toBeNull();
    expect(recordings.find('a')).toBeNull();
    expect(recordings.find('b')).not.toBeNull();
    expect(recordings.news).toMatchObject({ what: 'removed', entry: { id: 'a' } });
    await settled();
    expect(recordings.list?.storage.usedBytes).toBe(3_000_000);
  });

  it('is asked once however often it is pressed', async () => {
    serves([meeting('m', [entry('a')])]);
    const { recordings } = await opened();
    await Promise.all([recordings.remove('a'), recordings.remove('a')]);
    await recordings.remove('a');
    expect(times('DELETE /api/recordings/a')).toBe(1);
  });

  it('leaves the row with the reason when it does not work, and then works', async () => {
    serves([meeting('m', [entry('a')])]);
    const { recordings } = await opened();
    answers.set('DELETE /api/recordings/a', 'lost');
    expect((await recordings.remove('a'))?.code).toBe('offline');
    expect(recordings.act('a')).toEqual({ busy: null, failure: { code: 'offline', details: {} } });
    expect(recordings.find('a')).not.toBeNull();
    answers.delete('DELETE /api/recordings/a');
    serves([]);
    expect(await recordings.remove('a')).toBeNull();
    expect(recordings.find('a')).toBeNull();
    expect(recordings.act('a').failure).toBeNull();
  });

  it('is done when somebody else has done it already', async () => {
    serves([meeting('m', [entry('a')])]);
    const { recordings } = await opened();
    answers.set('DELETE /api/recordings/a', refusal(404, 'recording-unknown'));
    expect(await recordings.remove('a')).toBeNull();
    expect(recordings.find('a')).toBeNull();
  });

  it('holds though an older list arrives after it', async () => {
    serves([meeting('m', [entry('a')])]);
    const { recordings } = await opened();
    const before = list;
    holds.add(listPath);
    void recordings.load();
    await settled();
    serves([]);
    await recordings.remove('a');
    holds.clear();
    held.get(listPath)!({ status: 200, body: before });
    await settled();
    expect(recordings.find('a')).toBeNull();
    expect(recordings.meetings).toEqual([]);
  });
});

describe('the MP4 copy', () => {
  const making = (done: number) => entry('a', { mp4: { state: 'making', done } });
  const post = 'POST /api/recordings/a/mp4';

  it('shows its bar with the press, then how far it is, then that it is there', async () => {
    serves([meeting('m', [entry('a')])]);
    const { recordings } = await opened();
    const begun = recordings.makeMp4('a');
    expect(recordings.find('a')?.entry.mp4).toEqual({ state: 'making', done: 0 });
    serves([meeting('m', [making(0.1)])]);
    await begun;
    await settled();
    expect(recordings.find('a')?.entry.mp4).toEqual({ state: 'making', done: 0.1 });
    serves([meeting('m', [making(0.7)])]);
    await vi.advanceTimersByTimeAsync(2_000);
    expect(recordings.find('a')?.entry.mp4).toEqual({ state: 'making', done: 0.7 });
    serves([meeting('m', [entry('a', { mp4: { state: 'ready', bytes: 4_000_000 } })])]);
    await vi.advanceTimersByTimeAsync(2_000);
    expect(recordings.find('a')?.entry.mp4).toEqual({ state: 'ready', bytes: 4_000_000 });
    expect(recordings.news?.what).toBe('mp4Ready');
  });

  it('is asked for once however often it is pressed', async () => {
    serves([meeting('m', [entry('a')])]);
    const { recordings } = await opened();
    const presses = [recordings.makeMp4('a'), recordings.makeMp4('a')];
    serves([meeting('m', [making(0)])]);
    await Promise.all(presses);
    await recordings.makeMp4('a');
    expect(times(post)).toBe(1);
  });

  it('says why it could not begin, and can be tried again', async () => {
    serves([meeting('m', [entry('a')])]);
    const { recordings } = await opened();
    answers.set(post, refusal(409, 'recording-quota'));
    expect((await recordings.makeMp4('a'))?.code).toBe('recording-quota');
    expect(recordings.find('a')?.entry.mp4).toEqual({ state: 'none' });
    expect(recordings.act('a').failure?.code).toBe('recording-quota');
    answers.delete(post);
    serves([meeting('m', [making(0)])]);
    expect(await recordings.makeMp4('a')).toBeNull();
    expect(recordings.act('a').failure).toBeNull();
    expect(times(post)).toBe(2);
  });

  it('tells that it broke off, and is made anew when asked', async () => {
    serves([meeting('m', [making(0.5)])]);
    const { recordings } = await opened();
    serves([meeting('m', [entry('a', { mp4: { state: 'failed', code: 'recording-disk' } })])]);
    await vi.advanceTimersByTimeAsync(2_000);
    expect(recordings.news?.what).toBe('mp4Failed');
    serves([meeting('m', [making(0)])]);
    await recordings.makeMp4('a');
    expect(times(post)).toBe(1);
    expect(recordings.find('a')?.entry.mp4.state).toBe('making');
  });

  it('stops when asked to', async () => {
    serves([meeting('m', [making(0.5)])]);
    const { recordings } = await opened();
    serves([meeting('m', [entry('a')])]);
    await recordings.cancelMp4('a');
    expect(times('DELETE /api/recordings/a/mp4')).toBe(1);
    expect(recordings.find('a')?.entry.mp4).toEqual({ state: 'none' });
    await vi.advanceTimersByTimeAsync(60_000);
    const known = times(listPath);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(times(listPath)).toBe(known);
  });
});

describe('a recording that the server cannot finish', () => {
  const minuteMs = 60_000;

  it('is asked for less often after a minute, and quickly again once something has come of it', async () => {
    serves([meeting('m', [entry('a', { state: 'finishing', bytes: 1 })])]);
    await opened();
    await vi.advanceTimersByTimeAsync(minuteMs);
    const early = times(listPath);
    expect(early).toBeGreaterThan(20);
    await vi.advanceTimersByTimeAsync(minuteMs);
    expect(times(listPath) - early).toBeLessThanOrEqual(5);
    serves([meeting('m', [entry('a', { state: 'finishing', bytes: 2 })])]);
    await vi.advanceTimersByTimeAsync(15_000);
    const changed = times(listPath);
    await vi.advanceTimersByTimeAsync(20_000);
    expect(times(listPath) - changed).toBeGreaterThanOrEqual(9);
  });

  it('is asked for quickly when somebody comes to look', async () => {
    serves([meeting('m', [entry('a', { state: 'finishing' })])]);
    const { recordings, leave } = await opened();
    await vi.advanceTimersByTimeAsync(2 * minuteMs);
    leave();
    recordings.watch();
    const known = times(listPath);
    await vi.advanceTimersByTimeAsync(20_000);
    expect(times(listPath) - known).toBeGreaterThanOrEqual(9);
  });
});

describe('the address for warnings', () => {
  it('is kept, and taken away again', async () => {
    const { recordings } = await opened();
    const saving = recordings.setMail('tanaka@example.com');
    expect(recordings.savingMail).toBe(true);
    list = { ...list, mail: 'tanaka@example.com' };
    expect(await saving).toBeNull();
    expect(asked).toContain('PUT /api/account/mail {"mail":"tanaka@example.com"}');
    expect(recordings.list?.mail).toBe('tanaka@example.com');
    list = { ...list, mail: null };
    await recordings.setMail(null);
    expect(recordings.list?.mail).toBeNull();
    expect(recordings.savingMail).toBe(false);
  });

  it('stays as it was when it cannot be saved', async () => {
    const { recordings } = await opened();
    answers.set('PUT /api/account/mail', refusal(400, 'bad-request'));
    expect((await recordings.setMail('x'))?.code).toBe('bad-request');
    expect(recordings.list?.mail).toBeNull();
    expect(recordings.savingMail).toBe(false);
  });
});
