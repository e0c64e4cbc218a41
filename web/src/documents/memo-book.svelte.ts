import type { Failure } from '../session/api.ts';
import { takeClosingRoom } from './closing-room.ts';
import type { DocumentsApi } from './documents-api.ts';

/** Saved when the fingers rest. */
const restMs = 800;
/** What could not be saved is tried again by itself, less and less often. */
const retryMs = 4_000;
const retrySlowestMs = 30_000;
/** Refusals that stay the same however often one asks. */
const lasting: readonly Failure['code'][] = ['document-unknown', 'history-unknown', 'not-allowed'];

/** Where memos are kept: those to a document, or the note to a meeting, which is a memo to the whole of it. */
export type MemoStore = Pick<DocumentsApi, 'memos' | 'writeMemo'>;

/** The memo to one page, or to the whole document, as it stands in its field. */
export class Memo {
  readonly page: number;
  text = $state('');
  state = $state.raw<'settled' | 'unsaved' | 'saving' | 'saved' | 'failed'>('settled');
  failure = $state.raw<Failure | null>(null);
  /** What the server has. */
  stored = '';
  /** The latest text on its way, and whether it arrives even if the page is closed now. */
  sent: { text: string; outlives: boolean } | null = null;
  /** Rises with everything that happens to it here: what was asked for before knows nothing of that. */
  edits = 0;
  retryMs = retryMs;
  timer: ReturnType<typeof setTimeout> | undefined;
  saving: Promise<void> | null = null;

  constructor(page: number) {
    this.page = page;
  }

  /** It cannot be saved, and that is not tried again by itself. */
  get refused(): boolean {
    return this.failure !== null && lasting.includes(this.failure.code);
  }
}

/** The page of the memo to the whole document. */
export const wholeDocument = 0;

/**
 * D2: the rep's private notes to a document, all fetched at once, so that they follow a turned page without
 * waiting. Every memo is saved by itself; what cannot be saved stays in its field and is tried again.
 */
export class MemoBook {
  readonly #api: MemoStore;
  readonly #documentId: string;
  readonly #memos: Memo[] = [];
  #loaded = $state(false);
  #loading = false;
  /** How often the memos were asked for: an answer that was awaited already may be older than what is wanted. */
  #asked = 0;
  #failure = $state.raw<Failure | null>(null);
  #latestFailure = $state.raw<Failure | null>(null);
  #written = $state.raw<readonly number[]>([]);

  constructor(api: MemoStore, documentId: string) {
    this.#api = api;
    this.#documentId = documentId;
  }

  /** Until then nothing may be written: it would take the place of what is not known yet. */
  get loaded(): boolean {
    return this.#loaded;
  }

  /** Why the memos could not be read. */
  get failure(): Failure | null {
    return this.#failure;
  }

  /** How the server answered last, to reading or saving. */
  get latestFailure(): Failure | null {
    return this.#latestFailure;
  }

  /** The pages that have a memo, in order. */
  get written(): readonly number[] {
    return this.#written;
  }

  /** Something would be lost if the page were closed now: it is neither stored nor certain to arrive. */
  get atRisk(): boolean {
    return this.#memos.some(({ text, stored, sent, state }) => {
      if (!sent) return text !== stored;
      return sent.text !== text || !sent.outlives || state === 'failed';
    });
  }

  memo(page: number): Memo {
    const known = this.#memos.find((memo) => memo.page === page);
    if (known) return known;
    const memo = new Memo(page);
    this.#memos.push(memo);
    return memo;
  }

  /** Reads what there is; what is being written here stays, and so does what was saved meanwhile. */
  async load(): Promise<void> {
    this.#asked += 1;
    if (this.#loading) return;
    this.#loading = true;
    for (let asked = 0; asked !== this.#asked;) {
      asked = this.#asked;
      await this.#read();
    }
    this.#loading = false;
  }

  write(page: number, text: string): void {
    const memo = this.memo(page);
    memo.edits += 1;
    memo.text = text;
    if (memo.state !== 'failed') memo.state = 'unsaved';
    clearTimeout(memo.timer);
    memo.timer = setTimeout(() => void this.#save(memo), restMs);
  }

  /** Saves at once what is not saved yet. */
  async flush(): Promise<void> {
    const saves = this.#memos.map((memo) => {
      clearTimeout(memo.timer);
      return this.#save(memo);
    });
    await Promise.all(saves);
  }

  /** The page is being closed: the latest text is sent now, beside an older one that is still on its way. */
  sendAll(): void {
    for (const memo of this.#memos) {
      if (memo.text === (memo.sent?.text ?? memo.stored)) continue;
      clearTimeout(memo.timer);
      memo.saving = this.#store(memo);
    }
  }

  async #read(): Promise<void> {
    const before = Object.fromEntries(this.#memos.map(({ page, edits }) => [page, edits]));
    const outcome = await this.#api.memos(this.#documentId);
    this.#failure = outcome.ok ? null : outcome.failure;
    this.#latestFailure = this.#failure;
    if (!outcome.ok) return;
    const texts = Object.fromEntries(outcome.value.map(({ page, text }) => [page, text]));
    for (const { page } of outcome.value) this.memo(page);
    for (const memo of this.#memos) {
      if (memo.saving || memo.text !== memo.stored || memo.edits !== (before[memo.page] ?? 0)) continue;
      memo.stored = texts[memo.page] ?? '';
      if (memo.text === memo.stored) continue;
      memo.text = memo.stored;
      memo.state = 'settled';
    }
    this.#loaded = true;
    this.#list();
  }

  /** One after the other: an older text never arrives behind a newer one. */
  async #save(memo: Memo): Promise<void> {
    while (memo.saving) {
      await memo.saving;
      if (memo.state === 'failed') return;
    }
    if (memo.text !== memo.stored) {
      memo.saving = this.#store(memo);
      await memo.saving;
    } else if (memo.state !== 'saved') {
      memo.state = 'settled';
      memo.failure = null;
    }
  }

  async #store(memo: Memo): Promise<void> {
    const { text } = memo;
    if (memo.state !== 'failed') memo.state = 'saving';
    const release = takeClosingRoom({ text });
    const sent = { text, outlives: release !== null };
    memo.edits += 1;
    memo.sent = sent;
    const failure = await this.#api.writeMemo(this.#documentId, memo.page, text, sent.outlives);
    release?.();
    memo.edits += 1;
    if (memo.sent !== sent) {
      // A newer text was sent beside it. If that one has arrived first, nobody knows which of them is there now.
      if (!failure) memo.stored = text;
      if (!memo.saving) memo.saving = this.#store(memo);
      return;
    }
    memo.sent = null;
    memo.saving = null;
    memo.failure = failure;
    this.#latestFailure = failure;
    clearTimeout(memo.timer);
    if (failure) this.#failed(memo);
    else this.#stored(memo, text);
  }

  #failed(memo: Memo): void {
    memo.state = 'failed';
    if (memo.refused) return;
    memo.timer = setTimeout(() => void this.#save(memo), memo.retryMs);
    memo.retryMs = Math.min(2 * memo.retryMs, retrySlowestMs);
  }

  #stored(memo: Memo, text: string): void {
    memo.stored = text;
    memo.state = 'saved';
    memo.retryMs = retryMs;
    this.#list();
    if (memo.text !== text) this.write(memo.page, memo.text);
  }

  #list(): void {
    const written = this.#memos.filter(({ stored }) => stored !== '').map(({ page }) => page);
    this.#written = written.sort((one, other) => one - other);
  }
}
