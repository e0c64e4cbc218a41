import { describe, expect, test } from 'vitest';
import { newId } from '../meeting/identity.ts';
import type { MeetingRecord } from '../meeting/records.ts';
import { historyDetail, historyList, type HistoryDetail, type HistoryList } from '../protocol/history.ts';
import { limits } from '../protocol/limits.ts';
import { useHistory } from './http-history.ts';
import type { Answer } from './http-server.ts';
import { createAccount, signIn } from './kit/rep.ts';
import { meeting, message, participant } from './store-samples.ts';

const here = useHistory();
const { ask, recorded } = here;
const codeOf = ({ json }: Answer) => json?.['code'];
const dayMs = 86_400_000;

/** A meeting of the rep's. */
async function held(changes: Partial<MeetingRecord> = {}): Promise<MeetingRecord> {
  const { accountId, server } = here;
  const host = participant({ role: 'host', name: '佐藤 花子', accountId });
  const startedAt = server.clockMs;
  const record = meeting({
    hostAccountId: accountId,
    startedAt,
    participants: [host, participant()],
    ...changes,
  });
  await server.store.meetings.save(record);
  return record;
}

const queryOf = (query: Record<string, string>) => `?${new URLSearchParams(query).toString()}`;
/** What was answered, which has to be what is agreed upon, and nothing more. */
function agreed<T>(schema: { parse: (answer: unknown) => T }, { json }: Answer): T {
  const parsed = schema.parse(json);
  expect(json).toEqual(parsed);
  return parsed;
}
const listed = async (query: Record<string, string> = {}): Promise<HistoryList> =>
  agreed(historyList, await ask('GET', `/api/history${queryOf(query)}`));
const idsOf = async (query: Record<string, string> = {}) =>
  (await listed(query)).meetings.map(({ meetingId }) => meetingId);
const detailOf = async (id: string): Promise<HistoryDetail> =>
  agreed(historyDetail, await ask('GET', `/api/history/${id}`));
const patch = (id: string, change: unknown) => ask('PATCH', `/api/history/${id}`, change);
const csv = async (query: Record<string, string> = {}) =>
  (await ask('GET', `/api/history.csv${queryOf(query)}`)).text;

/** A meeting of which there is all that there can be. */
async function fullMeeting() {
  const startedAt = here.server.clockMs - dayMs;
  const { meetingId, id: recordingId } = await recorded({
    content: 'webm',
    startedAt,
    guest: 'ヤマダ　商会',
  });
  const record = (await here.server.store.meetings.load(meetingId))!;
  const [host, guest] = record.participants as [
    MeetingRecord['participants'][0],
    MeetingRecord['participants'][0],
  ];
  const [kept, gone, brought] = [newId(), newId(), newId()];
  const document = {
    accountId: here.accountId,
    broughtBy: null,
    title: 'ご提案書',
    fileName: 'ご提案書.pdf',
    format: 'pdf',
    bytes: 12_345,
    pages: 12,
    version: 1,
    shareFile: true,
    state: 'ready',
    originalBlob: newId(),
    pdfBlob: newId(),
    substitutedFonts: [],
    replaces: null,
    createdAt: startedAt,
  } as const;
  await here.server.store.documents.insert({ ...document, id: kept, substitutedFonts: [] });
  const pages = [
    { page: 3, ms: 2_000 },
    { page: 1, ms: 61_000 },
  ];
  const left = { ...guest, standing: 'gone', leftAt: startedAt + 90_000, leaveReason: 'ended' } as const;
  await here.server.store.meetings.save({
    ...record,
    state: 'ended',
    endedAt: startedAt + 90_000,
    endReason: 'ended-by-host',
    origin: 'https://example.jp/price',
    participants: [host, left, participant({ standing: 'gone', leaveReason: 'refused', name: '通りすがり' })],
    stage: {
      shown: null,
      shownSince: null,
      looked: [
        { documentId: kept, title: 'ご提案書', at: startedAt + 5, ms: 63_000, pages },
        { documentId: gone, title: '見積書, 最終', at: startedAt + 70_000, ms: 0, pages: [] },
      ],
      offers: [
        {
          id: newId(),
          documentId: kept,
          version: 1,
          title: 'ご提案書',
          fileName: 'ご提案書.pdf',
          bytes: 12_345,
          offeredBy: host.id,
          offeredByName: host.name,
          at: startedAt + 80_000,
          recipients: [{ participantId: guest.id, name: guest.name, state: 'taken' }],
        },
      ],
      brought: [
        { documentId: brought, title: '当社の図面', participantId: guest.id, name: guest.name, kept: true },
      ],
    },
  });
  const text = '本日はありがとうございました';
  await here.server.store.chat.append(message(record, { text, at: startedAt + 6 }));
  return { meetingId, recordingId, startedAt, host, guest, kept, gone, brought };
}

describe('the history', () => {
  test('shows of each meeting who came, what was shown and recorded, the newest first', async () => {
    const full = await fullMeeting();
    const running = await held();
    await held({ startedAt: null, state: 'ended', endReason: 'expired' });
    const list = await listed();
    expect(list).toMatchObject({ mail: null, canMail: false, next: null, storage: { usedBytes: 4 } });
    expect(list.meetings.map(({ meetingId, endedAt }) => [meetingId, endedAt])).toEqual([
      [running.id, null],
      [full.meetingId, full.startedAt + 90_000],
    ]);
    expect(list.meetings[1]).toEqual({
      meetingId: full.meetingId,
      startedAt: full.startedAt,
      endedAt: full.startedAt + 90_000,
      connectionNumber: '00427',
      people: [
        { participantId: full.host.id, name: '佐藤 花子', role: 'host' },
        { participantId: full.guest.id, name: 'ヤマダ　商会', role: 'guest' },
      ],
      origin: 'https://example.jp/price',
      result: null,
      note: '',
      documents: ['ご提案書', '見積書, 最終'],
      recordings: [{ id: full.recordingId, kind: 'video', state: 'ready', durationMs: 61_000 }],
    });
  });

  test('tells on one page all that happened in a meeting', async () => {
    const full = await fullMeeting();
    const detail = await detailOf(full.meetingId);
    expect(detail).toMatchObject({ endReason: 'ended-by-host', origin: 'https://example.jp/price' });
    expect(detail.people).toMatchObject([
      { name: '佐藤 花子', role: 'host', leftAt: null, leaveReason: null },
      { name: 'ヤマダ　商会', role: 'guest', leftAt: full.startedAt + 90_000, leaveReason: 'ended' },
    ]);
    expect(detail.shown).toEqual([
      {
        documentId: full.kept,
        title: 'ご提案書',
        at: full.startedAt + 5,
        ms: 63_000,
        pages: [
          { page: 1, ms: 61_000 },
          { page: 3, ms: 2_000 },
        ],
        isThere: true,
      },
      {
        documentId: full.gone,
        title: '見積書, 最終',
        at: full.startedAt + 70_000,
        ms: 0,
        pages: [],
        isThere: false,
      },
    ]);
    expect(detail.handedOver).toEqual([
      {
        title: 'ご提案書',
        fileName: 'ご提案書.pdf',
        bytes: 12_345,
        by: '佐藤 花子',
        at: full.startedAt + 80_000,
        to: [{ name: 'ヤマダ　商会', state: 'taken' }],
      },
    ]);
    expect(detail.brought).toEqual([
      { documentId: full.brought, title: '当社の図面', name: 'ヤマダ　商会', kept: true, format: null },
    ]);
    expect(detail.chat).toEqual([
      {
        participantId: full.host.id,
        name: '佐藤 花子',
        text: '本日はありがとうございました',
        at: full.startedAt + 6,
      },
    ]);
    expect(detail.consents).toMatchObject([{ what: 'started', name: '佐藤 花子' }]);
    expect(detail.recordings).toMatchObject([
      {
        id: full.recordingId,
        state: 'ready',
        chapters: [{ title: 'ご提案書 1/12' }],
        mp4: { state: 'none' },
      },
    ]);
  });

  test('of a meeting that runs tells what has happened so far', async () => {
    const { meetingId } = await recorded();
    const detail = await detailOf(meetingId);
    expect(detail).toMatchObject({ endedAt: null, endReason: null, shown: [], chat: [] });
    expect(detail.recordings).toMatchObject([{ state: 'recording' }]);
    expect((await patch(meetingId, { note: '進行中' })).status).toBe(204);
    expect((await listed()).meetings).toMatchObject([{ meetingId, endedAt: null, note: '進行中' }]);
  });

  test('is the host’s alone: to others a meeting is like one that there never was', async () => {
    const { meetingId } = await fullMeeting();
    const account = await createAccount(here.server.store, { name: '同僚' });
    const theirs = { cookie: await signIn(here.server.base, account) };
    const askAsThem = (method: string, to: string, body?: unknown) =>
      here.server.ask(method, to, body, theirs);
    expect((await askAsThem('GET', '/api/history')).json).toMatchObject({ meetings: [], next: null });
    expect((await askAsThem('GET', '/api/history.csv')).text).not.toContain('ヤマダ');
    for (const [method, body] of [['GET'], ['HEAD'], ['PATCH', { note: '見た', result: 'lost' }]] as const) {
      const [other, never] = [
        await askAsThem(method, `/api/history/${meetingId}`, body),
        await askAsThem(method, `/api/history/${newId()}`, body),
      ];
      expect([method, other.status]).toEqual([method, 404]);
      expect(other.text).toBe(never.text);
      if (method !== 'HEAD') expect(codeOf(other)).toBe('history-unknown');
    }
    expect(await detailOf(meetingId)).toMatchObject({ note: '', result: null });
  });

  test('is for nobody who is not signed in, has a password to change, or comes from elsewhere', async () => {
    const { id } = await held();
    const all = [
      ['GET', '/api/history'],
      ['GET', '/api/history.csv'],
      ['GET', `/api/history/${id}`],
      ['PATCH', `/api/history/${id}`],
    ] as const;
    for (const [method, to] of all) expect((await here.server.ask(method, to)).status).toBe(401);
    await here.server.store.accounts.setPassword(here.accountId, '-', true);
    for (const [method, to] of all) expect((await ask(method, to)).status).toBe(403);
    await here.server.store.accounts.setPassword(here.accountId, '-', false);
    const foreign = await ask(
      'PATCH',
      `/api/history/${id}`,
      { note: 'x' },
      { origin: 'https://elsewhere.example' },
    );
    expect([foreign.status, codeOf(foreign)]).toEqual([403, 'origin']);
    expect((await detailOf(id)).note).toBe('');
  });

  test('of many meetings comes page by page, each meeting once, also those of one moment', async () => {
    const ids = new Set<string>();
    for (let each = 0; each < 205; each += 1) ids.add((await held()).id);
    const first = await listed();
    const second = await listed({ before: first.next! });
    // What is new on top moves nothing further down.
    here.server.clockMs += 1;
    await held();
    const third = await listed({ before: second.next! });
    const pages = [first, second, third].map(({ meetings }) => meetings.map(({ meetingId }) => meetingId));
    expect(pages.map(({ length }) => length)).toEqual([100, 100, 5]);
    expect(new Set(pages.flat())).toEqual(ids);
    expect(third.next).toBeNull();
  });

  test('is searched as people type: half-width, full-width, several words, and no wildcards', async () => {
    const { meetingId } = await fullMeeting();
    await held();
    for (const search of ['ﾔﾏﾀﾞ', 'やまだ商会　ご提案', '００４２７ ﾔﾏﾀﾞ', '見積書']) {
      expect(await idsOf({ search })).toEqual([meetingId]);
    }
    for (const search of ['%', '_', '\\', 'ヤマダ 鈴木']) expect(await idsOf({ search })).toEqual([]);
    expect(await idsOf({ search: ' 　' })).toHaveLength(2);
    await patch(meetingId, { note: '予算は１００％確保' });
    expect(await idsOf({ search: '100% 予算' })).toEqual([meetingId]);
  });

  test('is asked for by days, as they are where the rep is', async () => {
    // 0:30 of the 23rd in Tokyo, and the morning of the 22nd in New York.
    const { id } = await held({ startedAt: Date.UTC(2026, 10, 22, 15, 30) });
    const on = (day: string, tz: string) => idsOf({ from: day, to: day, tz });
    expect(await on('2026-11-23', 'Asia/Tokyo')).toEqual([id]);
    expect(await on('2026-11-22', 'Asia/Tokyo')).toEqual([]);
    expect(await on('2026-11-22', 'America/New_York')).toEqual([id]);
    expect(await on('2026-11-23', 'America/New_York')).toEqual([]);
    expect(await idsOf({ from: '2026-11-22', to: '2026-11-24', tz: 'Asia/Tokyo' })).toEqual([id]);
    expect(await idsOf({ from: '2026-11-24', to: '2026-11-22' })).toEqual([]);
  });

  test('is filtered by result and by what there is', async () => {
    const full = await fullMeeting();
    const plain = await held();
    await patch(plain.id, { result: 'lost', note: '他社に決定' });
    expect(await idsOf({ has: 'recording' })).toEqual([full.meetingId]);
    expect(await idsOf({ has: 'document' })).toEqual([full.meetingId]);
    expect(await idsOf({ has: 'note' })).toEqual([plain.id]);
    expect(await idsOf({ result: 'lost' })).toEqual([plain.id]);
    expect(await idsOf({ result: 'none' })).toEqual([full.meetingId]);
    expect(await idsOf({ result: 'lost', has: 'document' })).toEqual([]);
  });

  test.each([
    ['a day that is a word', 'from=yesterday'],
    ['a day that there is not', 'from=2026-02-30'],
    ['a month that there is not', 'to=2026-13-01'],
    ['a place that there is not', 'tz=Mars/Olympus'],
    ['another result', 'result=maybe'],
    ['another thing to have', 'has=everything'],
    ['another place in the list', 'before=1'],
    ['too long a search', `search=${'x'.repeat(401)}`],
    ['two searches', 'search=a&search=b'],
  ])('does not understand %s', async (_what, query) => {
    for (const to of ['/api/history', '/api/history.csv']) {
      const answer = await ask('GET', `${to}?${query}`);
      expect([to, answer.status, codeOf(answer)]).toEqual([to, 400, 'bad-request']);
    }
  });
});

describe('note and result', () => {
  test('are kept as they were written, each without the other', async () => {
    const { id } = await held();
    const note = '一行目\n  「二行目」 🙇\n'.repeat(1_000).slice(0, limits.meetingNoteCharacters);
    expect((await patch(id, { note })).status).toBe(204);
    expect((await patch(id, { result: 'continued' })).status).toBe(204);
    expect(await detailOf(id)).toMatchObject({ note, result: 'continued' });
    await patch(id, { note: '', result: null });
    expect(await detailOf(id)).toMatchObject({ note: '', result: null });
  });

  test('are not lost when the meeting changes', async () => {
    const record = await held();
    await patch(record.id, { note: 'あとで電話', result: 'promising' });
    await here.server.store.meetings.save({ ...record, state: 'ended', endedAt: record.startedAt! + 1 });
    expect(await detailOf(record.id)).toMatchObject({ note: 'あとで電話', result: 'promising' });
    expect(await idsOf({ search: '電話 山田' })).toEqual([record.id]);
  });

  test.each([
    ['longer than they may be', { note: 'x'.repeat(limits.meetingNoteCharacters + 1) }],
    ['no note at all', { note: null }],
    ['a number', { note: 7 }],
    ['a result that there is not', { result: 'maybe' }],
    ['a text alone', '"note"'],
  ])('are not %s', async (_what, change) => {
    const { id } = await held();
    const answer = await patch(id, change);
    expect([answer.status, codeOf(answer)]).toEqual([400, 'bad-request']);
    expect(await detailOf(id)).toMatchObject({ note: '', result: null });
  });
});

describe('the history as CSV', () => {
  test('is a file that Excel opens, one meeting a line, with what could be a formula made harmless', async () => {
    const full = await fullMeeting();
    await patch(full.meetingId, { note: '=cmd|calc\n"二行目"', result: 'won' });
    const answer = await ask('GET', `/api/history.csv?tz=Asia/Tokyo`);
    expect(answer.headers.get('content-type')).toBe('text/csv; charset=utf-8');
    expect(answer.headers.get('content-disposition')).toContain(encodeURIComponent('商談履歴.csv'));
    // fetch takes the BOM away from a text.
    const [head, line] = answer.text.replace('\uFEFF', '').split('\r\n');
    expect(head).toBe(
      '開始,終了,商談時間(分),接続ナンバー,お客様,担当者,資料,録画(件),録画時間(分),結果,メモ,接続元ページ',
    );
    const began = new Date(full.startedAt + 9 * 3_600_000).toISOString().slice(0, 19).replace('T', ' ');
    expect(line).toContain(`${began},`);
    expect(line).toMatch(
      /,1\.5,00427,ヤマダ\u3000商会,佐藤 花子,"ご提案書、見積書, 最終",1,1,受注,"'=cmd\|calc\n""二行目""",https:\/\/example\.jp\/price$/,
    );
  });

  test('is in English for whoever reads English', async () => {
    const full = await fullMeeting();
    await patch(full.meetingId, { result: 'continued' });
    const answer = await ask('GET', '/api/history.csv?lang=en');
    expect(answer.headers.get('content-disposition')).toContain('taimen-history.csv');
    const [head, line] = answer.text.replace('\uFEFF', '').split('\r\n');
    expect(head).toBe(
      'Start,End,Length (min),Connection number,Guests,Host,Documents,Recordings,Recorded (min),Result,Note,Page of origin',
    );
    expect(line).toContain('"ご提案書; 見積書, 最終",1,1,Ongoing,');
    expect((await ask('GET', '/api/history.csv?lang=fr')).status).toBe(400);
  });

  test('begins with the sign by which Excel knows UTF-8', async () => {
    const response = await fetch(`${here.server.base}/api/history.csv`, { headers: { cookie: here.cookie } });
    const bytes = new Uint8Array(await response.arrayBuffer());
    expect([...bytes.slice(0, 3)]).toEqual([0xef, 0xbb, 0xbf]);
  });

  test('has all that is asked for, however many pages it is, and nothing else', async () => {
    for (let each = 0; each < 1_001; each += 1) {
      const guest = participant({ name: `客${each}` });
      await held({ participants: [guest], startedAt: here.server.clockMs - (each % 3) });
    }
    const lines = (await csv()).trimEnd().split('\r\n').slice(1);
    const guests = lines.map((line) => line.split(',')[4]);
    expect(lines).toHaveLength(1_001);
    expect(new Set(guests).size).toBe(1_001);
    expect((await csv({ search: '客1000' })).trimEnd().split('\r\n')).toHaveLength(2);
    expect((await csv({ result: 'won' })).trimEnd().split('\r\n')).toHaveLength(1);
  });

  test('that somebody does not wait for troubles nobody', async () => {
    await held();
    const gone = new AbortController();
    const asked = fetch(`${here.server.base}/api/history.csv`, {
      headers: { cookie: here.cookie },
      signal: gone.signal,
    });
    gone.abort();
    await expect(asked).rejects.toThrow();
    expect((await listed()).meetings).toHaveLength(1);
    expect(here.server.logged.filter((line) => line.includes('"level":"error"'))).toEqual([]);
  });
});
