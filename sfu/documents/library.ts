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
import type { DocumentPreparation } from './preparation.ts';

/** A rep, or a guest in a meeting. */
export type DocumentOwner =
  { kind: 'account'; accountId: string } | { kind: 'guest'; meetingId: string; participantId: string };

export type LibraryOptions = {
  documents: DocumentRepository;
  blobs: BlobStore;
  preparation: Pick<DocumentPreparation, 'recognise' | 'prepare'>;
  limits: { bytes: number; pages: number };
  log: Log;
};

export type Upload = { name: string; title?: string | undefined };

/** What was refused: kept for a while for its owner to read, in memory alone. Nothing of the file is left. */
type Refused = { record: DocumentRecord; code: Refusal['code']; details: Refusal['details'] };
const refusedMax = 200;

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
  readonly #refused = new Map<string, Refused>();
  readonly #changeListeners = new Set<(document: StageDocument) => void>();
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
    if (swept > 0) options.log.info({ files: swept }, 'files that no document uses were removed');
    for (const record of await options.documents.unfinished()) library.#begin(record);
    return library;
  }

  get limits(): Readonly<{ bytes: number; pages: number }> {
    return this.#limits;
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
    await this.#assertRoom(owner);
    const record = await this.#takeIn(owner, { name, title: title ?? titleOf(name) }, content, null);
    return this.#view(record);
  }

  /**
   * B2: a new file for a document of the account's. The old one is used until the new one is ready, and stays
   * when it is refused.
   */
  async replace(accountId: string, id: string, { name }: Upload, content: Readable): Promise<DocumentView> {
    const owner = { kind: 'account', accountId } as const;
    const { title } = await this.find(owner, id);
    await this.#takeIn(owner, { name, title }, content, id);
    return this.view(owner, id);
  }

  /** Ready ones, those on their way and those that were refused, in the owner's order. */
  async list(owner: DocumentOwner): Promise<DocumentView[]> {
    const records = await this.#recordsOf(owner);
    const refused = [...this.#refused.values()].map(({ record }) => record);
    const lost = refused.filter((record) => record.replaces === null && isOwnedBy(record, owner));
    const shown = [...lost, ...records.filter((record) => record.replaces === null)];
    return shown.map((record) => this.#view(record, records));
  }

  /** @throws Refusal document-unknown */
  async view(owner: DocumentOwner, id: string): Promise<DocumentView> {
    const refused = this.#refused.get(id);
    if (refused && isOwnedBy(refused.record, owner)) return this.#view(refused.record);
    const record = await this.find(owner, id);
    const replacement = await this.#documents.replacementOf(id);
    return this.#view(record, replacement ? [replacement] : []);
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
    const refused = this.#refused.get(id);
    if (refused && isOwnedBy(refused.record, owner)) {
      this.#refused.delete(id);
      return;
    }
    const record = await this.find(owner, id);
    const replacement = await this.#documents.replacementOf(id);
    if (replacement) await this.#removeWhole(replacement);
    await this.#removeWhole(record);
    for (const [key, { record: other }] of this.#refused)
      if (other.replaces === id) this.#refused.delete(key);
  }

  /** The owner has read why a new file was refused. */
  async dismissReplacement(accountId: string, id: string): Promise<void> {
    await this.find({ kind: 'account', accountId }, id);
    for (const [key, { record }] of this.#refused) if (record.replaces === id) this.#refused.delete(key);
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

  /** D7: what a guest has brought becomes the rep's own. */
  async keep(accountId: string, id: string): Promise<void> {
    const record = await this.load(id);
    if (record.accountId === null) await this.#documents.keep(id, accountId);
  }

  /** D7: after a meeting, what guests have brought goes, but for what the rep keeps. */
  async forgetMeeting(meetingId: string): Promise<void> {
    for (const [key, { record }] of this.#refused) {
      if (record.broughtBy?.meetingId === meetingId) this.#refused.delete(key);
    }
    for (const record of await this.#documents.ofMeeting(meetingId)) {
      if (record.accountId === null) await this.#removeWhole(record);
      else await this.#documents.change(record.id, { broughtBy: null });
    }
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
      const record = await this.#documents.insert({
        id: newId(),
        accountId: owner.kind === 'account' ? owner.accountId : null,
        broughtBy: owner.kind === 'guest' ? owner : null,
        title,
        fileName: name,
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
      if (replaces !== null) await this.#forgetReplacements(replaces, record.id);
      this.#begin(record);
      return record;
    } catch (error) {
      await blob.discard();
      await this.#blobs.remove(blob.key);
      throw error;
    }
  }

  /** Of several new files for one document the last counts. */
  async #forgetReplacements(id: string, but: string): Promise<void> {
    for (const [key, { record }] of this.#refused) if (record.replaces === id) this.#refused.delete(key);
    for (const { record } of [...this.#jobs.values()]) {
      if (record.replaces === id && record.id !== but) await this.#removeWhole(record);
    }
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
    // A sender who goes away ends the counting stream as well, and with it the writing.
    content.once('error', (error) => counting.destroy(error));
    content.once('close', () => {
      if (!content.readableEnded) counting.destroy(new Error('The sender has gone.'));
    });
    try {
      return await this.#blobs.write(content.pipe(counting));
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code !== 'ENOSPC' && code !== 'EDQUOT') throw error;
      this.#log.error({ err: error }, 'there is no room for documents');
      throw new Refusal('storage-full', 'There is no room for this file.');
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
      const pdf = prepared.pdf === null ? null : await this.#blobs.take(prepared.pdf);
      await pdf?.keep();
      const changed = await this.#documents.change(record.id, {
        state: 'ready',
        pages: prepared.pages,
        pdfBlob: pdf?.key ?? record.originalBlob,
        substitutedFonts: prepared.substitutedFonts,
      });
      // Deleted in this very moment.
      if (!changed && pdf) await this.#blobs.remove(pdf.key);
      if (changed && record.replaces !== null) await this.#putInPlace(record.replaces, record.id);
    } finally {
      await prepared.dispose();
    }
  }

  async #putInPlace(id: string, replacementId: string): Promise<void> {
    const replaced = await this.#documents.replaceFile(id, replacementId);
    if (!replaced) return;
    for (const blob of replaced.unused) await this.#blobs.remove(blob);
    this.#tellChanged(replaced.document);
  }

  async #failed({ record, ending }: Job, error: unknown): Promise<void> {
    if (this.#closed || ending.signal.aborted) return;
    const isRefusal = error instanceof Refusal;
    if (!isRefusal)
      this.#log.error({ err: error, format: record.format }, 'a document could not be prepared');
    const { code, details } = isRefusal ? error : new Refusal('internal', 'It could not be prepared.');
    try {
      await this.#removeWhole(record);
    } catch (nested) {
      this.#log.error({ err: nested }, 'a refused document could not be removed');
    }
    this.#refused.set(record.id, { record, code, details });
    for (const key of this.#refused.keys()) {
      if (this.#refused.size <= refusedMax) break;
      this.#refused.delete(key);
    }
  }

  async #removeWhole(record: DocumentRecord): Promise<void> {
    this.#jobs.get(record.id)?.ending.abort(new Error('The document has been deleted.'));
    const latest = (await this.#documents.load(record.id)) ?? record;
    await this.#documents.remove(record.id);
    for (const blob of new Set([latest.originalBlob, latest.pdfBlob ?? latest.originalBlob])) {
      await this.#blobs.remove(blob);
    }
  }

  async #recordsOf(owner: DocumentOwner): Promise<DocumentRecord[]> {
    if (owner.kind === 'account') return this.#documents.ofAccount(owner.accountId);
    const records = await this.#documents.ofMeeting(owner.meetingId);
    return records.filter((record) => isOwnedBy(record, owner));
  }

  async #assertRoom(owner: DocumentOwner): Promise<void> {
    const count = owner.kind === 'account' ? limits.documentsPerAccount : limits.documentsPerGuest;
    if ((await this.#recordsOf(owner)).length >= count) {
      throw new Refusal('document-count', `There are ${count} documents already.`, { count });
    }
  }

  #view(record: DocumentRecord, others: readonly DocumentRecord[] = []): DocumentView {
    const { id, title, fileName, format, bytes, pages, shareFile, substitutedFonts, version, createdAt } =
      record;
    const refused = [...this.#refused.values()].map((each) => each.record);
    const replacement = [...refused, ...others].filter((each) => each.replaces === id).at(-1);
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

/** The file's name without its extension (↑ D1: nobody has to type a title). */
function titleOf(name: string): string {
  const stem = name.replace(/\.[a-z0-9]{1,8}$/i, '').trim();
  return [...(stem || name)].slice(0, limits.documentTitleCharacters).join('');
}

function isOwnedBy(record: DocumentRecord, owner: DocumentOwner): boolean {
  if (owner.kind === 'account') return record.accountId === owner.accountId;
  const { broughtBy } = record;
  return broughtBy?.meetingId === owner.meetingId && broughtBy.participantId === owner.participantId;
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
