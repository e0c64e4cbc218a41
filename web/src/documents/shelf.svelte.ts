import type { DocumentList, DocumentView } from '../../../sfu/protocol/documents.ts';
import type { Failure } from '../session/api.ts';
import { arrivedAfterAll, replacedAfterAll } from './after-all.ts';
import type { DocumentsApi } from './documents-api.ts';
import type { Outcome } from './http.ts';
import { ShelfItem } from './shelf-item.svelte.ts';

const pollMs = 600;
/** A lost line is asked again less and less often. */
const pollSlowestMs = 5_000;
/** More at once would only share the same line. */
const sendingAtOnce = 2;

export type ShelfOptions = {
  /** The owner's own order, new ones in front; else as they came, new ones at the end. */
  arranged: boolean;
};

/** Answers after which asking again changes nothing before the person has done something. */
const lasting = ['sign-in-required', 'password-change-required', 'seat-unknown', 'not-allowed'];

/**
 * Somebody's documents with those on their way. It may outlive the page or panel that shows it: what is being
 * sent goes on.
 */
export class Shelf {
  readonly #api: DocumentsApi;
  readonly #arranged: boolean;
  #items = $state.raw<readonly ShelfItem[]>([]);
  #loaded = $state(false);
  #limits = $state.raw<DocumentList['limits'] | null>(null);
  #failure = $state.raw<Failure | null>(null);
  readonly #outbox: ShelfItem[] = [];
  #underWay = 0;
  /** Files of this batch have arrived in another order than they are shown in. */
  #batch = 0;
  #polling = false;
  /** The answers to what was sent here: what they speak of has come of no other file. */
  #arrivedIds: readonly string[] = [];
  /** Deleted here: an answer that was asked for before still knows them. */
  #removed: readonly string[] = [];
  #ordering: Promise<Failure | null> = Promise.resolve(null);

  constructor(api: DocumentsApi, { arranged }: ShelfOptions) {
    this.#api = api;
    this.#arranged = arranged;
  }

  get items(): readonly ShelfItem[] {
    return this.#items;
  }

  /** The list has been read once. */
  get loaded(): boolean {
    return this.#loaded;
  }

  /** What one may bring, once the list has been read. */
  get limits(): DocumentList['limits'] | null {
    return this.#limits;
  }

  /** Why the list could not be read. */
  get failure(): Failure | null {
    return this.#failure;
  }

  /** Files are being sent: leaving the page now would lose them. */
  get sending(): boolean {
    return this.#items.some((item) => item.sending?.ending.signal.aborted === false);
  }

  find(documentId: string): ShelfItem | null {
    return this.#items.find((item) => item.document?.id === documentId) ?? null;
  }

  async load(): Promise<Failure | null> {
    const known = this.#items.map((item) => item.document?.id);
    const outcome = await this.#api.list();
    this.#failure = outcome.ok ? null : outcome.failure;
    if (outcome.ok) {
      this.#loaded = true;
      this.#limits = outcome.value.limits;
      this.#adopt(outcome.value.documents, known);
      this.#poll();
    }
    return this.#failure;
  }

  /** Takes files in; they are sent two at a time. */
  add(files: readonly File[]): void {
    const added = files.map((file) => {
      const item = new ShelfItem();
      this.#enqueue(item, file);
      return item;
    });
    this.#items = this.#arranged ? [...added, ...this.#items] : [...this.#items, ...added];
    this.#sendNext();
  }

  /** A new file for a document; the old one stays until the new one is ready. */
  replace(item: ShelfItem, file: File): void {
    item.fresh = false;
    item.trouble = null;
    this.#enqueue(item, file);
    this.#sendNext();
  }

  /** Sends what broke off once more. */
  again(item: ShelfItem): void {
    if (!item.broken) return;
    const { sent } = item;
    this.#enqueue(item, item.broken.file);
    item.sent = sent;
    this.#sendNext();
  }

  /** Ends the sending of a file. */
  cancel(item: ShelfItem): void {
    item.sending?.ending.abort();
    if (item.sending?.waiting) this.#ended(item);
  }

  /** Ends the sending of all of them. */
  cancelAll(): void {
    for (const item of this.#items) this.cancel(item);
  }

  /** Its owner has read why a file was refused. */
  async dismiss(item: ShelfItem): Promise<void> {
    const { document } = item;
    if (item.broken) {
      item.broken = null;
      if (!document) this.#drop(item);
    } else if (document?.replacement?.progress.state === 'failed') {
      item.trouble = await this.#api.dismissReplacement(document.id);
      if (!item.trouble) item.document = { ...document, replacement: null };
    } else if (document) await this.remove(item);
  }

  /** For good. */
  async remove(item: ShelfItem): Promise<Failure | null> {
    const { document } = item;
    if (!document) return null;
    const failure = await this.#api.remove(document.id);
    // Gone already: that is what was wanted.
    item.trouble = failure?.code === 'document-unknown' ? null : failure;
    if (!item.trouble) {
      item.sending?.ending.abort();
      this.#removed = [...this.#removed, document.id];
      this.#drop(item);
    }
    return item.trouble;
  }

  async rename(item: ShelfItem, title: string): Promise<Failure | null> {
    item.draftTitle = title;
    // Told with the file or when it has arrived.
    if (!item.document) return null;
    const failure = await this.#change(item, { title });
    if (!failure && item.draftTitle === title) item.draftTitle = null;
    return failure;
  }

  async shareFile(item: ShelfItem, shareFile: boolean): Promise<Failure | null> {
    const { document } = item;
    if (!document) return null;
    // A switch follows the finger.
    item.document = { ...document, shareFile };
    const failure = await this.#change(item, { shareFile });
    if (failure) item.document = { ...item.document, shareFile: !shareFile };
    return failure;
  }

  /** Moves a document up (−1) or down (+1); saved at once. */
  async move(item: ShelfItem, by: -1 | 1): Promise<Failure | null> {
    const items = [...this.#items];
    const from = items.indexOf(item);
    const to = from + by;
    if (from < 0 || to < 0 || to >= items.length) return null;
    items.splice(from, 1);
    items.splice(to, 0, item);
    this.#items = items;
    const failure = await this.#saveOrder();
    if (failure) {
      item.trouble = failure;
      await this.load();
    }
    return failure;
  }

  /** One after the other, each with the order of its moment: the last one holds. */
  #saveOrder(): Promise<Failure | null> {
    const save = () => {
      const documents = this.#items.flatMap((item) => (item.document ? [item.document] : []));
      const stored = documents.filter((document) => document.progress.state !== 'failed');
      return this.#api.order(stored.map((document) => document.id));
    };
    this.#ordering = this.#ordering.then(save);
    return this.#ordering;
  }

  async #change(item: ShelfItem, change: { title?: string; shareFile?: boolean }): Promise<Failure | null> {
    if (!item.document) return null;
    const outcome = await this.#api.change(item.document.id, change);
    item.trouble = outcome.ok ? null : outcome.failure;
    if (outcome.ok) this.#learn(item, outcome.value);
    return item.trouble;
  }

  #enqueue(item: ShelfItem, file: File): void {
    item.broken = null;
    item.sending = { file, share: 0, waiting: true, ending: new AbortController() };
    item.sent = null;
    this.#outbox.push(item);
  }

  #sendNext(): void {
    while (this.#underWay < sendingAtOnce) {
      const item = this.#outbox.shift();
      if (!item) break;
      if (!item.sending || item.sending.ending.signal.aborted) continue;
      this.#underWay += 1;
      void this.#send(item).finally(() => {
        this.#underWay -= 1;
        this.#sendNext();
      });
    }
    if (this.#underWay > 0 || this.#outbox.length > 0) return;
    if (this.#arranged && this.#batch > 1) void this.#saveOrder();
    this.#batch = 0;
  }

  async #send(item: ShelfItem): Promise<void> {
    if (!item.sending) return;
    const { file, ending } = item.sending;
    item.sending = { ...item.sending, waiting: false };
    const sending = {
      signal: ending.signal,
      onprogress: (share: number) => {
        if (item.sending) item.sending = { ...item.sending, share };
      },
    };
    const title = item.draftTitle ?? undefined;
    const there = item.sent ? await this.#lookedUp(item) : null;
    const outcome = there ?? (await this.#sent(item, file, { title, ...sending }));
    if (outcome === null || (!outcome.ok && ending.signal.aborted)) this.#ended(item);
    else if (outcome.ok) await this.#arrived(item, outcome.value);
    else {
      item.sending = null;
      item.broken = { file, failure: outcome.failure };
    }
  }

  /** @returns null when it was ended by the person */
  async #sent(
    item: ShelfItem,
    file: File,
    sending: Parameters<DocumentsApi['upload']>[1] & object,
  ): Promise<Outcome<DocumentView> | null> {
    const known = this.#items.flatMap(({ document }) => document?.id ?? []);
    item.sent ??= { file, title: sending.title, at: Date.now(), known };
    const outcome = item.document
      ? await this.#api.replace(item.document.id, file, sending)
      : await this.#api.upload(file, sending);
    const isBroken = outcome?.ok === false && outcome.failure.code === 'upload-broken';
    return (isBroken ? await this.#lookedUp(item) : null) ?? outcome;
  }

  /**
   * A server that refuses a file while it is being sent looks like a broken line, and so does one whose answer was
   * lost: it is asked what became of it.
   *
   * @returns null when that is not known, or nothing has arrived
   */
  async #lookedUp({ sent, document }: ShelfItem): Promise<Outcome<DocumentView> | null> {
    if (!sent) return null;
    const list = await this.#api.list();
    if (!list.ok) return lasting.includes(list.failure.code) ? list : null;
    const { documents } = list.value;
    if (document) {
      const now = documents.find(({ id }) => id === document.id);
      return now && replacedAfterAll(document, now, sent) ? { ok: true, value: now } : null;
    }
    const others = documents.filter(
      ({ id }) => !this.#removed.includes(id) && !this.#arrivedIds.includes(id),
    );
    const found = arrivedAfterAll(others, sent);
    return found && { ok: true, value: found };
  }

  async #arrived(item: ShelfItem, document: DocumentView): Promise<void> {
    const titleSent = item.sent?.title;
    item.sending = null;
    item.sent = null;
    this.#arrivedIds = [...this.#arrivedIds, document.id];
    // The list may have been read between the file's arrival and the answer to it.
    const twin = this.find(document.id);
    if (twin && twin !== item) this.#drop(twin);
    if (!item.document) this.#batch += 1;
    this.#learn(item, document, true);
    if (item.draftTitle !== null && item.draftTitle !== titleSent) await this.rename(item, item.draftTitle);
    else item.draftTitle = null;
    this.#poll();
  }

  /** The sending was ended by the person. */
  #ended(item: ShelfItem): void {
    item.sending = null;
    if (!item.document) this.#drop(item);
  }

  #drop(item: ShelfItem): void {
    this.#items = this.#items.filter((each) => each !== item);
  }

  #learn(item: ShelfItem, document: DocumentView, wasSent = false): void {
    const awaited = wasSent || item.converting;
    item.document = document;
    const isReady = document.progress.state === 'ready' && document.replacement === null;
    if (awaited && isReady) item.fresh = true;
  }

  /** @param known whose absence from the list means that they are gone; what came since is kept */
  #adopt(documents: readonly DocumentView[], known: readonly (string | undefined)[]): void {
    const byId: Partial<Record<string, ShelfItem>> = Object.fromEntries(
      this.#items.map((item) => [item.document?.id, item]),
    );
    const there = documents.filter(({ id }) => !this.#removed.includes(id));
    const listed = there.map((document) => {
      const item = byId[document.id] ?? new ShelfItem();
      this.#learn(item, document);
      return item;
    });
    const coming = this.#items.filter((item) => {
      if (listed.includes(item)) return false;
      return item.document === null || !known.includes(item.document.id);
    });
    this.#items = this.#arranged ? [...coming, ...listed] : [...listed, ...coming];
  }

  #poll(): void {
    if (this.#polling) return;
    this.#polling = true;
    void this.#follow().finally(() => (this.#polling = false));
  }

  /** Asks for as long as something is converted, and no longer. */
  async #follow(): Promise<void> {
    let pauseMs = pollMs;
    for (;;) {
      if (!this.#items.some((item) => item.converting)) return;
      await new Promise((resolve) => setTimeout(resolve, pauseMs));
      let lost = false;
      // One after the other: in a call the line has better things to do.
      for (const item of this.#items.filter((each) => each.converting)) {
        if (!item.document || !this.#items.includes(item)) continue;
        const outcome = await this.#api.view(item.document.id);
        if (outcome.ok) this.#learn(item, outcome.value);
        else if (outcome.failure.code === 'document-unknown') this.#vanished(item, outcome.failure);
        else if (lasting.includes(outcome.failure.code)) {
          this.#failure = outcome.failure;
          return;
        } else lost = true;
      }
      pauseMs = lost ? Math.min(2 * pauseMs, pollSlowestMs) : pollMs;
    }
  }

  /** Deleted elsewhere while it was prepared, or refused by a server that has started anew since. */
  #vanished(item: ShelfItem, { code, details }: Failure): void {
    if (!item.document || code !== 'document-unknown') return;
    item.document = { ...item.document, progress: { state: 'failed', code, details: { ...details } } };
  }
}
