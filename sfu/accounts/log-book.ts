import { dateAndTime, timeOfDays } from '../days.ts';
import type { LogEntry, LogList, LogQuery } from '../protocol/log.ts';
import type { AccountRepository } from '../store/account-repository.ts';
import type { LogFilter, LogRepository, PlaceInLog } from '../store/log-repository.ts';
import { searchWords } from '../store/search-text.ts';
import type { UnitRepository } from '../store/unit-repository.ts';
import { csvHead, csvLine } from './csv.ts';
import { actIn, kindIn, logColumnsIn, subjectIn, type FileLanguage } from './log-words.ts';
import type { LoggedAct, OrganizationLog } from './organization-log.ts';
import { Reach } from './reach.ts';
import { Seldom } from './seldom.ts';
import type { SignedIn } from './sessions.ts';

export type LogBookOptions = {
  entries: Pick<LogRepository, 'list'>;
  accounts: Pick<AccountRepository, 'user'>;
  units: Pick<UnitRepository, 'ofOrganization'>;
  organizationLog: Pick<OrganizationLog, 'write' | 'flush'>;
  now?: () => number;
};

/** Who reads, and from where. */
export type LogReader = Pick<SignedIn, 'accountId' | 'accountName' | 'organization'> & { address: string };

const pageEntries = 100;
const fileEntriesMax = 100_000;
const entriesPerRead = 1_000;
/** Whoever turns pages reads once. */
const readingMs = 10 * 60_000;

/**
 * Reads what is written down about an organisation (A6): admins everything, managers what the reps of their units have
 * done, of those who are so now; what was said in meetings and admins' acts are for admins alone. That somebody reads is written down, too.
 */
export class LogBook {
  readonly #options: LogBookOptions;
  readonly #reading: Seldom;

  constructor(options: LogBookOptions) {
    this.#options = options;
    this.#reading = new Seldom(readingMs, options.now);
  }

  /**
   * A page, the newest first.
   *
   * @param signal nobody waits for it any more
   * @throws Refusal not-allowed, bad-request for a day that there is not; the signal's reason
   */
  async list(reader: LogReader, query: LogQuery, signal?: AbortSignal): Promise<LogList> {
    const filter = await this.#filterFor(reader, query);
    if (!filter) return { entries: [], next: null };
    await this.#options.organizationLog.flush();
    // One more than is shown tells whether there are more.
    const found = await this.#options.entries.list(filter, pageEntries + 1, query.before ?? null, signal);
    const entries = found.slice(0, pageEntries);
    const last = found.length > pageEntries ? entries.at(-1) : undefined;
    if (this.#reading.isTime(`${reader.accountId} ${query.kind}`)) {
      this.#write(reader, { act: 'log-read', subject: query.kind });
    }
    return { entries, next: last ? `${last.at}-${last.id}` : null };
  }

  /**
   * The newest 100,000 that are asked for as a file, piece by piece.
   *
   * @throws Refusal as above, before anything comes; the signal's reason
   */
  async *csv(reader: LogReader, query: LogQuery, signal?: AbortSignal): AsyncGenerator<string> {
    const filter = await this.#filterFor(reader, query);
    const { kind, from = '', to = '' } = query;
    const days = from === '' && to === '' ? '' : ` ${from}–${to}`;
    this.#write(reader, { act: 'log-exported', subject: `${kind}${days}` });
    await this.#options.organizationLog.flush();
    yield* this.#lines(filter, query, signal);
  }

  async *#lines(
    filter: LogFilter | null,
    { tz, lang = 'ja' }: LogQuery,
    signal: AbortSignal | undefined,
  ): AsyncGenerator<string> {
    let head = csvHead + csvLine(logColumnsIn(lang));
    if (!filter) {
      yield head;
      return;
    }
    let before: PlaceInLog | null = null;
    for (let count = 0; count < fileEntriesMax; count += entriesPerRead) {
      const entries: LogEntry[] = await this.#options.entries.list(filter, entriesPerRead, before, signal);
      yield head + entries.map((entry) => lineOf(entry, lang, tz)).join('');
      head = '';
      if (entries.length < entriesPerRead) return;
      before = entries.at(-1) ?? null;
    }
  }

  /** @returns null: there is nothing that this reader may read */
  async #filterFor(reader: LogReader, query: LogQuery): Promise<LogFilter | null> {
    const reach = await Reach.of(reader, this.#options);
    // Managers look after people, not into what they say.
    if (query.kind === 'chat') reach.assertAdmin();
    const time = timeOfDays(query);
    // Nor into what those have done as admins or managers who are reps by now.
    if (query.kind === 'admin' && reach.units !== 'all') return null;
    return {
      organizationId: reader.organization.id,
      kind: query.kind,
      reach: reach.units,
      accountId: query.account,
      ...time,
      words: searchWords(query.search ?? ''),
    };
  }

  #write({ accountId, accountName, organization, address }: LogReader, what: LoggedAct): void {
    const who = { organizationId: organization.id, accountId, actor: accountName };
    this.#options.organizationLog.write({ ...who, ...what, address });
  }
}

function lineOf(entry: LogEntry, language: FileLanguage, tz: string | undefined): string {
  return csvLine([
    dateAndTime(entry.at, tz),
    kindIn(language, entry.kind),
    actIn(language, entry.act),
    entry.actor,
    subjectIn(language, entry),
    entry.address,
    entry.meetingId,
    entry.accountId,
  ]);
}
