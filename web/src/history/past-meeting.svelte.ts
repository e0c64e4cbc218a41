import type { HistoryDetail, MeetingResult } from '../../../sfu/protocol/history.ts';
import type { RecordingEntry } from '../../../sfu/protocol/recording.ts';
import { dropMp4, makeMp4, removeRecording } from '../recording/history/history-api.ts';
import type { Failure } from '../session/api.ts';
import { changeMeeting, readMeeting } from './history-api.ts';
import { isLasting, Polling } from './polling.ts';

/** What is being done with a recording, and what was tried with it and did not work. */
type Act = { busy: 'remove' | 'mp4' | null; failure: Failure | null };
const idle: Act = { busy: null, failure: null };

/** Something that has just become of a recording, for those who cannot see it. */
export type News = {
  what: 'removed' | 'ready' | 'failed' | 'mp4Ready' | 'mp4Failed';
  meeting: HistoryDetail;
  entry: RecordingEntry;
};

/**
 * One meeting as the server has it, with all that happened in it; asked for again by itself for as long as somebody
 * looks at it and it runs, or one of its recordings is not ready. What is done here is asked of the server, and the
 * meeting is read anew.
 */
export class PastMeeting {
  readonly id: string;
  #detail = $state.raw<HistoryDetail | null>(null);
  #failure = $state.raw<Failure | null>(null);
  #news = $state.raw<News | null>(null);
  #acts = $state.raw<Readonly<Record<string, Act>>>({});
  /** As it was chosen last, until the server has it. */
  #chosen = $state.raw<{ result: MeetingResult | null } | null>(null);
  #resultFailure = $state.raw<Failure | null>(null);
  #resultSaved = $state(false);
  /** Rises with everything that is done here: an answer that was asked for before knows nothing of it. */
  #changes = 0;
  #loading: Promise<void> | null = null;
  #askedAgain = false;
  #savingResult: Promise<void> | null = null;
  readonly #polling = new Polling(() => void this.load());

  constructor(id: string) {
    this.id = id;
  }

  /** Null until it has been read once. */
  get detail(): HistoryDetail | null {
    return this.#detail;
  }

  /** Why it could not be read, the last time. */
  get failure(): Failure | null {
    return this.#failure;
  }

  /** The latest that has happened by itself or was done here. */
  get news(): News | null {
    return this.#news;
  }

  /** What came of it; what was just chosen stands there at once. */
  get result(): MeetingResult | null {
    return this.#chosen ? this.#chosen.result : (this.#detail?.result ?? null);
  }

  /** Why the result could not be stored; it stays chosen, to be stored once more. */
  get resultFailure(): Failure | null {
    return this.#resultFailure;
  }

  /** The result was chosen here, and is stored. */
  get resultSaved(): boolean {
    return this.#resultSaved;
  }

  find(recordingId: string): RecordingEntry | null {
    return this.#detail?.recordings.find(({ id }) => id === recordingId) ?? null;
  }

  /** What is being done with a recording. */
  act(recordingId: string): Readonly<Act> {
    return this.#acts[recordingId] ?? idle;
  }

  /** Asks at once, and then as often as there is something to wait for. @returns ends that */
  watch(): () => void {
    return this.#polling.watch();
  }

  /** Asked for while it is being read, it is read once more after that. */
  load(): Promise<void> {
    if (this.#loading) this.#askedAgain = true;
    this.#loading ??= this.#read().finally(() => {
      this.#loading = null;
      this.#wait();
    });
    return this.#loading;
  }

  /** Stores what came of it; the last choice counts. */
  async setResult(result: MeetingResult | null): Promise<void> {
    this.#chosen = { result };
    this.#changes += 1;
    this.#resultSaved = false;
    this.#savingResult ??= this.#saveResult().finally(() => (this.#savingResult = null));
    await this.#savingResult;
  }

  /** A result was chosen that the server does not have, and nothing is under way about it. */
  get atRisk(): boolean {
    return this.#chosen !== null && this.#savingResult === null;
  }

  /** Stores a result that could not be stored until now. */
  async flush(): Promise<void> {
    if (this.#chosen) await this.setResult(this.#chosen.result);
  }

  /** For good. Pressed twice, it is asked once. */
  async remove(recordingId: string): Promise<Failure | null> {
    const [meeting, entry] = [this.#detail, this.find(recordingId)];
    if (!meeting || !entry || this.act(recordingId).busy) return null;
    const failure = await this.#do(recordingId, 'remove', () => removeRecording(recordingId));
    if (failure) return failure;
    this.#replace(recordingId, null);
    this.#news = { what: 'removed', meeting, entry };
    void this.load();
    return null;
  }

  /** Has the copy for iPhones made. Pressed twice, it is asked once. */
  async makeMp4(recordingId: string): Promise<Failure | null> {
    const entry = this.find(recordingId);
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

  async #saveResult(): Promise<void> {
    for (let chosen = this.#chosen; chosen;) {
      // Whoever chooses may close the page with the next press.
      const failure = await changeMeeting(this.id, { result: chosen.result }, true);
      this.#changes += 1;
      // Another one has been chosen meanwhile.
      if (this.#chosen !== chosen) {
        chosen = this.#chosen;
        continue;
      }
      this.#resultFailure = failure;
      if (failure) return;
      if (this.#detail) this.#detail = { ...this.#detail, result: chosen.result };
      this.#chosen = null;
      this.#resultSaved = true;
      return;
    }
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
    if (failure && isLasting(failure)) this.#failure = failure;
    return failure;
  }

  async #read(): Promise<void> {
    do {
      this.#askedAgain = false;
      const changes = this.#changes;
      const outcome = await readMeeting(this.id);
      // Something was done here meanwhile, and the answer may be older than that.
      if (outcome.ok && changes !== this.#changes) {
        this.#askedAgain = true;
        continue;
      }
      this.#polling.answered(outcome.ok ? null : outcome.failure);
      this.#failure = outcome.ok ? null : outcome.failure;
      if (outcome.ok) this.#adopt(outcome.value);
    } while (this.#askedAgain && !this.#failure);
  }

  #adopt(detail: HistoryDetail): void {
    const known: Partial<Record<string, RecordingEntry>> = Object.fromEntries(
      (this.#detail?.recordings ?? []).map((entry) => [entry.id, entry]),
    );
    this.#detail = detail;
    for (const entry of detail.recordings) {
      const was = known[entry.id];
      const what = was && changeOf(was, entry);
      if (what) this.#news = { what, meeting: detail, entry };
    }
  }

  #setMp4(recordingId: string, mp4: RecordingEntry['mp4']): void {
    const entry = this.find(recordingId);
    if (entry) this.#replace(recordingId, { ...entry, mp4 });
  }

  /** @param by null: it is no longer there */
  #replace(recordingId: string, by: RecordingEntry | null): void {
    if (!this.#detail) return;
    const recordings = this.#detail.recordings.flatMap((entry) =>
      entry.id === recordingId ? (by ?? []) : entry,
    );
    this.#detail = { ...this.#detail, recordings };
  }

  #wait(): void {
    const recordings = this.#detail?.recordings ?? [];
    this.#polling.wait(this.#failure, {
      made: recordings.filter(({ state, mp4 }) => state === 'finishing' || mp4.state === 'making'),
      runs: this.#detail?.endedAt === null || recordings.some(({ state }) => state === 'recording'),
    });
  }
}

function changeOf(was: RecordingEntry, now: RecordingEntry): News['what'] | null {
  if (was.state !== now.state && (now.state === 'ready' || now.state === 'failed')) return now.state;
  if (was.mp4.state === now.mp4.state) return null;
  if (now.mp4.state === 'ready') return 'mp4Ready';
  return now.mp4.state === 'failed' ? 'mp4Failed' : null;
}
