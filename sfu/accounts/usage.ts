import { dateAndTime, timeOfDays } from '../days.ts';
import {
  usageColumn,
  type UsageColumn,
  type UsageList,
  type UsageQuery,
  type UsageRow,
} from '../protocol/log.ts';
import type { AccountRepository } from '../store/account-repository.ts';
import type { UnitRecord, UnitRepository } from '../store/unit-repository.ts';
import type { UsageFilter, UsageRepository } from '../store/usage-repository.ts';
import { csvHead, csvLine } from './csv.ts';
import type { LogReader } from './log-book.ts';
import { foldId } from './folding.ts';
import type { FileLanguage } from './log-words.ts';
import type { OrganizationLog } from './organization-log.ts';
import { unitsWithin } from './permissions.ts';
import { Reach } from './reach.ts';
import { roleWords } from './role-words.ts';
import { Seldom } from './seldom.ts';
import { unitPathsOf } from './unit-paths.ts';

export type UsageOptions = {
  usage: UsageRepository;
  accounts: Pick<AccountRepository, 'user'>;
  units: Pick<UnitRepository, 'ofOrganization'>;
  organizationLog: Pick<OrganizationLog, 'write' | 'flush'>;
  now?: () => number;
};

const none = { count: 0, sum: 0 };
/** Whoever turns pages reads once. */
const readingMs = 10 * 60_000;
const byLogin = new Intl.Collator('ja', { numeric: true });

/** Who uses how much (A5): admins see it of everybody, managers of the reps of their units. */
export class Usage {
  readonly #options: UsageOptions;
  readonly #now: () => number;
  readonly #reading: Seldom;

  constructor(options: UsageOptions) {
    this.#options = options;
    this.#reading = new Seldom(readingMs, options.now);
    this.#now = options.now ?? Date.now;
  }

  /**
   * One row for each user, by login ID; also for those who were removed, as long as there is something to count.
   *
   * @throws Refusal unit-unknown, bad-request for a day that there is not
   */
  async list(reader: LogReader, query: UsageQuery): Promise<UsageList> {
    const reach = await Reach.of(reader, this.#options);
    const rows = await this.#rows(reader, reach, query);
    if (this.#reading.isTime(reader.accountId)) this.#write(reader, 'usage-read', query);
    return { rows };
  }

  /** As a file with the columns asked for, in one piece. @throws Refusal as above */
  async *csv(reader: LogReader, query: UsageQuery): AsyncGenerator<string> {
    const reach = await Reach.of(reader, this.#options);
    const rows = await this.#rows(reader, reach, query);
    const { tz, lang = 'ja', columns = usageColumn.options } = query;
    this.#write(reader, 'usage-exported', query);
    const cells = cellsOf({ lang, tz, units: reach.allUnits });
    const lines = rows.map((row) =>
      csvLine([row.login, nameIn(lang, row), ...columns.map((column) => cells[column](row))]),
    );
    const index = lang === 'ja' ? 0 : 1;
    const head = [...columnsAlways, ...columns.map((column) => columnWords[column])];
    yield [csvHead, csvLine(head.map((words) => words[index])), ...lines].join('');
  }

  #write(reader: LogReader, act: 'usage-read' | 'usage-exported', { from = '', to = '' }: UsageQuery): void {
    const { accountId, accountName, organization, address } = reader;
    const subject = from === '' && to === '' ? '' : `${from}–${to}`;
    const who = { organizationId: organization.id, accountId, actor: accountName };
    this.#options.organizationLog.write({ ...who, act, subject, address });
  }

  async #rows(reader: LogReader, reach: Reach, query: UsageQuery): Promise<UsageRow[]> {
    const { usage, organizationLog } = this.#options;
    const filter = filterOf(reader.organization.id, reach, query.unit);
    const time = timeOfDays(query);
    await organizationLog.flush();
    const [accounts, signIns, meetings, recordings, documents] = await Promise.all([
      usage.accounts(filter),
      usage.signIns(filter, time),
      usage.meetings(filter, time, this.#now()),
      usage.recordings(filter),
      usage.documents(filter),
    ]);
    const rows = accounts.map(({ id, ...account }) => {
      const hosted = meetings.get(id) ?? none;
      const recorded = recordings.get(id) ?? none;
      const kept = documents.get(id) ?? none;
      return {
        accountId: id,
        ...account,
        signIns: (signIns.get(id) ?? none).count,
        meetings: hosted.count,
        minutes: Math.round(hosted.sum / 60_000),
        recordings: recorded.count,
        recordingBytes: recorded.sum,
        documents: kept.count,
        documentBytes: kept.sum,
      };
    });
    return rows
      .filter((row) => row.removedAt === null || isUsed(row))
      .toSorted((a, b) => byLogin.compare(foldId(a.login), foldId(b.login)));
  }
}

/** Whoever was there in the time asked for, or still takes space. */
function isUsed({ signIns, meetings, recordings, documents }: UsageRow): boolean {
  return signIns + meetings + recordings + documents > 0;
}

/** Whose login ID is free again may have a namesake. */
function nameIn(language: FileLanguage, { name, removedAt }: UsageRow): string {
  if (removedAt === null) return name;
  return language === 'ja' ? `${name}（削除済み）` : `${name} (removed)`;
}

function filterOf(organizationId: string, reach: Reach, unit: string | undefined): UsageFilter {
  if (unit !== undefined) reach.assertUnit(unit);
  // What lies below a unit within reach is within reach.
  const chosen = unit === undefined ? undefined : unitsWithin(unit, reach.allUnits);
  if (reach.units === 'all') return { organizationId, units: chosen };
  return { organizationId, role: 'rep', units: chosen ?? reach.units };
}

type Words = readonly [ja: string, en: string];

const columnsAlways: readonly Words[] = [
  ['ログインID', 'Login ID'],
  ['氏名', 'Name'],
];

const columnWords: Readonly<Record<UsageColumn, Words>> = {
  unit: ['部署', 'Unit'],
  role: ['権限', 'Role'],
  signIns: ['サインイン回数', 'Sign-ins'],
  lastSignInAt: ['最終サインイン', 'Last sign-in'],
  meetings: ['商談数', 'Meetings'],
  minutes: ['商談時間（分）', 'Minutes in meetings'],
  recordings: ['録画数', 'Recordings'],
  recordingBytes: ['録画の容量（バイト）', 'Recordings (bytes)'],
  documents: ['資料数', 'Documents'],
  documentBytes: ['資料の容量（バイト）', 'Documents (bytes)'],
};

type Cells = Readonly<Record<UsageColumn, (row: UsageRow) => string | number | null>>;

function cellsOf(options: {
  lang: FileLanguage;
  tz: string | undefined;
  units: readonly UnitRecord[];
}): Cells {
  const pathOf = unitPathsOf(options.units);
  return {
    unit: ({ unitId }) => pathOf(unitId),
    role: ({ role }) => roleWords[options.lang][role],
    lastSignInAt: ({ lastSignInAt: at }) => (at === null ? null : dateAndTime(at, options.tz)),
    signIns: (row) => row.signIns,
    meetings: (row) => row.meetings,
    minutes: (row) => row.minutes,
    recordings: (row) => row.recordings,
    recordingBytes: (row) => row.recordingBytes,
    documents: (row) => row.documents,
    documentBytes: (row) => row.documentBytes,
  };
}
