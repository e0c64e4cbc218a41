import type { Refusal } from '../protocol/codes.ts';
import type { DocumentRecord } from '../store/document-repository.ts';
import { isOwnedBy, keyOf, ownerOf, type DocumentOwner } from './owner.ts';

/** What was refused after it had been taken in. */
export type RefusedFile = { record: DocumentRecord; code: Refusal['code']; details: Refusal['details'] };

const perOwner = 20;
const inAll = 5_000;

/**
 * Files that turned out to be no use, kept for their owners to read why: in memory alone, the latest few of each.
 * Nothing of the files themselves is left.
 */
export class RefusedFiles {
  readonly #byId = new Map<string, RefusedFile>();

  add(file: RefusedFile): void {
    this.#byId.set(file.record.id, file);
    const key = keyOf(ownerOf(file.record));
    const own = [...this.#byId.values()].filter(({ record }) => keyOf(ownerOf(record)) === key);
    for (const { record } of own.slice(0, -perOwner)) this.#byId.delete(record.id);
    for (const id of this.#byId.keys()) {
      if (this.#byId.size <= inAll) break;
      this.#byId.delete(id);
    }
  }

  get(id: string): RefusedFile | null {
    return this.#byId.get(id) ?? null;
  }

  of(owner: DocumentOwner): DocumentRecord[] {
    return [...this.#byId.values()].flatMap(({ record }) => (isOwnedBy(record, owner) ? [record] : []));
  }

  /** The file that was to replace this document's. */
  replacementOf(id: string): DocumentRecord | null {
    return [...this.#byId.values()].find(({ record }) => record.replaces === id)?.record ?? null;
  }

  /** @returns whether there was one of this owner's */
  forget(id: string, owner: DocumentOwner): boolean {
    const file = this.#byId.get(id);
    return file !== undefined && isOwnedBy(file.record, owner) && this.#byId.delete(id);
  }

  forgetReplacementsOf(id: string): void {
    for (const [key, { record }] of this.#byId) if (record.replaces === id) this.#byId.delete(key);
  }

  forgetMeeting(meetingId: string): void {
    for (const [key, { record }] of this.#byId) {
      if (record.broughtBy?.meetingId === meetingId) this.#byId.delete(key);
    }
  }
}
