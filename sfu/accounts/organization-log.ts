import type { Log } from '../log.ts';
import { newId } from '../meeting/identity.ts';
import { limits } from '../protocol/limits.ts';
import { logActs, type LogAct, type LogKind } from '../protocol/log.ts';
import type { AccountRepository } from '../store/account-repository.ts';
import type { LogRepository, NewLogEntry } from '../store/log-repository.ts';
import type { MeetingRepository } from '../store/meeting-repository.ts';
import { foldId } from './folding.ts';

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
type Waiting = { id: string; at: number; what: LoggedAct; who: Known | Doer };

/** Acts come in bunches: they wait this long for one another. */
const gatherMs = 500;
const retryEveryMs = 5_000;
const entriesPerWrite = 200;
/** What waits while the store is away; a few megabytes. */
const waitingMax = 10_000;
/** One entry alone that fails so often is the entry's own fault. */
const triesMax = 20;
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
  #timer: NodeJS.Timeout | null = null;
  #writing: Promise<void> | null = null;
  #perWrite = entriesPerWrite;
  #tries = 0;
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
    await this.flush();
    if (this.#timer) clearTimeout(this.#timer);
    this.#timer = null;
    this.#lost(this.#waiting.splice(0));
    this.#tellRefused();
  }

  #wait(what: LoggedAct, who: Known | Doer): void {
    if (this.#isClosed || this.#waiting.length >= waitingMax) {
      if (this.#refused === 0) this.#options.log.error('entries of the log are being lost');
      this.#refused += 1;
      return;
    }
    this.#waiting.push({ id: newId(), at: this.#nextTime(), what, who });
    this.#wake(gatherMs);
  }

  /** Of what happens in one millisecond, each thing has a time of its own: the order is read from it. */
  #nextTime(): number {
    const now = this.#now();
    const isSet = this.#lastAt - now > clockSetBackMs;
    this.#lastAt = isSet ? now : Math.max(now, this.#lastAt + 1);
    return this.#lastAt;
  }

  #wake(afterMs: number): void {
    if (this.#timer || this.#writing) return;
    this.#timer = setTimeout(() => {
      this.#timer = null;
      void this.flush();
    }, afterMs);
    // What waits is written on closing: it keeps no process alive.
    this.#timer.unref();
  }

  async #writeAll(): Promise<void> {
    let isAway = false;
    while (this.#waiting.length > 0 && !isAway) isAway = !(await this.#writeSome());
    // No turn of the event loop lies between the look at what waits and this.
    this.#writing = null;
    if (isAway && !this.#isClosed) this.#wake(this.#options.retryMs ?? retryEveryMs);
    else this.#tellRefused();
  }

  /** @returns false when it could not be written now */
  async #writeSome(): Promise<boolean> {
    const some = this.#waiting.slice(0, this.#perWrite);
    try {
      await this.#options.entries.insert(await this.#identified(some));
    } catch (error) {
      this.#failed(some, error);
      return false;
    }
    // Meanwhile others have only been put behind them.
    this.#waiting.splice(0, some.length);
    if (this.#tries > 0) this.#options.log.info('the log of organisations is being written again');
    this.#tries = 0;
    this.#perWrite = entriesPerWrite;
    return true;
  }

  #failed(some: Waiting[], error: unknown): void {
    if (this.#tries === 0) {
      this.#options.log.warn({ err: error }, 'the log of organisations cannot be written: it waits');
    }
    this.#tries += 1;
    if (some.length === 1 && this.#tries >= triesMax) {
      this.#lost(this.#waiting.splice(0, 1), error);
      this.#tries = 1;
    }
    // Should one of them be at fault, it is found, and holds up the others no longer than that.
    this.#perWrite = Math.max(1, Math.ceil(some.length / 2));
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
    const from = entries[0]?.at;
    this.#options.log.error(
      { err: error, entries: entries.length, acts, from },
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
  const search = foldId([who.actor, subject, address ?? ''].join('\n'));
  return { ...who, id, at, kind: kindOf(act), act, subject, meetingId, address, search };
}
