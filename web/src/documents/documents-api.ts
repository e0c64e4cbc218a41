import type { DocumentList, DocumentView, MemoList } from '../../../sfu/protocol/documents.ts';
import { limits } from '../../../sfu/protocol/limits.ts';
import type { DocumentSource, Failure } from '../session/api.ts';
import { ask, bodyOf, failed, failureIn, type Outcome, type Question } from './http.ts';
import { sendFile, type Sending } from './upload.ts';

export type DocumentChange = { title?: string; shareFile?: boolean };

/** Says who asks: nothing at the desk, where the session's cookie does; in a call the seat. */
export type Identity = () => Readonly<Record<string, string>>;

const bytesPerMegabyte = 1_000_000;

/** Documents and memos, over HTTP. Every method answers; none throws. */
export class DocumentsApi {
  readonly #identity: Identity;
  #lastIdentity: ReturnType<Identity> = {};
  /** As the operator has set it, as soon as the list was read. */
  #bytesMax: number = limits.documentBytesMax;

  constructor(identity: Identity = () => ({})) {
    this.#identity = identity;
    this.#headers();
  }

  get bytesMax(): number {
    return this.#bytesMax;
  }

  async list(): Promise<Outcome<DocumentList>> {
    const outcome = await bodyOf<DocumentList>(this.#ask('GET', '/api/documents'));
    if (outcome.ok) this.#bytesMax = outcome.value.limits.bytes;
    return outcome;
  }

  view(id: string): Promise<Outcome<DocumentView>> {
    return bodyOf(this.#ask('GET', `/api/documents/${id}`));
  }

  /** @returns null when it was ended by the signal. */
  upload(
    file: File,
    { title, ...sending }: Sending & { title?: string | undefined } = {},
  ): Promise<Outcome<DocumentView> | null> {
    const query = new URLSearchParams({ name: file.name, ...(title === undefined ? {} : { title }) });
    return this.#send('POST', `/api/documents?${query.toString()}`, file, sending);
  }

  /** A new file for a document. @returns null when it was ended by the signal. */
  replace(id: string, file: File, sending: Sending = {}): Promise<Outcome<DocumentView> | null> {
    const query = new URLSearchParams({ name: file.name });
    return this.#send('PUT', `/api/documents/${id}/file?${query.toString()}`, file, sending);
  }

  change(id: string, change: DocumentChange): Promise<Outcome<DocumentView>> {
    return bodyOf(this.#ask('PATCH', `/api/documents/${id}`, { body: change }));
  }

  /** For good; or takes note that one has read why it was refused. */
  remove(id: string): Promise<Failure | null> {
    return failureIn(this.#ask('DELETE', `/api/documents/${id}`));
  }

  dismissReplacement(id: string): Promise<Failure | null> {
    return failureIn(this.#ask('DELETE', `/api/documents/${id}/file`));
  }

  order(ids: readonly string[]): Promise<Failure | null> {
    return failureIn(this.#ask('PUT', '/api/documents/order', { body: { ids } }));
  }

  /** D2: for the rep alone; everybody else is refused by the server. */
  async memos(id: string): Promise<Outcome<MemoList['memos']>> {
    const outcome = await bodyOf<MemoList>(this.#ask('GET', `/api/documents/${id}/memos`));
    return outcome.ok ? { ok: true, value: outcome.value.memos } : outcome;
  }

  /**
   * @param page 0 for the memo to the whole document
   * @param keepalive it is to be sent even if the page is closed meanwhile
   */
  async writeMemo(id: string, page: number, text: string, keepalive = false): Promise<Failure | null> {
    const path = `/api/documents/${id}/memos/${page}`;
    const question = { body: { text }, keepalive };
    const failure = await failureIn(this.#ask('PUT', path, question));
    // The seat was given up while this was on its way: a rep is known by the desk's session, too.
    if (failure?.code === 'seat-unknown') return failureIn(ask('PUT', path, question));
    return failure;
  }

  /** Where the pages of a document are read from. A new file has a new address: no cache shows the old one. */
  source({ documentId, version }: { documentId: string; version: number }): DocumentSource {
    return { url: `/api/documents/${documentId}/pdf?v=${version}`, headers: this.#headers() };
  }

  #ask(method: string, path: string, question: Question = {}): Promise<Outcome<Response>> {
    return ask(method, path, { ...question, headers: this.#headers() });
  }

  /** Whoever has just left is nobody any more; what they have written is still theirs. */
  #headers(): ReturnType<Identity> {
    const now = this.#identity();
    if (Object.keys(now).length > 0) this.#lastIdentity = now;
    return this.#lastIdentity;
  }

  async #send(
    method: 'POST' | 'PUT',
    path: string,
    file: File,
    sending: Sending,
  ): Promise<Outcome<DocumentView> | null> {
    // Said before a hundred megabytes have been sent in vain.
    if (file.size > this.#bytesMax) {
      return failed('document-too-large', { megabytes: Math.floor(this.#bytesMax / bytesPerMegabyte) });
    }
    return sendFile({ method, path, headers: this.#headers(), file }, sending);
  }
}
