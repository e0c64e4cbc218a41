import { sql } from 'kysely';
import { newId } from '../../meeting/identity.ts';
import type { MeetingRecord } from '../../meeting/records.ts';
import { emptyStage } from '../../meeting/stage.ts';
import { openDatabase, type Database } from '../../store/database.ts';
import { toRows } from '../../store/meeting-rows.ts';
import { meetingText } from '../../store/meeting-text.ts';
import { migrate } from '../../store/migrate.ts';
import { createRepositories } from '../../store/repositories.ts';
import { Organization, type Somebody } from '../../test/kit/organization.ts';
import { seededRandom } from '../../test/kit/random.ts';
import { meeting, participant } from '../../test/store-samples.ts';

/** So many meetings of many accounts, and as many more of one account alone. */
export const meetingsOfEach = 50_000;
export const manyAccounts = 500;
/** Stands in about half of the meetings, in three, and in none. */
export const words = { frequent: '見積', rare: '小鳥遊', absent: '皆既日食' } as const;
/** Of so many meetings there is a rare one. */
const rareEvery = Math.floor(meetingsOfEach / 3);

const hourMs = 3_600_000;
const newestMs = Date.UTC(2026, 10, 20, 9);
/** PostgreSQL takes 65,535 parameters in one statement. */
const pairsAtOnce = 500;

const families = ['山田', '鈴木', '佐藤', '高橋', '田中', '伊藤', '渡辺', '中村', '小林', '加藤'];
const givenNames = ['太郎', '花子', '一郎', '美咲', '健太', '陽子', '大輔', '恵', '翔', '由美'];
const titles = ['お見積書 2026', 'ご提案書', '会社案内', '料金表', 'カタログ 春', '導入事例', '契約書(案)'];
const notes = [
  '来週あらためてお電話。見積を送る。',
  '上長と相談のうえ返事をいただける。デモは好評。',
  '予算は来期。四半期ごとに様子をうかがう。',
  '競合と比較中。価格よりも使いやすさを重視とのこと。',
];
/** Of a hundred meetings. */
const results = [
  ...Array<'won'>(7).fill('won'),
  ...Array<'promising'>(12).fill('promising'),
  ...Array<'continued'>(20).fill('continued'),
  ...Array<'lost'>(10).fill('lost'),
  'other',
] as const;

export type Filled = {
  organization: Organization;
  accounts: Somebody[];
  /** Of the one with so many: a cookie, and its meetings, the newest first. */
  one: { account: Somebody; cookie: string; meetings: { id: string; startedAt: number }[] };
  close: () => Promise<void>;
};

/** Fills an empty database as years of use would: everybody's meetings lie among everybody else's. */
export async function fill(url: string): Promise<Filled> {
  const db = await openDatabase({ url });
  await migrate(db);
  const store = createRepositories(db);
  const organization = await Organization.create(store, 'bench');
  const accounts: Somebody[] = [];
  for (let each = 0; each < manyAccounts; each += 1) accounts.push(await organization.account('rep'));
  const account = await organization.account('rep');
  const random = seededRandom(7).next;
  const meetings: Filled['one']['meetings'] = [];
  for (let first = 0; first < meetingsOfEach; first += pairsAtOnce) {
    const made = Array.from({ length: pairsAtOnce }, (_, offset) => {
      const index = first + offset;
      const hosts = [account, accounts[index % accounts.length]!];
      return hosts.map((host) => madeUp(host, index, organization.id, random));
    }).flat();
    await insert(db, made);
    const own = made.filter(({ record }) => record.hostAccountId === account.id);
    meetings.push(...own.map(({ record }) => ({ id: record.id, startedAt: record.startedAt! })));
  }
  // By itself it does so within a minute of this many new rows; until then it plans for an empty database.
  if (!url.startsWith('file:')) await sql`analyze`.execute(db);
  const { cookie } = await organization.signIn(account);
  return {
    organization,
    accounts,
    one: { account, cookie, meetings: meetings.toReversed() },
    close: () => db.destroy(),
  };
}

type MadeUp = {
  record: MeetingRecord;
  note: string;
  result: (typeof results)[number] | null;
  hasRecording: boolean;
};

/** @param index how many meetings of this kind there are before it */
function madeUp(host: Somebody, index: number, organizationId: string, random: () => number): MadeUp {
  const pick = <T>(from: readonly T[]): T => from[Math.floor(random() * from.length)]!;
  const isRare = index % rareEvery === rareEvery - 1;
  const guest = isRare ? `${words.rare} 梓` : `${pick(families)} ${pick(givenNames)}`;
  const startedAt = newestMs - (meetingsOfEach - 1 - index) * hourMs;
  return {
    record: heldMeeting(host, guest, organizationId, startedAt, pick),
    note: random() < 0.4 ? pick(notes) : '',
    result: results[Math.floor(random() * 100)] ?? null,
    hasRecording: random() < 0.1,
  };
}

async function insert(db: Database, made: readonly MadeUp[]): Promise<void> {
  const rows = made.map(({ record, note, result }) => {
    const { meeting: row, participants, searched } = toRows(record);
    return { row: { ...row, note, result }, text: meetingText(row, [...searched, note])!, participants };
  });
  const recorded = made.filter(({ hasRecording }) => hasRecording).map(({ record }) => partOf(record));
  await db.transaction().execute(async (transaction) => {
    await transaction
      .insertInto('meetings')
      .values(rows.map(({ row }) => row))
      .execute();
    await transaction
      .insertInto('meeting_texts')
      .values(rows.map(({ text }) => text))
      .execute();
    const participants = rows.flatMap((each) => each.participants);
    await transaction.insertInto('participants').values(participants).execute();
    if (recorded.length > 0) await transaction.insertInto('recordings').values(recorded).execute();
  });
}

/** Half an hour with one or two documents, of which several pages were shown. */
function heldMeeting(
  host: Somebody,
  guest: string,
  organizationId: string,
  startedAt: number,
  pick: <T>(from: readonly T[]) => T,
): MeetingRecord {
  const looked = [pick(titles), pick(titles)].slice(pick([0, 1, 1])).map((title) => ({
    documentId: newId(),
    title,
    at: startedAt + 60_000,
    ms: 400_000,
    pages: [1, 2, 3, 4, 5, 6].map((page) => ({ page, ms: 60_000 + page })),
  }));
  return meeting({
    organizationId,
    hostAccountId: host.id,
    state: 'ended',
    endReason: 'ended-by-host',
    connectionNumber: String(Math.floor(startedAt / 7) % 100_000).padStart(5, '0'),
    createdAt: startedAt - 60_000,
    startedAt,
    endedAt: startedAt + hourMs / 2,
    origin: 'https://www.example.co.jp/products/',
    participants: [
      participant({ role: 'host', name: host.name, accountId: host.id, standing: 'gone' }),
      participant({ name: guest, standing: 'gone' }),
    ],
    stage: { ...emptyStage, looked },
  });
}

function partOf({ id, hostAccountId, startedAt }: MeetingRecord) {
  return {
    id: newId(),
    meeting_id: id,
    account_id: hostAccountId!,
    capture_id: newId(),
    part: 1,
    number: 1,
    kind: 'video' as const,
    state: 'ready' as const,
    failure: null,
    began_at: startedAt!,
    duration_ms: hourMs / 2,
    bytes: 100_000_000,
    reserved_bytes: 0,
    blob: newId(),
    chapters: '[]',
    mp4_blob: null,
    mp4_bytes: null,
    mp4_made_at: null,
  };
}
