import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { HistoryMeeting } from '../../../sfu/protocol/history.ts';
import { Meetings } from './meetings.svelte.ts';
import { everything } from './question.ts';

/* The server keeps these, newest first; it gives two to a page, and knows a place by the meeting before it. */
const pageMeetings = 2;
let kept: HistoryMeeting[];
/** Where warnings go, and how it answers when another address is asked for. */
let mail: string | null;
let mailAnswer: Response;
/** A search whose answer the test gives by hand. */
let heldSearch: string | null;
let release: () => void;
let isAway: boolean;
/** What it was asked with. */
let asked: (string | null)[];

type Recording = HistoryMeeting['recordings'][number];

function keeps(ids: string[], change: (id: string) => Partial<Recording> = () => ({})): void {
  kept = ids.map((id) => ({
    meetingId: id,
    startedAt: Number(id),
    endedAt: Number(id) + 1,
    connectionNumber: null,
    people: [],
    origin: null,
    result: null,
    note: '',
    documents: [],
    recordings: [{ id: `${id}-recording`, kind: 'video', state: 'ready', durationMs: 1, ...change(id) }],
  }));
}

beforeEach(() => {
  vi.useFakeTimers();
  isAway = false;
  asked = [];
  mail = null;
  mailAnswer = new Response(null, { status: 204 });
  heldSearch = null;
  vi.stubGlobal('fetch', async (path: string, { method, body }: RequestInit) => {
    if (isAway) throw new TypeError('Failed to fetch');
    if (method === 'PUT') {
      if (mailAnswer.ok) ({ mail } = JSON.parse(body as string) as { mail: string | null });
      return mailAnswer;
    }
    const query = new URL(path, 'https://taimen.example').searchParams;
    const before = query.get('before');
    asked.push(before);
    const search = query.get('search');
    const rest = kept.filter(
      ({ meetingId, startedAt }) =>
        (before === null || startedAt < Number(before)) && (search === null || meetingId.includes(search)),
    );
    const meetings = rest.slice(0, pageMeetings);
    const next = rest.length > pageMeetings ? meetings.at(-1)?.meetingId : null;
    const storage = { usedBytes: 0, reservedBytes: 0, limitBytes: 1, remainingMs: { video: 1, audio: 1 } };
    const answer = Response.json({ storage, mail, canMail: true, meetings, next });
    if (search !== null && search === heldSearch) await new Promise<void>((resolve) => (release = resolve));
    return answer;
  });
});

afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

async function opened(): Promise<Meetings> {
  const list = new Meetings();
  list.watch();
  await vi.advanceTimersByTimeAsync(0);
  return list;
}

const shown = ({ meetings }: Meetings) => meetings.map(({ meetingId }) => meetingId).join('');

const stateOf = ({ meetings }: Meetings, id: string) =>
  meetings.find(({ meetingId }) => meetingId === id)?.recordings[0]?.state;

describe('a long history', () => {
  it('is shown as far as it is asked for', async () => {
    keeps(['9', '8', '7', '6', '5']);
    const list = await opened();
    expect(shown(list)).toBe('98');
    const presses = [list.loadOlder(), list.loadOlder()];
    expect(list.loadingOlder).toBe(true);
    await Promise.all(presses);
    expect(shown(list)).toBe('9876');
    expect(list.hasOlder).toBe(true);
    await list.loadOlder();
    expect(shown(list)).toBe('98765');
    expect(list.hasOlder).toBe(false);
    expect(asked).toEqual([null, '8', '6']);
  });

  it('stays as far as it was shown while something is waited for, and newer meetings come', async () => {
    keeps(['7', '6', '5', '4', '3'], (id) => (id === '7' ? { state: 'finishing' } : {}));
    const list = await opened();
    await list.loadOlder();
    keeps(['8', '7', '6', '5', '4', '3'], (id) => (id === '7' ? { state: 'finishing' } : {}));
    await vi.advanceTimersByTimeAsync(2_000);
    expect(shown(list)).toBe('87654');
    await list.loadOlder();
    expect(shown(list)).toBe('876543');
  });

  it('follows what is made on an older page, and loses there what was deleted elsewhere', async () => {
    keeps(['9', '8', '7', '6', '5'], (id) => (id === '7' ? { state: 'finishing' } : {}));
    const list = await opened();
    await list.loadOlder();
    keeps(['9', '8', '7', '5'], (id) => (id === '7' ? { state: 'ready' } : {}));
    await vi.advanceTimersByTimeAsync(2_000);
    expect(stateOf(list, '7')).toBe('ready');
    expect(list.news).toMatchObject({ what: 'ready', meeting: { meetingId: '7' } });
    expect(shown(list)).toBe('9875');
    expect(list.hasOlder).toBe(false);
  });

  it('loses what was deleted elsewhere on any page when it is looked at again', async () => {
    keeps(['9', '8', '7', '6', '5', '4']);
    const list = await opened();
    await list.loadOlder();
    keeps(['9', '7', '5', '4']);
    await list.load();
    expect(shown(list)).toBe('9754');
  });

  it('has no gap when so much has come that nothing known is left on the first page', async () => {
    keeps(['3', '2', '1']);
    const list = await opened();
    keeps(['9', '8', '7', '3', '2', '1']);
    await list.load();
    expect(shown(list)).toBe('98');
    await list.loadOlder();
    expect(shown(list)).toBe('9873');
  });

  it('says why it cannot be shown further, and goes on when asked again', async () => {
    keeps(['9', '8', '7']);
    const list = await opened();
    isAway = true;
    await list.loadOlder();
    expect(list.olderFailure?.code).toBe('offline');
    expect(shown(list)).toBe('98');
    isAway = false;
    await list.loadOlder();
    expect(list.olderFailure).toBeNull();
    expect(shown(list)).toBe('987');
  });
});

describe('a search', () => {
  const searchFor = (search: string) => ({ ...everything, search });

  it('lists what is found, with older ones of the same search, and then everything again', async () => {
    keeps(['95', '94', '15', '5', '4']);
    const list = await opened();
    list.ask(searchFor('5'));
    await vi.advanceTimersByTimeAsync(0);
    expect(list.meetings.map(({ meetingId }) => meetingId)).toEqual(['95', '15']);
    await list.loadOlder();
    expect(list.meetings.map(({ meetingId }) => meetingId)).toEqual(['95', '15', '5']);
    list.ask(everything);
    await vi.advanceTimersByTimeAsync(0);
    expect(list.meetings.map(({ meetingId }) => meetingId)).toEqual(['95', '94']);
    expect(list.hasOlder).toBe(true);
  });

  it('shows the answer to what was asked last, though an older one arrives after it', async () => {
    keeps(['9', '8', '7']);
    const list = await opened();
    heldSearch = '9';
    list.ask(searchFor('9'));
    await vi.advanceTimersByTimeAsync(0);
    list.ask(searchFor('7'));
    expect(list.answered).toEqual(everything);
    release();
    await vi.advanceTimersByTimeAsync(0);
    expect(shown(list)).toBe('7');
    expect(list.answered).toEqual(searchFor('7'));
  });

  it('that asks the same again is not asked of the server', async () => {
    keeps(['9']);
    const list = await opened();
    list.ask(searchFor(' '));
    await vi.advanceTimersByTimeAsync(0);
    expect(asked).toEqual([null]);
  });

  it('that cannot be answered says why, and is answered when asked again', async () => {
    keeps(['9', '8']);
    const list = await opened();
    isAway = true;
    list.ask(searchFor('8'));
    await vi.advanceTimersByTimeAsync(0);
    expect(list.failure?.code).toBe('offline');
    expect(list.answered).toEqual(everything);
    isAway = false;
    await list.load();
    expect(list.failure).toBeNull();
    expect(shown(list)).toBe('8');
  });
});

describe('the address for warnings', () => {
  it('is kept, and taken away again', async () => {
    keeps(['9']);
    const list = await opened();
    const saving = list.setMail('tanaka@example.com');
    expect(list.savingMail).toBe(true);
    expect(await saving).toBeNull();
    expect(mail).toBe('tanaka@example.com');
    expect(list.account?.mail).toBe('tanaka@example.com');
    await list.setMail(null);
    expect(list.account?.mail).toBeNull();
    expect(list.savingMail).toBe(false);
  });

  it('stays as it was when it cannot be saved', async () => {
    keeps(['9']);
    const list = await opened();
    mailAnswer = Response.json({ code: 'bad-request', message: '' }, { status: 400 });
    expect((await list.setMail('x'))?.code).toBe('bad-request');
    expect(list.account?.mail).toBeNull();
    expect(list.savingMail).toBe(false);
  });
});
