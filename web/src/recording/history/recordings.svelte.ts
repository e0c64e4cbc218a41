import type { RecordedMeeting, RecordingEntry, RecordingList } from '../../../../sfu/protocol/recording.ts';
import type { Failure } from '../../session/api.ts';
import { changeMail, dropMp4, listRecordings, makeMp4, removeRecording } from './history-api.ts';
import { meetingsOf, withPage, withRecording, type Page } from './pages.ts';

/** Something is being made ready: the person looks on. */
const pollMs = 2_000;
/** … and nothing has come of it for so long: it may need somebody to see to the server first. */
const patienceMs = 60_000;
const pollPatientMs = 15_000;
/** A meeting runs: only its length and size grow. */
const pollRunningMs = 10_000;
/** A lost line is asked again less and less often. */
const pollSlowestMs = 30_000;

/** Answers after which asking again changes nothing before the person has done something. */
const lasting: readonly Failure['code'][] = ['sign-in-required', 'password-change-required', 'not-allowed'];

/** What is being done with a recording, and what was tried with it and did not work. */
type Act = { busy: 'remove' | 'mp4' | null; failure: Failure | null };
const idle: Act = { busy: null, failure: null };

/** Besides the meetings. */
export type AccountState = Pick<RecordingList, 'storage' | 'mail' | 'canMail'>;

/** A recording and the meeting that it is of. */
export type Found = { meeting: RecordedMeeting; entry: RecordingEntry };

/** Something that has just become of a recording, for those who cannot see it. */
export type News = Found & { what: 'removed' | 'ready' | 'failed' | 'mp4Ready' | 'mp4Failed' };

/**
 * The account's recorded meetings as the server has them, asked for again by itself for as long as somebody
 * looks at them and one of them is not ready. The list is the server's: what is done here is asked of the
 * server, and the list is read anew.
 */
export class Recordings {
  #list = $state.raw<AccountState | null>(null);
  #pages = $state.raw<readonly Page[]>([]);
  readonly #meetings = $derived(meetingsOf(this.#pages));
  #olderFailure = $state.raw<Failure | null>(null);
  #loadingOlder = $state(false);
  #failure = $state.raw<Failure | null>(null);
  #news = $state.raw<News | null>(null);
  #acts = $state.raw<Readonly<Record<string, Act>>>({});
  #savingMail = $state(false);
  /** Rises with everything that is done here: an answer that was asked for before knows nothing of it. */
  #changes = 0;
  #loading: Promise<void> | null = null;
  #askedAgain = false;
  /** All pages are to be read, not only those on which something is under way. */
  #allDue = false;
  /** What there is to wait for, and since when it has been so. */
  #awaited = '';
  #awaitedSince = 0;
  #watchers = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #lost = 0;

  /** Null until it has been read once. */
  get list(): AccountState | null {
    return this.#list;
  }

  /** Newest first; as many as have been asked for. */
  get meetings(): readonly RecordedMeeting[] {
    return this.#meetings;
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

  /** The latest that has happened by itself or was done here. */
  get news(): News | null {
    return this.#news;
  }

  get savingMail(): boolean {
    return this.#savingMail;
  }

  find(recordingId: string): Found | null {
    for (const meeting of this.meetings) {
      const entry = meeting.recordings.find(({ id }) => id === recordingId);
      if (entry) return { meeting, entry };
    }
    return null;
  }

  /** What is being done with a recording. */
  act(recordingId: string): Readonly<Act> {
    return this.#acts[recordingId] ?? idle;
  }

  /** Asks at once, and then as often as there is something to wait for. @returns ends that */
  watch(): () => void {
    this.#watchers += 1;
    this.#awaitedSince = Date.now();
    void this.load();
    return () => {
      this.#watchers -= 1;
      if (this.#watchers === 0) clearTimeout(this.#timer);
    };
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
    this.#loadingOlder = true;
    this.#olderFailure = null;
    const outcome = await listRecordings(next);
    this.#loadingOlder = false;
    if (!outcome.ok) {
      this.#olderFailure = outcome.failure;
      if (lasting.includes(outcome.failure.code)) this.#failure = outcome.failure;
      // The list has been read meanwhile, and ends somewhere else.
    } else if (next !== this.#next) await this.loadOlder();
    else {
      this.#pages = withPage(this.#pages, this.#pages.length, pageOf(next, outcome.value));
      if (!this.#loading) this.#wait();
    }
  }

  #poll(): Promise<void> {
    if (this.#loading) this.#askedAgain = true;
    this.#loading ??= this.#read().finally(() => {
      this.#loading = null;
      this.#wait();
    });
    return this.#loading;
  }

  /** For good. Pressed twice, it is asked once. */
  async remove(recordingId: string): Promise<Failure | null> {
    const found = this.find(recordingId);
    if (!found || this.act(recordingId).busy) return null;
    const failure = await this.#do(recordingId, 'remove', () => removeRecording(recordingId));
    if (failure) return failure;
    this.#replace(recordingId, null);
    this.#news = { what: 'removed', ...found };
    // How much room there is now, the server says.
    void this.#poll();
    return null;
  }

  /** Has the copy for iPhones made. Pressed twice, it is asked once. */
  async makeMp4(recordingId: string): Promise<Failure | null> {
    const entry = this.find(recordingId)?.entry;
    if (!entry || this.act(recordingId).busy || entry.mp4.state === 'making') return null;
    const before = entry.mp4;
    // The bar is there with the press.
    this.#setMp4(recordingId, { state: 'making', done: 0 });
    const failure = await this.#do(recordingId, 'mp4', () => makeMp4(recordingId));
    if (failure) this.#setMp4(recordingId, before);
    else void this.#poll();
    return failure;
  }

  async cancelMp4(recordingId: string): Promise<Failure | null> {
    if (this.act(recordingId).busy) return null;
    const failure = await this.#do(recordingId, 'mp4', () => dropMp4(recordingId));
    if (!failure) this.#setMp4(recordingId, { state: 'none' });
    void this.load();
    return failure;
  }

  /** Its owner has gone away from what did not work. */
  forgive(recordingId: string): void {
    if (!this.act(recordingId).busy) this.#setAct(recordingId, idle);
  }

  /** @param mail where warnings go; null: nowhere */
  async setMail(mail: string | null): Promise<Failure | null> {
    if (this.#savingMail) return null;
    this.#savingMail = true;
    const failure = await changeMail(mail);
    this.#savingMail = false;
    if (failure) return failure;
    this.#changes += 1;
    if (this.#list) this.#list = { ...this.#list, mail };
    void this.#poll();
    return null;
  }

  #setAct(recordingId: string, act: Act): void {
    this.#acts = { ...this.#acts, [recordingId]: act };
  }

  async #do(
    recordingId: string,
    busy: 'remove' | 'mp4',
    ask: () => Promise<Failure | null>,
  ): Promise<Failure | null> {
    this.#setAct(recordingId, { busy, failure: null });
    this.#changes += 1;
    const answer = await ask();
    this.#changes += 1;
    // Gone already: that is what was wanted.
    const failure = busy === 'remove' && answer?.code === 'recording-unknown' ? null : answer;
    this.#setAct(recordingId, { busy: null, failure });
    if (failure && lasting.includes(failure.code)) this.#failure = failure;
    return failure;
  }

  get #next(): string | null {
    return this.#pages.at(-1)?.next ?? null;
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
        // Something was done here meanwhile, and the answer may be older than that.
        this.#askedAgain ||= outcome === 'outdated';
        break;
      }
    } while (this.#askedAgain && !this.#failure);
  }

  async #readPage(index: number, before: string | null): Promise<'read' | 'outdated' | 'failed'> {
    const changes = this.#changes;
    const outcome = await listRecordings(before);
    if (!outcome.ok) {
      this.#fail(outcome.failure);
      return 'failed';
    }
    if (changes !== this.#changes) return 'outdated';
    this.#adopt(index, pageOf(before, outcome.value), outcome.value);
    return 'read';
  }

  #fail(failure: Failure): void {
    this.#failure = failure;
    this.#lost += 1;
  }

  #adopt(index: number, page: Page, { storage, mail, canMail }: RecordingList): void {
    const known: Partial<Record<string, RecordingEntry>> = Object.fromEntries(
      this.#meetings.flatMap(({ recordings }) => recordings.map((entry) => [entry.id, entry])),
    );
    this.#failure = null;
    this.#lost = 0;
    this.#list = { storage, mail, canMail };
    this.#pages = withPage(this.#pages, index, page);
    for (const meeting of page.meetings) {
      for (const entry of meeting.recordings) {
        const was = known[entry.id];
        const what = was && changeOf(was, entry);
        if (what) this.#news = { what, meeting, entry };
      }
    }
  }

  #setMp4(recordingId: string, mp4: RecordingEntry['mp4']): void {
    const entry = this.find(recordingId)?.entry;
    if (entry) this.#replace(recordingId, { ...entry, mp4 });
  }

  /** @param by null: it is no longer there */
  #replace(recordingId: string, by: RecordingEntry | null): void {
    this.#pages = withRecording(this.#pages, recordingId, by);
  }

  #wait(): void {
    clearTimeout(this.#timer);
    if (this.#watchers === 0) return;
    const pauseMs = this.#pauseMs();
    if (pauseMs !== null) this.#timer = setTimeout(() => void this.#poll(), pauseMs);
  }

  /** @returns null when there is nothing to wait for */
  #pauseMs(): number | null {
    if (this.#failure && lasting.includes(this.#failure.code)) return null;
    if (this.#lost > 0) return Math.min(pollMs * 2 ** this.#lost, pollSlowestMs);
    const runs = this.#meetings.some(isRunning);
    const awaited = this.#meetings.flatMap(({ recordings }) => recordings.filter(isBeingMade));
    this.#await(awaited);
    if (awaited.length === 0) return runs ? pollRunningMs : null;
    if (Date.now() - this.#awaitedSince < patienceMs) return pollMs;
    return runs ? pollRunningMs : pollPatientMs;
  }

  #await(awaited: readonly RecordingEntry[]): void {
    const now = JSON.stringify(awaited);
    if (now !== this.#awaited) this.#awaitedSince = Date.now();
    this.#awaited = now;
  }
}

const isBeingMade = ({ state, mp4 }: RecordingEntry): boolean =>
  state === 'finishing' || mp4.state === 'making';

const isRunning = ({ endedAt, recordings }: RecordedMeeting): boolean =>
  endedAt === null || recordings.some(({ state }) => state === 'recording');

const isAwaited = (meeting: RecordedMeeting): boolean =>
  isRunning(meeting) || meeting.recordings.some(isBeingMade);

const pageOf = (before: string | null, { meetings, next }: RecordingList): Page => ({
  before,
  meetings,
  next,
});

function changeOf(was: RecordingEntry, now: RecordingEntry): News['what'] | null {
  if (was.state !== now.state && (now.state === 'ready' || now.state === 'failed')) return now.state;
  if (was.mp4.state === now.mp4.state) return null;
  if (now.mp4.state === 'ready') return 'mp4Ready';
  return now.mp4.state === 'failed' ? 'mp4Failed' : null;
}
