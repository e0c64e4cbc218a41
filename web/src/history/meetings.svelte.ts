import type { HistoryList, HistoryMeeting } from '../../../sfu/protocol/history.ts';
import type { Outcome } from '../documents/http.ts';
import { changeMail } from '../recording/history/history-api.ts';
import type { Failure } from '../session/api.ts';
import { listMeetings } from './history-api.ts';
import { meetingsOf, withPage, type Page } from './pages.ts';
import { isLasting, Polling } from './polling.ts';
import { addressOf, everything, type Question } from './question.ts';

/** Besides the meetings. */
export type AccountState = Pick<HistoryList, 'storage' | 'mail' | 'canMail'>;

/** A recording that has just been finished, or could not be, for those who cannot see it. */
export type ListNews = {
  what: 'ready' | 'failed';
  meeting: HistoryMeeting;
  entry: HistoryMeeting['recordings'][number];
};

/**
 * The list of the rep's meetings as the server has them, for one question at a time, and as far down as it was asked
 * for; asked for again by itself while somebody looks and something in it is not finished.
 */
export class Meetings {
  #question = $state.raw<Question>(everything);
  /** The question that the pages answer; another one, until its answer is there. */
  #answered = $state.raw<Question | null>(null);
  #account = $state.raw<AccountState | null>(null);
  #pages = $state.raw<readonly Page<HistoryMeeting>[]>([]);
  readonly #meetings = $derived(meetingsOf(this.#pages));
  #failure = $state.raw<Failure | null>(null);
  #olderFailure = $state.raw<Failure | null>(null);
  #loadingOlder = $state(false);
  #news = $state.raw<ListNews | null>(null);
  #savingMail = $state(false);
  /** Rises with everything that is asked or done here: an answer that was asked for before knows nothing of it. */
  #changes = 0;
  #loading: Promise<void> | null = null;
  #askedAgain = false;
  /** All pages are to be read, not only those on which something is under way. */
  #allDue = false;
  readonly #polling = new Polling(() => void this.#poll());

  get question(): Question {
    return this.#question;
  }

  /** Null until it has been read once. */
  get account(): AccountState | null {
    return this.#account;
  }

  /** Newest first; as many as have been asked for. Until a new question is answered, those of the one before. */
  get meetings(): readonly HistoryMeeting[] {
    return this.#meetings;
  }

  /** The question that `meetings` answers; null until there is an answer. */
  get answered(): Question | null {
    return this.#answered;
  }

  /** There are older ones on the server. */
  get hasOlder(): boolean {
    return this.#next !== null;
  }

  get loadingOlder(): boolean {
    return this.#loadingOlder;
  }

  /** Why the older ones could not be read, the last time. */
  get olderFailure(): Failure | null {
    return this.#olderFailure;
  }

  /** Why the list could not be read, the last time. */
  get failure(): Failure | null {
    return this.#failure;
  }

  /** The latest that has happened by itself. */
  get news(): ListNews | null {
    return this.#news;
  }

  get savingMail(): boolean {
    return this.#savingMail;
  }

  /** Asks at once, and then as often as there is something to wait for. @returns ends that */
  watch(): () => void {
    this.#allDue = true;
    return this.#polling.watch();
  }

  /** Something else is to be listed; the same again changes nothing. */
  ask(question: Question): void {
    if (addressOf(question) === addressOf(this.#question)) return;
    this.#question = question;
    this.#changes += 1;
    this.#allDue = true;
    // Whoever comes to look asks then.
    if (this.#polling.isWatched) void this.#poll();
  }

  /** Reads what is shown of the list; asked for while that is under way, once more after it. */
  load(): Promise<void> {
    this.#allDue = true;
    return this.#poll();
  }

  /** Adds the next older ones. Pressed twice, they are asked for once. */
  async loadOlder(): Promise<void> {
    const next = this.#next;
    if (next === null || this.#loadingOlder) return;
    const question = this.#question;
    this.#loadingOlder = true;
    this.#olderFailure = null;
    const outcome = await listMeetings(question, next);
    this.#loadingOlder = false;
    // Something else is looked for by now.
    if (question !== this.#question) return;
    if (!outcome.ok) {
      this.#olderFailure = outcome.failure;
      if (isLasting(outcome.failure)) this.#failure = outcome.failure;
      // The list has been read meanwhile, and ends somewhere else.
    } else if (next !== this.#next) await this.loadOlder();
    else {
      this.#pages = withPage(this.#pages, this.#pages.length, pageOf(next, outcome.value));
      if (!this.#loading) this.#wait();
    }
  }

  /** @param mail where warnings about the room for recordings go; null: nowhere */
  async setMail(mail: string | null): Promise<Failure | null> {
    if (this.#savingMail) return null;
    this.#savingMail = true;
    const failure = await changeMail(mail);
    this.#savingMail = false;
    if (failure) return failure;
    this.#changes += 1;
    if (this.#account) this.#account = { ...this.#account, mail };
    void this.#poll();
    return null;
  }

  get #next(): string | null {
    return this.#pages.at(-1)?.next ?? null;
  }

  #poll(): Promise<void> {
    if (this.#loading) this.#askedAgain = true;
    this.#loading ??= this.#read().finally(() => {
      this.#loading = null;
      this.#wait();
    });
    return this.#loading;
  }

  async #read(): Promise<void> {
    do {
      this.#askedAgain = false;
      const all = this.#allDue;
      this.#allDue = false;
      // Reading one can move what stands on those after it, and take some of them away.
      for (let index = 0; index < Math.max(1, this.#pages.length); index += 1) {
        const page = this.#pages[index];
        if (index > 0 && !all && !page?.meetings.some(isAwaited)) continue;
        const outcome = await this.#readPage(index, page?.before ?? null);
        if (outcome === 'read') continue;
        this.#allDue = true;
        // Something was done or asked here meanwhile, and the answer may be older than that.
        this.#askedAgain ||= outcome === 'outdated';
        break;
      }
    } while (this.#askedAgain && !this.#failure);
  }

  async #readPage(index: number, before: string | null): Promise<'read' | 'outdated' | 'failed'> {
    const changes = this.#changes;
    const question = this.#question;
    const isNew = question !== this.#answered;
    const outcome: Outcome<HistoryList> = await listMeetings(question, isNew ? null : before);
    if (changes !== this.#changes) return 'outdated';
    this.#polling.answered(outcome.ok ? null : outcome.failure);
    this.#failure = outcome.ok ? null : outcome.failure;
    if (!outcome.ok) return 'failed';
    const { storage, mail, canMail } = outcome.value;
    this.#account = { storage, mail, canMail };
    this.#tell(outcome.value.meetings);
    if (isNew) this.#olderFailure = null;
    this.#pages = isNew
      ? [pageOf(null, outcome.value)]
      : withPage(this.#pages, index, pageOf(before, outcome.value));
    this.#answered = question;
    return 'read';
  }

  #tell(meetings: readonly HistoryMeeting[]): void {
    const known: Partial<Record<string, string>> = Object.fromEntries(
      this.#meetings.flatMap(({ recordings }) => recordings.map(({ id, state }) => [id, state])),
    );
    for (const meeting of meetings) {
      for (const entry of meeting.recordings) {
        const was = known[entry.id];
        const { state } = entry;
        if (was && was !== state && (state === 'ready' || state === 'failed')) {
          this.#news = { what: state, meeting, entry };
        }
      }
    }
  }

  #wait(): void {
    this.#polling.wait(this.#failure, {
      made: this.#meetings.flatMap(({ recordings }) =>
        recordings.filter(({ state }) => state === 'finishing'),
      ),
      runs: this.#meetings.some(isRunning),
    });
  }
}

const isRunning = ({ endedAt, recordings }: HistoryMeeting): boolean =>
  endedAt === null || recordings.some(({ state }) => state === 'recording');

const isAwaited = (meeting: HistoryMeeting): boolean =>
  isRunning(meeting) || meeting.recordings.some(({ state }) => state === 'finishing');

const pageOf = (before: string | null, { meetings, next }: HistoryList): Page<HistoryMeeting> => ({
  before,
  meetings,
  next,
});
