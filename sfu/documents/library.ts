import { Transform } from 'node:stream';
import type { Readable } from 'node:stream';
import { newId } from '../meeting/identity.ts';
import type { StageDocument } from '../meeting/stage.ts';
import { Refusal } from '../protocol/codes.ts';
import type { DocumentProgress, DocumentView } from '../protocol/documents.ts';
import { limits } from '../protocol/limits.ts';
import type { Log } from '../log.ts';
import type { BlobStore, NewBlob } from '../store/blobs.ts';
import type { DocumentRecord, DocumentRepository } from '../store/document-repository.ts';
import { Arrivals } from './arrivals.ts';
import { nameFor, titleOf } from './names.ts';
import { isOwnedBy, type DocumentOwner } from './owner.ts';
import { RefusedFiles } from './refused-files.ts';
import type { DocumentPreparation, Prepared } from './preparation.ts';

export type LibraryOptions = {
  documents: DocumentRepository;
  blobs: BlobStore;
  preparation: Pick<DocumentPreparation, 'recognise' | 'prepare'>;
  limits: { bytes: number; pages: number };
  log: Log;
};

export type Upload = { name: string; title?: string | undefined };

/** Meetings are stored on the same disk: documents must not fill it to the brim. */
const roomToLeaveBytes = 200_000_000;

type Job = { record: DocumentRecord; ahead: number; ending: AbortController; done: Promise<void> };

/**
 * All documents: takes files in, has them prepared one after the other, and knows whose they are. A file that
 * breaks off, is refused or deleted leaves nothing behind; one whose preparation a stop interrupts is prepared
 * after the next start.
 */
export class DocumentLibrary {
  readonly #documents: DocumentRepository;
  readonly #blobs: BlobStore;
  readonly #preparation: LibraryOptions['preparation'];
  readonly #limits: LibraryOptions['limits'];
  readonly #log: Log;
  readonly #jobs = new Map<string, Job>();
  readonly #refused = new RefusedFiles();
  readonly #changeListeners = new Set<(document: StageDocument) => void>();
  readonly #arrivals = new Arrivals();
  #isAllowed: (owner: DocumentOwner) => boolean = () => true;
  #closed = false;

  private constructor({ documents, blobs, preparation, limits: most, log }: LibraryOptions) {
    this.#documents = documents;
    this.#blobs = blobs;
    this.#preparation = preparation;
    this.#limits = most;
    this.#log = log;
  }

  /** Sweeps away what a server before this one was writing, and goes on with what it was preparing. */
  static async open(options: LibraryOptions): Promise<DocumentLibrary> {
    const library = new DocumentLibrary(options);
    const swept = await options.blobs.removeUnused(await options.documents.blobs());
    if (swept > 0) options.log.info({ files: swept }, 'files that no document uses were put aside');
    for (const record of await options.documents.unfinished()) library.#begin(record);
    for (const { id, replaces } of await options.documents.unplaced()) {
      if (replaces !== null) await library.#putInPlace(replaces, id);
    }
    return library;
  }

  get limits(): Readonly<{ bytes: number; pages: number }> {
    return this.#limits;
  }

  /** Who may bring something; asked again when the file is there, as a large one takes its time. */
  set isAllowed(isAllowed: (owner: DocumentOwner) => boolean) {
    this.#isAllowed = isAllowed;
  }

  /** Calls back when a ready document has another title, file or permission. */
  onChange(listener: (document: StageDocument) => void): void {
    this.#changeListeners.add(listener);
  }

  /**
   * D1: takes a file in; its preparation begins. The content decides what it is.
   *
   * @throws Refusal document-… , storage-full; what the stream throws when it breaks off
   */
  async receive(owner: DocumentOwner, { name, title }: Upload, content: Readable): Promise<DocumentView> {
    return this.#arrivals.count(owner, async (others) => {
      await this.#assertRoom(owner, others);
      const upload = { name, title: title ?? titleOf(name) };
      return this.#view(await this.#takeIn(owner, upload, content, null));
    });
  }

  /**
   * B2: a new file for a document of the account's. The old one is used until the new one is ready, and stays
   * when it is refused.
   */
  async replace(accountId: string, id: string, { name }: Upload, content: Readable): Promise<DocumentView> {
    const owner = { kind: 'account', accountId } as const;
    const { title } = await this.find(owner, id);
    return this.#arrivals.count(owner, async () => {
      await this.#takeIn(owner, { name, title }, content, id);
      return this.view(owner, id);
    });
  }

  /** Ready ones, those on their way and those that were refused, in the owner's order. */
  async list(owner: DocumentOwner): Promise<DocumentView[]> {
    const found = await this.#recordsOf(owner);
    const refused = this.#refused.of(owner);
    // Of one that is being refused in this moment the record is still there.
    const records = found.filter(({ id }) => this.#refused.get(id) === null);
    const isMain = (record: DocumentRecord) => record.replaces === null;
    const shown = [...refused.filter(isMain), ...records.filter(isMain)];
    const replacements = [...records, ...refused].filter((record) => !isMain(record));
    const byDocument = new Map(replacements.map((record) => [record.replaces, record]));
    return shown.map((record) => this.#view(record, byDocument.get(record.id)));
  }

  /** @throws Refusal document-unknown */
  async view(owner: DocumentOwner, id: string): Promise<DocumentView> {
    const refused = this.#refused.get(id);
    if (refused && isOwnedBy(refused.record, owner)) return this.#view(refused.record);
    const record = await this.find(owner, id);
    const replacement = this.#refused.replacementOf(id) ?? (await this.#documents.replacementOf(id));
    return this.#view(record, replacement ?? undefined);
  }

  /** @throws Refusal document-unknown, also when it is somebody else's */
  async find(owner: DocumentOwner, id: string): Promise<DocumentRecord> {
    const record = await this.#documents.load(id);
    if (!record || !isOwnedBy(record, owner)) throw unknown();
    return record;
  }

  /**
   * For the stage of a meeting.
   *
   * @throws Refusal document-unknown, document-not-ready
   */
  async findReady(owner: DocumentOwner, id: string): Promise<StageDocument> {
    const record = await this.find(owner, id);
    if (record.state !== 'ready') throw new Refusal('document-not-ready', 'It is still being prepared.');
    return toStageDocument(record);
  }

  /** @throws Refusal document-unknown */
  async load(id: string): Promise<DocumentRecord> {
    const record = await this.#documents.load(id);
    if (!record) throw unknown();
    return record;
  }

  async change(
    owner: DocumentOwner,
    id: string,
    change: { title?: string | undefined; shareFile?: boolean | undefined },
  ): Promise<DocumentView> {
    await this.find(owner, id);
    const { title, shareFile } = change;
    const record = await this.#documents.change(id, {
      ...(title === undefined ? {} : { title }),
      ...(shareFile === undefined ? {} : { shareFile }),
    });
    if (!record) throw unknown();
    this.#tellChanged(record);
    return this.view(owner, id);
  }

  /** For good, with its file and its memos; or takes note that the owner has read why one was refused. */
  async remove(owner: DocumentOwner, id: string): Promise<void> {
    if (this.#refused.forget(id, owner)) return;
    const record = await this.find(owner, id);
    const replacement = await this.#documents.replacementOf(id);
    if (replacement) await this.#removeWhole(replacement.id);
    await this.#removeWhole(record.id);
    this.#refused.forgetReplacementsOf(id);
  }

  /** The owner has read why a new file was refused. */
  async dismissReplacement(accountId: string, id: string): Promise<void> {
    await this.find({ kind: 'account', accountId }, id);
    this.#refused.forgetReplacementsOf(id);
  }

  async order(accountId: string, ids: readonly string[]): Promise<void> {
    await this.#documents.order(accountId, ids);
  }

  /** D2. For the rep alone. */
  async memos(accountId: string, id: string): Promise<{ page: number; text: string }[]> {
    await this.find({ kind: 'account', accountId }, id);
    return this.#documents.memos(id);
  }

  async writeMemo(accountId: string, id: string, page: number, text: string): Promise<void> {
    await this.find({ kind: 'account', accountId }, id);
    await this.#documents.writeMemo(id, page, text);
  }

  /**
   * D7: the rep keeps what a guest has brought, as a copy: the guest's own goes with the meeting, and what the rep
   * does with theirs is no business of the guest.
   *
   * @throws Refusal document-unknown, document-not-ready
   */
  async keep(accountId: string, id: string): Promise<void> {
    const record = await this.#documents.load(id);
    if (!record?.broughtBy) throw unknown();
    if (record.state !== 'ready' || record.pdfBlob === null) {
      throw new Refusal('document-not-ready', 'It is still being prepared.');
    }
    const original = await this.#copy(record.originalBlob);
    const pdf = record.pdfBlob === record.originalBlob ? original : await this.#copy(record.pdfBlob);
    const { position: _, ...facts } = record;
    await this.#documents.insert({
      ...facts,
      id: newId(),
      accountId,
      broughtBy: null,
      originalBlob: original,
      pdfBlob: pdf,
      createdAt: Date.now(),
    });
  }

  /** D7: after a meeting, what guests have brought goes. */
  async forgetMeeting(meetingId: string): Promise<void> {
    this.#refused.forgetMeeting(meetingId);
    for (const { id } of await this.#documents.ofMeeting(meetingId)) await this.#removeWhole(id);
  }

  /** As above, for meetings that ended while no server looked. */
  async forgetMeetingsBut(isLive: (meetingId: string) => boolean): Promise<void> {
    for (const meetingId of await this.#documents.meetingsWithDocuments()) {
      if (!isLive(meetingId)) await this.forgetMeeting(meetingId);
    }
  }

  /** Stops what is being prepared; it begins anew after the next start. */
  async close(): Promise<void> {
    this.#closed = true;
    const jobs = [...this.#jobs.values()];
    for (const { ending } of jobs) ending.abort(new Error('The server stops.'));
    await Promise.all(jobs.map(({ done }) => done));
  }

  async #takeIn(
    owner: DocumentOwner,
    { name, title }: { name: string; title: string },
    content: Readable,
    replaces: string | null,
  ): Promise<DocumentRecord> {
    const blob = await this.#write(content);
    try {
      const format = await this.#preparation.recognise(blob.path);
      await blob.keep();
      this.#assertAllowed(owner);
      if (replaces !== null) await this.#forgetReplacements(owner, replaces);
      const record = await this.#documents.insert({
        id: newId(),
        accountId: owner.kind === 'account' ? owner.accountId : null,
        broughtBy: owner.kind === 'guest' ? owner : null,
        title,
        fileName: nameFor(format, name),
        format,
        bytes: blob.bytes,
        pages: 0,
        version: 1,
        // What somebody brings to hand over is shared by that.
        shareFile: owner.kind === 'guest',
        state: 'converting',
        originalBlob: blob.key,
        pdfBlob: null,
        substitutedFonts: [],
        replaces,
        createdAt: Date.now(),
      });
      await this.#stays(owner, record);
      this.#begin(record);
      return record;
    } catch (error) {
      await blob.discard();
      await this.#blobs.remove(blob.key);
      throw error;
    }
  }

  /** The meeting may have ended while the document was being stored, and have swept before it was there. */
  async #stays(owner: DocumentOwner, record: DocumentRecord): Promise<void> {
    try {
      this.#assertAllowed(owner);
    } catch (error) {
      await this.#removeWhole(record.id);
      throw error;
    }
  }

  #assertAllowed(owner: DocumentOwner): void {
    if (!this.#isAllowed(owner)) throw new Refusal('meeting-ended', 'They are not in the meeting any more.');
  }

  async #copy(key: string): Promise<string> {
    const copy = await this.#blobs.take(this.#blobs.file(key)).catch((error: unknown) => {
      // The meeting has ended in this very moment.
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') throw unknown();
      throw error;
    });
    await copy.keep();
    return copy.key;
  }

  /**
   * Of several new files for one document the last counts.
   *
   * @throws Refusal document-unknown when the document has been deleted meanwhile
   */
  async #forgetReplacements(owner: DocumentOwner, id: string): Promise<void> {
    await this.find(owner, id);
    this.#refused.forgetReplacementsOf(id);
    const earlier = await this.#documents.replacementOf(id);
    if (earlier) await this.#removeWhole(earlier.id);
  }

  async #write(content: Readable): Promise<NewBlob> {
    const { bytes: most } = this.#limits;
    let bytes = 0;
    const counting = new Transform({
      transform(chunk: Buffer, _encoding, done) {
        bytes += chunk.length;
        if (bytes > most) done(tooLarge(most));
        else done(null, chunk);
      },
    });
    try {
      if ((await this.#blobs.room()) < most + roomToLeaveBytes) throw noRoom();
      return await this.#blobs.write(content, counting);
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      const isFull = code === 'ENOSPC' || code === 'EDQUOT' || code === 'storage-full';
      if (!isFull) throw error;
      this.#log.error({ err: error }, 'there is no room for documents');
      throw noRoom();
    }
  }

  #begin(record: DocumentRecord): void {
    const job: Job = { record, ahead: 0, ending: new AbortController(), done: Promise.resolve() };
    this.#jobs.set(record.id, job);
    job.done = this.#prepare(job)
      .catch((error: unknown) => this.#failed(job, error))
      .finally(() => this.#jobs.delete(record.id));
  }

  async #prepare(job: Job): Promise<void> {
    const { record, ending } = job;
    const prepared = await this.#preparation.prepare(this.#blobs.file(record.originalBlob), record.format, {
      signal: ending.signal,
      onAhead: (ahead) => (job.ahead = ahead),
    });
    try {
      await this.#finish(record, prepared);
    } finally {
      // What cannot be tidied up now is tidied up at the next start; the document is ready all the same.
      await prepared.dispose().catch((error: unknown) => {
        this.#log.warn({ err: error }, 'what a conversion left could not be removed');
      });
    }
  }

  async #finish(record: DocumentRecord, prepared: Prepared): Promise<void> {
    const pdf = prepared.pdf === null ? null : await this.#blobs.take(prepared.pdf);
    try {
      await pdf?.keep();
      const changed = await this.#documents.change(record.id, {
        state: 'ready',
        pages: prepared.pages,
        pdfBlob: pdf?.key ?? record.originalBlob,
        substitutedFonts: prepared.substitutedFonts,
      });
      if (!changed) throw unknown();
    } catch (error) {
      // Deleted in this very moment, or not to be stored.
      await pdf?.discard();
      if (pdf) await this.#blobs.remove(pdf.key);
      throw error;
    }
    if (record.replaces !== null) await this.#putInPlace(record.replaces, record.id);
  }

  async #putInPlace(id: string, replacementId: string): Promise<void> {
    const replaced = await this.#documents.replaceFile(id, replacementId);
    if (!replaced) return;
    this.#tellChanged(replaced.document);
    await this.#removeBlobs(replaced.unused);
  }

  async #failed({ record, ending }: Job, error: unknown): Promise<void> {
    if (this.#closed || ending.signal.aborted) return;
    const isRefusal = error instanceof Refusal;
    if (!isRefusal)
      this.#log.error({ err: error, format: record.format }, 'a document could not be prepared');
    const { code, details } = isRefusal ? error : new Refusal('internal', 'It could not be prepared.');
    // Deleted while it was being prepared: nobody waits for it.
    if (!(await this.#documents.load(record.id))) return;
    // Before it goes: whoever asks in between is to read why it was refused, and not that there never was one.
    this.#refused.add({ record, code, details });
    try {
      await this.#removeWhole(record.id);
    } catch (nested) {
      this.#log.error({ err: nested }, 'a refused document could not be removed');
    }
  }

  async #removeWhole(id: string): Promise<void> {
    this.#jobs.get(id)?.ending.abort(new Error('The document has been deleted.'));
    await this.#removeBlobs((await this.#documents.remove(id)) ?? []);
  }

  /** They are used by nothing: what cannot be removed now is put aside at the next start. */
  async #removeBlobs(keys: readonly string[]): Promise<void> {
    for (const key of keys) {
      await this.#blobs.remove(key).catch((error: unknown) => {
        this.#log.warn({ err: error }, 'a file could not be removed');
      });
    }
  }

  async #recordsOf(owner: DocumentOwner): Promise<DocumentRecord[]> {
    if (owner.kind === 'account') return this.#documents.ofAccount(owner.accountId);
    const records = await this.#documents.ofMeeting(owner.meetingId);
    return records.filter((record) => isOwnedBy(record, owner));
  }

  async #assertRoom(owner: DocumentOwner, arriving: number): Promise<void> {
    const count = owner.kind === 'account' ? limits.documentsPerAccount : limits.documentsPerGuest;
    if ((await this.#recordsOf(owner)).length + arriving >= count) {
      throw new Refusal('document-count', `There are ${count} documents already.`, { count });
    }
  }

  #view(record: DocumentRecord, replacement?: DocumentRecord): DocumentView {
    const { id, title, fileName, format, bytes, pages, shareFile, substitutedFonts, version, createdAt } =
      record;
    return {
      id,
      title,
      fileName,
      format,
      bytes,
      pages,
      shareFile,
      substitutedFonts,
      version,
      createdAt,
      progress: this.#progress(record),
      replacement: replacement
        ? { fileName: replacement.fileName, progress: this.#progress(replacement) }
        : null,
    };
  }

  #progress(record: DocumentRecord): DocumentProgress {
    const refused = this.#refused.get(record.id);
    if (refused) return { state: 'failed', code: refused.code, details: { ...refused.details } };
    if (record.state === 'ready') return { state: 'ready' };
    return { state: 'converting', ahead: this.#jobs.get(record.id)?.ahead ?? 0 };
  }

  #tellChanged(record: DocumentRecord): void {
    if (record.state !== 'ready') return;
    for (const listener of this.#changeListeners) listener(toStageDocument(record));
  }
}

function noRoom(): Refusal {
  return new Refusal('storage-full', 'There is no room for this file.');
}

function toStageDocument(record: DocumentRecord): StageDocument {
  const { id, version, title, fileName, bytes, pages, shareFile } = record;
  return { id, version, title, fileName, bytes, pages, shareFile };
}

function unknown(): Refusal {
  return new Refusal('document-unknown', 'There is no such document.');
}

export function tooLarge(bytes: number): Refusal {
  const megabytes = Math.floor(bytes / 1_000_000);
  return new Refusal('document-too-large', `A document has at most ${megabytes} MB.`, { megabytes });
}
