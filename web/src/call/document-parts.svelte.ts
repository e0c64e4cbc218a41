import type * as inCall from '../documents/in-call.ts';
import type * as stage from '../stage/in-call.ts';
import { LazyPart } from './lazy-part.svelte.ts';

/** What a call needs for documents, fetched with the first one: the page with pdf.js, and what is around it. */
export class DocumentParts {
  readonly stage = new LazyPart<typeof stage>(() => import('../stage/in-call.ts'));
  readonly around = new LazyPart<typeof inCall>(() => import('../documents/in-call.ts'));
}
