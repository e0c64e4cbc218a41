import type { ShownDocument } from '../protocol/documents.ts';
import type { LookedRecord, StageRecord } from './records.ts';

/*
 * It is written with the whole meeting at every change: whoever leafs through thousands of pages must not make it
 * grow without an end.
 */
const documentsMax = 200;
const pagesMax = 1_000;

/**
 * How long each page was on everybody's screen, for the history (B3). It counts while something is shown and somebody
 * is there to see it. Times are milliseconds since 1970.
 */
export class Looked {
  readonly #documents: LookedRecord[];
  /** Up to when what is shown has been counted; null: nobody sees anything. */
  #since: number | null;

  /** Becomes the owner of what it is given. */
  constructor({ looked, shownSince }: Pick<StageRecord, 'looked' | 'shownSince'>) {
    this.#documents = looked;
    this.#since = shownSince;
  }

  get documents(): readonly LookedRecord[] {
    return this.#documents;
  }

  get since(): number | null {
    return this.#since;
  }

  /** From now on this is to be seen. */
  begin(shown: ShownDocument | null, isWatched: boolean, now: number): void {
    this.#since = shown && isWatched ? now : null;
    if (shown) this.#note(shown, now);
  }

  /** It has been seen until now. */
  count(shown: ShownDocument | null, now: number): void {
    if (!shown || this.#since === null) return;
    // A clock that is set back does not make it less.
    const ms = Math.max(0, now - this.#since);
    this.#since = now;
    const document = this.#note(shown, now);
    if (!document || ms === 0) return;
    document.ms += ms;
    const page = document.pages.find((each) => each.page === shown.page);
    if (page) page.ms += ms;
    else document.pages.push({ page: shown.page, ms });
    this.#forgetShortest();
  }

  /** @returns null when there are as many as there may be. */
  #note({ documentId, title }: ShownDocument, now: number): LookedRecord | null {
    const known = this.#documents.find((each) => each.documentId === documentId);
    if (known) {
      known.title = title;
      return known;
    }
    if (this.#documents.length >= documentsMax) return null;
    const added = { documentId, title, at: now, ms: 0, pages: [] };
    this.#documents.push(added);
    return added;
  }

  /** What was leafed over makes room for what was looked at; the document's own time keeps it. */
  #forgetShortest(): void {
    const all = this.#documents.flatMap(({ pages }) => pages);
    if (all.length <= pagesMax) return;
    const shortest = all.reduce((least, each) => (each.ms < least.ms ? each : least));
    for (const { pages } of this.#documents) {
      const index = pages.indexOf(shortest);
      if (index >= 0) pages.splice(index, 1);
    }
  }
}
