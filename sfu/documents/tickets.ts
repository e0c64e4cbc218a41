import { newSecret } from '../meeting/identity.ts';

/** Long enough for a slow start of a download, and for going on after a break. */
const lifetimeMs = 10 * 60_000;
const ticketsMax = 10_000;

/** A file that may be fetched by whoever has its ticket. */
export type Download = { blob: string; fileName: string };

/**
 * Tickets for downloads: a browser that saves a file cannot say whose seat asks, so the address itself is the
 * permission, for a few minutes (D6). In memory: after a restart the file is accepted once more.
 */
export class Tickets {
  readonly #downloads = new Map<string, Download & { expiresAt: number }>();
  readonly #now: () => number;

  constructor(now: () => number = Date.now) {
    this.#now = now;
  }

  issue(download: Download): string {
    this.#forget();
    const ticket = newSecret();
    this.#downloads.set(ticket, { ...download, expiresAt: this.#now() + lifetimeMs });
    return ticket;
  }

  find(ticket: string): Download | null {
    const found = this.#downloads.get(ticket);
    return found && this.#now() < found.expiresAt ? found : null;
  }

  /** The oldest are first in order. */
  #forget(): void {
    for (const [ticket, { expiresAt }] of this.#downloads) {
      if (this.#now() < expiresAt && this.#downloads.size < ticketsMax) break;
      this.#downloads.delete(ticket);
    }
  }
}
