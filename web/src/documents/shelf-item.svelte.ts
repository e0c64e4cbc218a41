import type { DocumentProgress, DocumentView } from '../../../sfu/protocol/documents.ts';
import { limits } from '../../../sfu/protocol/limits.ts';
import type { Failure } from '../session/api.ts';
import type { Sent } from './after-all.ts';

/** 送信 → 変換 → 完了, or what stood in the way (D1). */
export type Progress =
  | { step: 'sending'; share: number; waiting: boolean }
  | { step: 'converting'; ahead: number }
  | { step: 'done' }
  | { step: 'failed'; failure: Failure };

/** For how long it is said that a document has become ready. */
const freshMs = 20_000;

/** A file that is being sent, or could not be. */
export type Sending = { file: File; share: number; waiting: boolean; ending: AbortController };

let keys = 0;

/** One line of a shelf: first a file on its way, then the document that it has become. */
export class ShelfItem {
  /** Stays the same from the file to the document, so that nothing on the screen is made anew. */
  readonly key = (keys += 1);
  document = $state.raw<DocumentView | null>(null);
  sending = $state.raw<Sending | null>(null);
  /** The file that could not be sent, and why. */
  broken = $state.raw<{ file: File; failure: Failure } | null>(null);
  /** Since when the file is being sent, and what was known then; it may have arrived though the line broke. */
  sent: Sent | null = null;
  /** A title that the server does not know yet. */
  draftTitle = $state<string | null>(null);
  #fresh = $state(false);
  #freshTimer: ReturnType<typeof setTimeout> | undefined;
  /** Something that was tried with it and did not work. */
  trouble = $state.raw<Failure | null>(null);

  /** Has just become ready before the eyes of whoever looks. */
  get fresh(): boolean {
    return this.#fresh;
  }

  set fresh(fresh: boolean) {
    clearTimeout(this.#freshTimer);
    this.#fresh = fresh;
    if (fresh) this.#freshTimer = setTimeout(() => (this.#fresh = false), freshMs);
  }

  get title(): string {
    return this.draftTitle ?? this.document?.title ?? stemOf(this.fileName);
  }

  /** Of the file that is on its way or refused, else of the one that is there. */
  get fileName(): string {
    const coming = this.sending?.file.name ?? this.broken?.file.name ?? this.document?.replacement?.fileName;
    return coming ?? this.document?.fileName ?? '';
  }

  /** A new file is on its way to a document that can be used meanwhile. */
  get replacing(): boolean {
    const { document } = this;
    return document?.progress.state === 'ready' && (this.#sends || document.replacement !== null);
  }

  /** Can be shown, previewed and handed over. */
  get usable(): boolean {
    return this.document?.progress.state === 'ready';
  }

  /** Null when there is nothing to tell: it lies there ready. */
  get progress(): Progress | null {
    if (this.sending) {
      const { share, waiting } = this.sending;
      return { step: 'sending', share, waiting };
    }
    if (this.broken) return { step: 'failed', failure: this.broken.failure };
    const { document } = this;
    if (!document) return null;
    const prepared = toProgress(document.replacement?.progress ?? document.progress);
    return prepared.step === 'done' && !this.fresh ? null : prepared;
  }

  get converting(): boolean {
    const { document } = this;
    const states = [document?.progress.state, document?.replacement?.progress.state];
    return states.includes('converting');
  }

  get #sends(): boolean {
    return this.sending !== null || this.broken !== null;
  }
}

function toProgress(progress: DocumentProgress): Progress {
  switch (progress.state) {
    case 'converting':
      return { step: 'converting', ahead: progress.ahead };
    case 'ready':
      return { step: 'done' };
    case 'failed':
      return { step: 'failed', failure: { code: progress.code, details: progress.details } };
  }
}

/** A file's name without its extension: the title that nobody has to type. */
export function stemOf(fileName: string): string {
  const name = fileName.normalize('NFC');
  const stem = name.replace(/\.[a-z0-9]{1,8}$/i, '').trim();
  return [...(stem || name)].slice(0, limits.documentTitleCharacters).join('');
}
