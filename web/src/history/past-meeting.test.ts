import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { HistoryDetail } from '../../../sfu/protocol/history.ts';
import type { RecordingEntry } from '../../../sfu/protocol/recording.ts';
import { PastMeeting } from './past-meeting.svelte.ts';

type Answer = { status: number; body?: unknown } | 'lost';

/** What the server has; and what it was asked. */
let detail: HistoryDetail;
let answers: Map<string, Answer>;
let asked: string[];
/** Questions whose answer the test gives by hand. */
let held: Map<string, (answer: Answer) => void>;
let holds: Set<string>;

const detailPath = 'GET /api/history/m';

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

function serves(recordings: RecordingEntry[], more: Partial<HistoryDetail> = {}): void {
  detail = {
    meetingId: 'm',
    startedAt: 1_000,
    endedAt: 61_000,
    endReason: 'ended-by-host',
    connectionNumber: '00427',
    origin: null,
    people: [],
    result: null,
    note: '',
    shown: [],
    handedOver: [],
    brought: [],
    chat: [],
    consents: [],
    recordings,
    ...more,
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
      answers.get(question) ?? (question === detailPath ? { status: 200, body: detail } : { status: 204 });
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

async function opened(): Promise<{ past: PastMeeting; leave: () => void }> {
  const past = new PastMeeting('m');
  const leave = past.watch();
  await settled();
  return { past, leave };
}

describe('whoever looks at a meeting', () => {
  it('is not asked to wait for what is ready: it is read once', async () => {
    serves([entry('a')]);
    const { past } = await opened();
    expect(past.find('a')?.state).toBe('ready');
    await vi.advanceTimersByTimeAsync(60_000);
    expect(times(detailPath)).toBe(1);
  });

  it('sees a recording become ready by itself, and is told', async () => {
    serves([entry('a', { state: 'finishing' })]);
    const { past } = await opened();
    expect(past.news).toBeNull();
    serves([entry('a')]);
    await vi.advanceTimersByTimeAsync(3_000);
    expect(past.find('a')?.state).toBe('ready');
    expect(past.news).toMatchObject({ what: 'ready', entry: { id: 'a' } });
    const known = times(detailPath);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(times(detailPath)).toBe(known);
  });

  it('sees why one could not be finished', async () => {
    serves([entry('a', { state: 'finishing' })]);
    const { past } = await opened();
    serves([entry('a', { state: 'failed', failure: 'recording-disk' })]);
    await vi.advanceTimersByTimeAsync(3_000);
    expect(past.news).toMatchObject({ what: 'failed', entry: { failure: 'recording-disk' } });
  });

  it('sees one that runs grow, without the server being asked all the time', async () => {
    serves([entry('a', { state: 'recording', bytes: 1 })], { endedAt: null });
    const { past } = await opened();
    serves([entry('a', { state: 'recording', bytes: 2 })], { endedAt: null });
    await vi.advanceTimersByTimeAsync(10_000);
    expect(past.find('a')?.bytes).toBe(2);
    expect(times(detailPath)).toBe(2);
  });

  it('asks no more after leaving, and at once on coming back', async () => {
    serves([entry('a', { state: 'finishing' })]);
    const { past, leave } = await opened();
    leave();
    await vi.advanceTimersByTimeAsync(60_000);
    expect(times(detailPath)).toBe(1);
    past.watch();
    await settled();
    expect(times(detailPath)).toBe(2);
  });

  it('keeps what was there while the line is lost, and goes on by itself when it is back', async () => {
    serves([entry('a', { state: 'finishing' })]);
    const { past } = await opened();
    answers.set(detailPath, 'lost');
    await vi.advanceTimersByTimeAsync(3_000);
    expect(past.failure?.code).toBe('offline');
    expect(past.find('a')).not.toBeNull();
    serves([entry('a')]);
    answers.delete(detailPath);
    await vi.advanceTimersByTimeAsync(30_000);
    expect(past.failure).toBeNull();
    expect(past.find('a')?.state).toBe('ready');
  });

  it('reads why it cannot be loaded, and can try again', async () => {
    answers.set(detailPath, { status: 500, body: { code: 'internal', message: '' } });
    const { past } = await opened();
    expect(past.detail).toBeNull();
    expect(past.failure?.code).toBe('internal');
    answers.delete(detailPath);
    await past.load();
    expect(past.detail).not.toBeNull();
    expect(past.failure).toBeNull();
  });

  it('is not asked for in vain when the sign-in has ended', async () => {
    serves([entry('a', { state: 'finishing' })]);
    const { past } = await opened();
    answers.set(detailPath, refusal(401, 'sign-in-required'));
    await vi.advanceTimersByTimeAsync(3_000);
    expect(past.failure?.code).toBe('sign-in-required');
    const known = times(detailPath);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(times(detailPath)).toBe(known);
  });
});

describe('deleting a recording', () => {
  it('takes the row away and says so', async () => {
    serves([entry('a'), entry('b', { part: 2 })]);
    const { past } = await opened();
    const removing = past.remove('a');
    expect(past.act('a').busy).toBe('remove');
    serves([entry('b', { part: 2 })]);
    expect(await removing).toBeNull();
    expect(past.find('a')).toBeNull();
    expect(past.find('b')).not.toBeNull();
    expect(past.news).toMatchObject({ what: 'removed', entry: { id: 'a' } });
  });

  it('is asked once however often it is pressed', async () => {
    serves([entry('a')]);
    const { past } = await opened();
    await Promise.all([past.remove('a'), past.remove('a')]);
    await past.remove('a');
    expect(times('DELETE /api/recordings/a')).toBe(1);
  });

  it('leaves the row with the reason when it does not work, and then works', async () => {
    serves([entry('a')]);
    const { past } = await opened();
    answers.set('DELETE /api/recordings/a', 'lost');
    expect((await past.remove('a'))?.code).toBe('offline');
    expect(past.act('a')).toEqual({ busy: null, failure: { code: 'offline', details: {} } });
    expect(past.find('a')).not.toBeNull();
    answers.delete('DELETE /api/recordings/a');
    serves([]);
    expect(await past.remove('a')).toBeNull();
    expect(past.find('a')).toBeNull();
    expect(past.act('a').failure).toBeNull();
  });

  it('is done when somebody else has done it already', async () => {
    serves([entry('a')]);
    const { past } = await opened();
    answers.set('DELETE /api/recordings/a', refusal(404, 'recording-unknown'));
    expect(await past.remove('a')).toBeNull();
    expect(past.find('a')).toBeNull();
  });

  it('holds though an older answer arrives after it', async () => {
    serves([entry('a')]);
    const { past } = await opened();
    const before = detail;
    holds.add(detailPath);
    void past.load();
    await settled();
    serves([]);
    await past.remove('a');
    holds.clear();
    held.get(detailPath)!({ status: 200, body: before });
    await settled();
    expect(past.find('a')).toBeNull();
    expect(past.detail?.recordings).toEqual([]);
  });
});

describe('the MP4 copy', () => {
  const making = (done: number) => entry('a', { mp4: { state: 'making', done } });
  const post = 'POST /api/recordings/a/mp4';

  it('shows its bar with the press, then how far it is, then that it is there', async () => {
    serves([entry('a')]);
    const { past } = await opened();
    const begun = past.makeMp4('a');
    expect(past.find('a')?.mp4).toEqual({ state: 'making', done: 0 });
    serves([making(0.1)]);
    await begun;
    await settled();
    expect(past.find('a')?.mp4).toEqual({ state: 'making', done: 0.1 });
    serves([making(0.7)]);
    await vi.advanceTimersByTimeAsync(2_000);
    expect(past.find('a')?.mp4).toEqual({ state: 'making', done: 0.7 });
    serves([entry('a', { mp4: { state: 'ready', bytes: 4_000_000 } })]);
    await vi.advanceTimersByTimeAsync(2_000);
    expect(past.find('a')?.mp4).toEqual({ state: 'ready', bytes: 4_000_000 });
    expect(past.news?.what).toBe('mp4Ready');
  });

  it('is asked for once however often it is pressed', async () => {
    serves([entry('a')]);
    const { past } = await opened();
    const presses = [past.makeMp4('a'), past.makeMp4('a')];
    serves([making(0)]);
    await Promise.all(presses);
    await past.makeMp4('a');
    expect(times(post)).toBe(1);
  });

  it('says why it could not begin, and can be tried again', async () => {
    serves([entry('a')]);
    const { past } = await opened();
    answers.set(post, refusal(409, 'recording-quota'));
    expect((await past.makeMp4('a'))?.code).toBe('recording-quota');
    expect(past.find('a')?.mp4).toEqual({ state: 'none' });
    expect(past.act('a').failure?.code).toBe('recording-quota');
    answers.delete(post);
    serves([making(0)]);
    expect(await past.makeMp4('a')).toBeNull();
    expect(past.act('a').failure).toBeNull();
    expect(times(post)).toBe(2);
  });

  it('tells that it broke off, and is made anew when asked', async () => {
    serves([making(0.5)]);
    const { past } = await opened();
    serves([entry('a', { mp4: { state: 'failed', code: 'recording-disk' } })]);
    await vi.advanceTimersByTimeAsync(2_000);
    expect(past.news?.what).toBe('mp4Failed');
    serves([making(0)]);
    await past.makeMp4('a');
    expect(times(post)).toBe(1);
    expect(past.find('a')?.mp4.state).toBe('making');
  });

  it('stops when asked to', async () => {
    serves([making(0.5)]);
    const { past } = await opened();
    serves([entry('a')]);
    await past.cancelMp4('a');
    expect(times('DELETE /api/recordings/a/mp4')).toBe(1);
    expect(past.find('a')?.mp4).toEqual({ state: 'none' });
    await vi.advanceTimersByTimeAsync(60_000);
    const known = times(detailPath);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(times(detailPath)).toBe(known);
  });
});

describe('a recording that the server cannot finish', () => {
  const minuteMs = 60_000;

  it('is asked for less often after a minute, and quickly again once something has come of it', async () => {
    serves([entry('a', { state: 'finishing', bytes: 1 })]);
    await opened();
    await vi.advanceTimersByTimeAsync(minuteMs);
    const early = times(detailPath);
    expect(early).toBeGreaterThan(20);
    await vi.advanceTimersByTimeAsync(minuteMs);
    expect(times(detailPath) - early).toBeLessThanOrEqual(5);
    serves([entry('a', { state: 'finishing', bytes: 2 })]);
    await vi.advanceTimersByTimeAsync(15_000);
    const changed = times(detailPath);
    await vi.advanceTimersByTimeAsync(20_000);
    expect(times(detailPath) - changed).toBeGreaterThanOrEqual(9);
  });

  it('is asked for quickly when somebody comes to look', async () => {
    serves([entry('a', { state: 'finishing' })]);
    const { past, leave } = await opened();
    await vi.advanceTimersByTimeAsync(2 * minuteMs);
    leave();
    past.watch();
    const known = times(detailPath);
    await vi.advanceTimersByTimeAsync(20_000);
    expect(times(detailPath) - known).toBeGreaterThanOrEqual(9);
  });
});

describe('the result', () => {
  const patch = (result: string | null) => `PATCH /api/history/m ${JSON.stringify({ result })}`;

  it('is chosen at once and stored by itself', async () => {
    serves([]);
    const { past } = await opened();
    const saving = past.setResult('won');
    expect(past.result).toBe('won');
    expect(past.resultSaved).toBe(false);
    await saving;
    expect(asked).toContain(patch('won'));
    expect(past.resultSaved).toBe(true);
    expect(past.detail?.result).toBe('won');
  });

  it('is the one chosen last, however fast', async () => {
    serves([]);
    const { past } = await opened();
    await Promise.all([past.setResult('won'), past.setResult('lost'), past.setResult(null)]);
    expect(asked.filter((each) => each.startsWith('PATCH')).at(-1)).toBe(patch(null));
    expect(past.result).toBeNull();
  });

  it('stays chosen when it cannot be stored, says so, and can be stored again', async () => {
    serves([]);
    const { past } = await opened();
    answers.set('PATCH /api/history/m', 'lost');
    await past.setResult('continued');
    expect(past.result).toBe('continued');
    expect(past.resultFailure?.code).toBe('offline');
    // Reading the meeting meanwhile does not take it away.
    await past.load();
    expect(past.result).toBe('continued');
    answers.delete('PATCH /api/history/m');
    await past.setResult('continued');
    expect(past.resultFailure).toBeNull();
    expect(past.detail?.result).toBe('continued');
  });

  it('is stored later where it could not be, such as after a new sign-in', async () => {
    serves([]);
    const { past } = await opened();
    answers.set('PATCH /api/history/m', refusal(401, 'sign-in-required'));
    await past.setResult('won');
    expect(past.atRisk).toBe(true);
    answers.delete('PATCH /api/history/m');
    await past.flush();
    expect(past.atRisk).toBe(false);
    expect(past.detail?.result).toBe('won');
    const stored = asked.length;
    await past.flush();
    expect(asked, 'what is stored is not sent again').toHaveLength(stored);
  });
});
