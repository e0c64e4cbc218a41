import { Refusal } from '../protocol/codes.ts';
import type {
  HistoryPlace,
  RecordedMeeting,
  RecordingEntry,
  RecordingKind,
  RecordingList,
} from '../protocol/recording.ts';
import type { AccountRepository } from '../store/account-repository.ts';
import type {
  MeetingSummary,
  PartRecord,
  PlaceInHistory,
  RecordingRepository,
} from '../store/recording-repository.ts';
import { Copies } from './copies.ts';
import type { CopiesOptions } from './copies.ts';
import { recordingFileName } from './file-names.ts';
import type { RecordingShelf } from './shelf.ts';

export type RecordingLibraryOptions = CopiesOptions & {
  recordings: RecordingRepository;
  accounts: Pick<AccountRepository, 'mail' | 'setMail'>;
  shelf: Pick<RecordingShelf, 'storageOf' | 'remove' | 'isStuck'>;
  /** Whether the server can send mail at all. */
  canMail: boolean;
};

/** A file that can be sent. */
export type RecordedFile = { blob: string; fileName: string; kind: RecordingKind };

/** A page of the history has this many meetings. */
const pageMeetings = 100;
const sweepEveryMs = 60 * 60_000;

/**
 * A rep's recordings, for their owner alone (R6): whoever else asks for one, or for one that there never was, is
 * answered alike.
 */
export class RecordingLibrary {
  readonly #recordings: RecordingRepository;
  readonly #options: RecordingLibraryOptions;
  readonly #copies: Copies;
  readonly #sweeping: NodeJS.Timeout;

  private constructor(options: RecordingLibraryOptions) {
    this.#recordings = options.recordings;
    this.#options = options;
    this.#copies = new Copies(options);
    this.#sweeping = setInterval(() => void this.#sweep(), sweepEveryMs);
    this.#sweeping.unref();
  }

  /** Removes old copies first, and then every hour. */
  static async open(options: RecordingLibraryOptions): Promise<RecordingLibrary> {
    const library = new RecordingLibrary(options);
    await library.#sweep();
    return library;
  }

  close(): void {
    clearInterval(this.#sweeping);
  }

  /**
   * A page of meetings with their recordings, the newest meeting first.
   *
   * @param before where the page before ended; null: the first page
   */
  async list(accountId: string, before: HistoryPlace | null = null): Promise<RecordingList> {
    // One more than is shown tells whether there are more.
    const places = await this.#recordings.history(accountId, pageMeetings + 1, before);
    const page = places.slice(0, pageMeetings);
    const last = places.length > pageMeetings ? page.at(-1) : undefined;
    const ids = page.map(({ id }) => id);
    const entries = await this.ofMeetings(accountId, ids);
    const known = new Map((await this.#recordings.meetings(ids)).map((summary) => [summary.id, summary]));
    return {
      ...(await this.space(accountId)),
      meetings: page.map((place) => meetingOf(place, entries.get(place.id) ?? [], known.get(place.id))),
      next: last ? `${last.at}-${last.id}` : null,
    };
  }

  /** How much the owner may keep, and how they are warned. */
  async space(accountId: string): Promise<Pick<RecordingList, 'storage' | 'mail' | 'canMail'>> {
    const { accounts, shelf, canMail } = this.#options;
    return {
      storage: await shelf.storageOf(accountId),
      mail: await accounts.mail(accountId),
      canMail,
    };
  }

  /** The owner's recordings of these meetings, by meeting, each one's in the order of their numbers. */
  async ofMeetings(
    accountId: string,
    meetingIds: readonly string[],
  ): Promise<ReadonlyMap<string, RecordingEntry[]>> {
    const parts = await this.#recordings.ofMeetings(accountId, meetingIds);
    const byMeeting = Map.groupBy(parts, ({ meetingId }) => meetingId);
    return new Map([...byMeeting].map(([id, of]) => [id, of.map((part) => this.#entry(part))]));
  }

  /** Of which meeting it is. @throws Refusal recording-unknown */
  async meetingOf(accountId: string, id: string): Promise<string> {
    return (await this.#find(accountId, id)).meetingId;
  }

  /**
   * @param timeZone for the day in the file's name; without it, this machine's
   * @throws Refusal recording-unknown, recording-not-ready
   */
  async file(accountId: string, id: string, timeZone?: string): Promise<RecordedFile> {
    const part = await this.#findReady(accountId, id);
    return { blob: part.blob, fileName: await this.#fileName(part, 'webm', timeZone), kind: part.kind };
  }

  /** For good. @throws Refusal recording-unknown, recording-not-ready while it is recorded or made ready */
  async remove(accountId: string, id: string): Promise<void> {
    const part = await this.#find(accountId, id);
    await this.#options.shelf.remove(part);
    await this.#copies.cancel(id);
  }

  /**
   * Begins a copy in MP4, which is kept for a day; asked again, there is still one.
   *
   * @throws Refusal recording-unknown, recording-not-ready, recording-unavailable, recording-disk
   */
  async makeMp4(accountId: string, id: string): Promise<void> {
    await this.#copies.make(await this.#findReady(accountId, id));
  }

  /** @throws Refusal recording-unknown */
  async cancelMp4(accountId: string, id: string): Promise<void> {
    await this.#find(accountId, id);
    await this.#copies.cancel(id);
  }

  /**
   * @param timeZone for the day in the file's name; without it, this machine's
   * @throws Refusal recording-unknown, recording-not-ready
   */
  async mp4File(accountId: string, id: string, timeZone?: string): Promise<RecordedFile> {
    const part = await this.#findReady(accountId, id);
    if (!part.mp4) throw notReady();
    return { blob: part.mp4.blob, fileName: await this.#fileName(part, 'mp4', timeZone), kind: part.kind };
  }

  /** Where warnings about storage go; null: nowhere. */
  async setMail(accountId: string, mail: string | null): Promise<void> {
    await this.#options.accounts.setMail(accountId, mail);
  }

  #entry(part: PartRecord): RecordingEntry {
    const { id, kind, number, state, failure, beganAt, durationMs, bytes, chapters } = part;
    // What nobody finishes is not to be waited for, and can be deleted.
    const isStuck = this.#options.shelf.isStuck(part);
    // Deleted ones are not listed; of one that is just being deleted nothing more is to be had.
    const shown = isStuck || state === 'deleted' ? 'failed' : state;
    return {
      id,
      kind,
      part: number,
      state: shown,
      failure: isStuck ? 'recording-unavailable' : failure,
      beganAt,
      durationMs,
      bytes,
      chapters,
      mp4: this.#copies.view(part),
    };
  }

  async #find(accountId: string, id: string): Promise<PartRecord> {
    const part = await this.#recordings.load(id);
    if (part?.accountId !== accountId || part.state === 'deleted') {
      throw new Refusal('recording-unknown', 'There is no such recording.');
    }
    return part;
  }

  async #findReady(accountId: string, id: string): Promise<PartRecord & { blob: string }> {
    const part = await this.#find(accountId, id);
    const { blob } = part;
    if (part.state !== 'ready' || blob === null) throw notReady();
    return { ...part, blob };
  }

  async #fileName(part: PartRecord, ending: 'webm' | 'mp4', timeZone?: string): Promise<string> {
    const [meeting] = await this.#recordings.meetings([part.meetingId]);
    return recordingFileName(part, meeting?.people ?? [], ending, timeZone);
  }

  async #sweep(): Promise<void> {
    try {
      await this.#copies.sweep();
    } catch (error) {
      this.#options.log.error({ err: error }, 'old copies of recordings could not be removed');
    }
  }
}

function meetingOf(
  { id, at }: PlaceInHistory,
  recordings: RecordingEntry[],
  summary: MeetingSummary | undefined,
): RecordedMeeting {
  return {
    meetingId: id,
    startedAt: at,
    endedAt: summary?.endedAt ?? null,
    people: summary?.people ?? [],
    consents: summary?.consents ?? [],
    recordings,
  };
}

function notReady(): Refusal {
  return new Refusal('recording-not-ready', 'It is not ready.');
}
