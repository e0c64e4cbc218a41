import type { Failure } from '../session/api.ts';
import type { DocumentsApi } from './documents-api.ts';

/** Saved when the fingers rest. */
const restMs = 800;
/** What could not be saved is tried again by itself, less and less often. */
const retryMs = 4_000;
const retrySlowestMs = 30_000;
/** As long as this, a browser sends it even while it closes the page. */
const sentWhileClosing = 15_000;

/** The memo to one page, or to the whole document, as it stands in its field. */
export class Memo {
  readonly page: number;
  text = $state('');
  state = $state<'settled' | 'unsaved' | 'saving' | 'saved' | 'failed'>('settled');
  failure = $state.raw<Failure | null>(null);
  /** What the server has. */
  stored = '';
  retryMs = retryMs;
  timer: ReturnType<typeof setTimeout> | undefined;
  saving: Promise<void> | null = null;

  constructor(page: number) {
    this.page = page;
  }
}

/** The page of the memo to the whole document. */
export const wholeDocument = 0;

/**
 * D2: the rep's private notes to a document, all fetched at once, so that they follow a turned page without
 * waiting. Every memo is saved by itself; what cannot be saved stays in its field and is tried again.
 */
export class MemoBook {
  readonly #api: DocumentsApi;
  readonly #documentId: string;
  readonly #memos: Memo[] = [];
  #loaded = $state(false);
  #loading = false;
  #failure = $state.raw<Failure | null>(null);
  #written = $state.raw<readonly number[]>([]);

  constructor(api: DocumentsApi, documentId: string) {
    this.#api = api;
    this.#documentId = documentId;
  }

  /** Until then nothing may be written: it would take the place of what is not known yet. */
  get loaded(): boolean {
    return this.#loaded;
  }

  get failure(): Failure | null {
    return this.#failure;
  }

  /** The pages that have a memo, in order. */
  get written(): readonly number[] {
    return this.#written;
  }

  /** Something would be lost if the page were closed now. */
  get atRisk(): boolean {
    return this.#memos.some(
      ({ text, stored, state }) => text !== stored && (state === 'failed' || text.length > sentWhileClosing),
    );
  }

  memo(page: number): Memo {
    const known = this.#memos.find((memo) => memo.page === page);
    if (known) return known;
    const memo = new Memo(page);
    this.#memos.push(memo);
    return memo;
  }

  /** Reads what there is; what is being written here stays. */
  async load(): Promise<void> {
    if (this.#loading) return;
    this.#loading = true;
    const outcome = await this.#api.memos(this.#documentId);
    this.#loading = false;
    this.#failure = outcome.ok ? null : outcome.failure;
    if (!outcome.ok) return;
    const texts = Object.fromEntries(outcome.value.map(({ page, text }) => [page, text]));
    for (const { page } of outcome.value) this.memo(page);
    for (const memo of this.#memos) {
      if (memo.text !== memo.stored || memo.saving) continue;
      memo.stored = texts[memo.page] ?? '';
      memo.text = memo.stored;
    }
    this.#loaded = true;
    this.#list();
  }

  write(page: number, text: string): void {
    const memo = this.memo(page);
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

  /** One after the other: an older text never arrives behind a newer one. */
  async #save(memo: Memo): Promise<void> {
    if (memo.saving) {
      await memo.saving;
      if (memo.state === 'failed') return;
    }
    const { text } = memo;
    if (text === memo.stored) {
      if (memo.state === 'unsaved') memo.state = 'settled';
      return;
    }
    if (memo.state !== 'failed') memo.state = 'saving';
    memo.saving = this.#store(memo, text);
    await memo.saving;
  }

  async #store(memo: Memo, text: string): Promise<void> {
    memo.failure = await this.#api.writeMemo(this.#documentId, memo.page, text);
    memo.saving = null;
    clearTimeout(memo.timer);
    if (memo.failure) {
      memo.state = 'failed';
      memo.timer = setTimeout(() => void this.#save(memo), memo.retryMs);
      memo.retryMs = Math.min(2 * memo.retryMs, retrySlowestMs);
      return;
    }
    memo.stored = text;
    memo.retryMs = retryMs;
    this.#list();
    if (memo.text === text) memo.state = 'saved';
    else this.write(memo.page, memo.text);
  }

  #list(): void {
    const written = this.#memos.filter(({ stored }) => stored !== '').map(({ page }) => page);
    this.#written = written.sort((one, other) => one - other);
  }
}
