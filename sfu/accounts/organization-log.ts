import type { Log } from '../log.ts';
import { newId } from '../meeting/identity.ts';
import { limits } from '../protocol/limits.ts';
import { logActs, type LogAct, type LogKind } from '../protocol/log.ts';
import type { AccountRepository } from '../store/account-repository.ts';
import type { LogRepository, NewLogEntry } from '../store/log-repository.ts';
import type { MeetingRepository } from '../store/meeting-repository.ts';
import { searchText } from '../store/search-text.ts';

/** What was done; the kind follows from the act. */
export type LoggedAct = {
  act: LogAct;
  /** Whom or what it was done to; of chat, what was said. */
  subject: string;
  meetingId?: string | null;
  address?: string | null;
};

export type LogWrite = LoggedAct & {
  organizationId: string;
  /** Null: a guest, or nobody who is known. */
  accountId: string | null;
  /** The name, as it is now. */
  actor: string;
};

/** Who has done something, where the caller knows neither name nor organisation. */
export type Doer =
  | { kind: 'account'; accountId: string }
  /** A guest, of whom only the meeting knows. */
  | { kind: 'guest'; meetingId: string; participantId: string };

export type OrganizationLogOptions = {
  entries: Pick<LogRepository, 'insert'>;
  accounts: Pick<AccountRepository, 'load'>;
  meetings: Pick<MeetingRepository, 'load'>;
  log: Log;
  now?: () => number;
  /** How long it waits before it tries again to write what could not be written. */
  retryMs?: number;
};

type Known = Pick<LogWrite, 'organizationId' | 'accountId' | 'actor'>;
type Waiting = {
  id: string;
  at: number;
  what: LoggedAct;
  who: Known | Doer;
  /** How often it could not be written, while others could. */
  failures: number;
  /** How often something had been written when it failed last; null: it never did. */
  writtenThen: number | null;
};

/** Acts come in bunches: they wait this long for one another. */
const gatherMs = 500;
const retryEveryMs = 5_000;
const entriesPerWrite = 200;
/** What waits while the store is away; a few megabytes. */
const waitingMax = 10_000;
/** One that fails so often, while others are written in between, is at fault itself. */
const failuresMax = 10;
/** So many entries that cannot be written, one after the other, are the store's fault; at the end there is one try. */
const aloneMax = 2;
const aloneAtLastMax = 20;
/** By more than this only somebody who sets the clock back takes it back. */
const clockSetBackMs = 10_000;

const kinds = new Map(
  Object.entries<readonly LogAct[]>(logActs).flatMap(([kind, acts]) =>
    acts.map((act) => [act, kind as LogKind] as const),
  ),
);

/** The kind under which an act is kept and read. */
export function kindOf(act: LogAct): LogKind {
  const kind = kinds.get(act);
  if (!kind) throw new Error(`No kind has the act ${act}.`);
  return kind;
}

/**
 * What is written down about an organisation (A6). Writing never fails and never delays what is done: entries wait
 * in memory and are stored a moment later, a bunch at a time; while the store is away they wait for it. What is lost
 * is told to the operator, by number and act, without names or texts.
 */
export class OrganizationLog {
  readonly #options: OrganizationLogOptions;
  readonly #now: () => number;
  readonly #waiting: Waiting[] = [];
  /** What failed alone; tried again later, so that it holds up nobody. */
  readonly #aside: Waiting[] = [];
  #gathering: NodeJS.Timeout | null = null;
  #retrying: NodeJS.Timeout | null = null;
  #writing: Promise<void> | null = null;
  #perWrite = entriesPerWrite;
  /** How often something was written. */
  #written = 0;
  /** Entries that failed alone, one right after the other. */
  #aloneInARow = 0;
  /** Now an entry has failed that had not failed before. */
  #isNews = false;
  #isAway = false;
  #fault: unknown = null;
  #refused = 0;
  #lastAt = 0;
  #isClosed = false;

  constructor(options: OrganizationLogOptions) {
    this.#options = options;
    this.#now = options.now ?? Date.now;
  }

  write({ organizationId, accountId, actor, ...what }: LogWrite): void {
    this.#wait(what, { organizationId, accountId, actor });
  }

  /** As `write`; the name and the organisation are looked up. Of a meeting without an organisation nothing is kept. */
  writeBy(who: Doer, what: LoggedAct): void {
    this.#wait(what, who);
  }

  /** Stores what is waiting; afterwards it can be read, unless the store is away. Never fails. */
  async flush(): Promise<void> {
    if (!this.#writing && this.#waiting.length === 0) return;
    await (this.#writing ??= this.#writeAll());
  }

  /** Stores what is waiting, in one try; what cannot be stored is lost. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#writing;
    this.#takeBack();
    await this.flush();
    if (this.#gathering) clearTimeout(this.#gathering);
    if (this.#retrying) clearTimeout(this.#retrying);
    this.#takeBack();
    this.#lost(this.#waiting.splice(0));
    this.#tellRefused();
  }

  #wait(what: LoggedAct, who: Known | Doer): void {
    if (this.#isClosed || this.#waiting.length + this.#aside.length >= waitingMax) {
      if (this.#refused === 0) this.#options.log.error('entries of the log are being lost');
      this.#refused += 1;
      return;
    }
    const entry = { id: newId(), at: this.#nextTime(), what, who, failures: 0, writtenThen: null };
    this.#waiting.push(entry);
    this.#gather();
  }

  /** Of what happens in one millisecond, each thing has a time of its own: the order is read from it. */
  #nextTime(): number {
    const now = this.#now();
    const isSet = this.#lastAt - now > clockSetBackMs;
    this.#lastAt = isSet ? now : Math.max(now, this.#lastAt + 1);
    return this.#lastAt;
  }

  #gather(): void {
    // While the store is away it is tried as often as that, however much comes.
    if (this.#gathering || this.#writing || this.#isAway) return;
    this.#gathering = setTimeout(() => {
      this.#gathering = null;
      void this.flush();
    }, gatherMs);
    // What waits is written on closing: it keeps no process alive.
    this.#gathering.unref();
  }

  #retryLater(): void {
    if (this.#retrying || this.#isClosed) return;
    this.#retrying = setTimeout(() => {
      this.#retrying = null;
      this.#takeBack();
      void this.flush();
    }, this.#options.retryMs ?? retryEveryMs);
    this.#retrying.unref();
  }

  /** Behind the others: when something happened is known by its time, not by when it is written. */
  #takeBack(): void {
    this.#waiting.push(...this.#aside.splice(0));
  }

  async #writeAll(): Promise<void> {
    const writtenBefore = this.#written;
    this.#aloneInARow = 0;
    this.#isNews = false;
    let goesOn = true;
    while (this.#waiting.length > 0 && goesOn) goesOn = await this.#writeSome();
    // No turn of the event loop lies between the look at what waits and this.
    this.#writing = null;
    const isAway = !goesOn && this.#written === writtenBefore && (this.#isAway || this.#isNews);
    if (isAway && !this.#isAway) {
      const fault = withoutValues(this.#fault);
      this.#options.log.warn({ fault }, 'the log of organisations cannot be written: it waits');
    }
    this.#isAway = isAway;
    // None of them is at fault: whoever wants to read tries them all again.
    if (isAway) this.#takeBack();
    if (!goesOn || this.#aside.length > 0) this.#retryLater();
    if (!isAway) this.#tellRefused();
  }

  /** @returns whether to go on at once */
  async #writeSome(): Promise<boolean> {
    const some = this.#waiting.slice(0, this.#perWrite);
    try {
      await this.#options.entries.insert(await this.#identified(some));
    } catch (error) {
      return this.#failed(some, error);
    }
    // Meanwhile others have only been put behind them.
    this.#waiting.splice(0, some.length);
    this.#written += 1;
    this.#aloneInARow = 0;
    this.#perWrite = Math.min(entriesPerWrite, 2 * this.#perWrite);
    if (this.#isAway) this.#options.log.info('the log of organisations is being written again');
    this.#isAway = false;
    return true;
  }

  /**
   * Whether the store is away or an entry is at fault shows with one entry alone, and then with another one: where
   * neither can be written it is the store, which is waited for, however long it takes.
   */
  #failed(some: readonly Waiting[], error: unknown): boolean {
    this.#fault = error;
    this.#perWrite = 1;
    const [first] = some;
    if (!first || some.length > 1) return true;
    this.#waiting.shift();
    this.#aloneInARow += 1;
    this.#isNews ||= first.writtenThen === null;
    // As long as nothing else was written, that it failed again says nothing about this one.
    if (first.writtenThen !== null && this.#written > first.writtenThen) first.failures += 1;
    first.writtenThen = this.#written;
    if (first.failures < failuresMax) this.#aside.push(first);
    else this.#lost([first], error);
    return this.#waiting.length > 0 && this.#aloneInARow < (this.#isClosed ? aloneAtLastMax : aloneMax);
  }

  async #identified(some: readonly Waiting[]): Promise<NewLogEntry[]> {
    const entries: NewLogEntry[] = [];
    for (const each of some) {
      const known = 'kind' in each.who ? await this.#find(each.who) : each.who;
      if (!known) continue;
      // Names are kept as they were when it happened, as nearly as that is known.
      each.who = known;
      entries.push(toEntry(each, known));
    }
    return entries;
  }

  async #find(who: Doer): Promise<Known | null> {
    const { accounts, meetings } = this.#options;
    if (who.kind === 'account') {
      const account = await accounts.load(who.accountId);
      return (
        account && { organizationId: account.organizationId, accountId: account.id, actor: account.name }
      );
    }
    const meeting = await meetings.load(who.meetingId);
    if (!meeting?.organizationId) return null;
    const guest = meeting.participants.find(({ id }) => id === who.participantId);
    return { organizationId: meeting.organizationId, accountId: null, actor: guest?.name ?? '' };
  }

  #lost(entries: readonly Waiting[], error?: unknown): void {
    if (entries.length === 0) return;
    const acts = [...new Set(entries.map(({ what }) => what.act))];
    const from = Math.min(...entries.map(({ at }) => at));
    this.#options.log.error(
      { fault: withoutValues(error ?? this.#fault), entries: entries.length, acts, from },
      'entries of the log are lost',
    );
  }

  #tellRefused(): void {
    if (this.#refused === 0) return;
    this.#options.log.error(
      { entries: this.#refused },
      'entries of the log were lost: too many waited, or the server stopped',
    );
    this.#refused = 0;
  }
}

function toEntry({ id, at, what }: Waiting, who: Known): NewLogEntry {
  const { act, meetingId = null, address = null } = what;
  const subject = [...what.subject].slice(0, limits.chatCharacters).join('');
  // No word reaches from one field of what was changed into the next.
  const search = searchText([who.actor, ...subject.split(/[\n\t]/), address ?? '']);
  return { ...who, id, at, kind: kindOf(act), act, subject, meetingId, address, search };
}

/** What went wrong, for the operator. PostgreSQL's errors quote the row, and so what people have said. */
function withoutValues(error: unknown): Record<string, unknown> {
  if (!(error instanceof Error)) return {};
  const { code, table, column, constraint } = error as Error & Record<string, unknown>;
  const isPostgres = 'severity' in error;
  return isPostgres ? { code, table, column, constraint } : { code, message: error.message };
}
