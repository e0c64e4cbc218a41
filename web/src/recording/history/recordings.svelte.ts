import type { RecordedMeeting, RecordingEntry, RecordingList } from '../../../../sfu/protocol/recording.ts';
import type { Failure } from '../../session/api.ts';
import { changeMail, dropMp4, listRecordings, makeMp4, removeRecording } from './history-api.ts';

/** Something is being made ready: the person looks on. */
const pollMs = 2_000;
/** A meeting runs: only its length and size grow. */
const pollRunningMs = 10_000;
/** A lost line is asked again less and less often. */
const pollSlowestMs = 30_000;

/** Answers after which asking again changes nothing before the person has done something. */
const lasting: readonly Failure['code'][] = ['sign-in-required', 'password-change-required', 'not-allowed'];

/** What is being done with a recording, and what was tried with it and did not work. */
type Act = { busy: 'remove' | 'mp4' | null; failure: Failure | null };
const idle: Act = { busy: null, failure: null };

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
  #list = $state.raw<RecordingList | null>(null);
  #failure = $state.raw<Failure | null>(null);
  #news = $state.raw<News | null>(null);
  #acts = $state.raw<Readonly<Record<string, Act>>>({});
  #savingMail = $state(false);
  /** Rises with everything that is done here: an answer that was asked for before knows nothing of it. */
  #changes = 0;
  #loading: Promise<void> | null = null;
  #askedAgain = false;
  #watchers = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #lost = 0;

  /** Null until it has been read once. */
  get list(): RecordingList | null {
    return this.#list;
  }

  /** Newest first. */
  get meetings(): readonly RecordedMeeting[] {
    return this.#list?.meetings ?? [];
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
    void this.load();
    return () => {
      this.#watchers -= 1;
      if (this.#watchers === 0) clearTimeout(this.#timer);
    };
  }

  /** Reads the list; asked for while that is under way, once more after it. */
  load(): Promise<void> {
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
    void this.load();
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
    else void this.load();
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
    void this.load();
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

  async #read(): Promise<void> {
    do {
      this.#askedAgain = false;
      const changes = this.#changes;
      const outcome = await listRecordings();
      // Something was done here meanwhile, and the answer may be older than that.
      if (outcome.ok && changes !== this.#changes) this.#askedAgain = true;
      else if (outcome.ok) this.#adopt(outcome.value);
      else this.#fail(outcome.failure);
    } while (this.#askedAgain && !this.#failure);
  }

  #fail(failure: Failure): void {
    this.#failure = failure;
    this.#lost += 1;
  }

  #adopt(list: RecordingList): void {
    const before = this.#list;
    this.#failure = null;
    this.#lost = 0;
    this.#list = list;
    if (!before) return;
    const known: Partial<Record<string, RecordingEntry>> = Object.fromEntries(
      before.meetings.flatMap(({ recordings }) => recordings.map((entry) => [entry.id, entry])),
    );
    for (const meeting of list.meetings) {
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
    if (!this.#list) return;
    const meetings = this.#list.meetings.map((meeting) => {
      if (!meeting.recordings.some(({ id }) => id === recordingId)) return meeting;
      const recordings = meeting.recordings.flatMap((entry) =>
        entry.id === recordingId ? (by ?? []) : entry,
      );
      return { ...meeting, recordings };
    });
    this.#list = { ...this.#list, meetings };
  }

  #wait(): void {
    clearTimeout(this.#timer);
    if (this.#watchers === 0) return;
    const pauseMs = this.#pauseMs();
    if (pauseMs !== null) this.#timer = setTimeout(() => void this.load(), pauseMs);
  }

  /** @returns null when there is nothing to wait for */
  #pauseMs(): number | null {
    if (this.#failure && lasting.includes(this.#failure.code)) return null;
    if (this.#lost > 0) return Math.min(pollMs * 2 ** this.#lost, pollSlowestMs);
    const entries = this.meetings.flatMap(({ recordings }) => recordings);
    if (entries.some(({ state, mp4 }) => state === 'finishing' || mp4.state === 'making')) return pollMs;
    const runs = this.meetings.some(({ endedAt }) => endedAt === null);
    return runs || entries.some(({ state }) => state === 'recording') ? pollRunningMs : null;
  }
}

function changeOf(was: RecordingEntry, now: RecordingEntry): News['what'] | null {
  if (was.state !== now.state && (now.state === 'ready' || now.state === 'failed')) return now.state;
  if (was.mp4.state === now.mp4.state) return null;
  if (now.mp4.state === 'ready') return 'mp4Ready';
  return now.mp4.state === 'failed' ? 'mp4Failed' : null;
}
