import type * as inCall from '../documents/in-call.ts';
import type { CallApi } from '../session/api.ts';
import type * as stage from '../stage/in-call.ts';
import { LazyPart } from './lazy-part.svelte.ts';

/** What a call needs for documents, fetched with the first one: the page with pdf.js, and what is around it. */
export class DocumentParts {
  readonly #call: CallApi;
  readonly stage = new LazyPart<typeof stage>(() => import('../stage/in-call.ts'));
  readonly around = new LazyPart<typeof inCall>(() => import('../documents/in-call.ts'));

  constructor(call: CallApi) {
    this.#call = call;
  }

  /** Something of this person's would be lost if the page went now. */
  get atRisk(): boolean {
    return this.around.part?.atRisk(this.#call) ?? false;
  }

  /** What is written is stored, what is being sent is stopped: the seat is about to be given up. */
  async letGo(): Promise<void> {
    await this.around.part?.letGo(this.#call);
  }

  /** Files that were dropped on the page. */
  async take(files: readonly File[]): Promise<void> {
    const around = await this.around.load();
    around?.shelfOf(this.#call).add([...files]);
  }
}
