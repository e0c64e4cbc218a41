import type { Logger } from 'pino';
import type { Participant } from '../meeting/participant.ts';
import type { LiveMeeting } from './live-meeting.ts';
import type { Timings } from './timings.ts';

/**
 * How long a meeting waits for whom: for people whose line is lost (C7: ghost tiles never stay), for a rep
 * to take a number (J2), for anybody at all. One timer, set anew whenever something changes.
 */
export class Patience {
  readonly #live: LiveMeeting;
  readonly #timings: Timings;
  readonly #log: Logger;
  /** Since when somebody has had no connection; milliseconds since 1970. */
  readonly #awaySince = new Map<string, number>();
  #emptySince: number | null = null;
  #timer: NodeJS.Timeout | null = null;
  #closed = false;

  constructor(live: LiveMeeting, timings: Timings, log: Logger) {
    this.#live = live;
    this.#timings = timings;
    this.#log = log;
  }

  /** To be called after every change of who is there. */
  reconsider(): void {
    if (this.#closed) return;
    const now = Date.now();
    const { meeting } = this.#live;
    // Somebody whose coming could not be stored, or who went from the door, is nobody to wait for.
    const known = new Set(meeting.participants.map(({ id }) => id));
    for (const id of this.#awaySince.keys()) if (!known.has(id)) this.#awaySince.delete(id);
    for (const who of meeting.participants) {
      if (who.standing === 'gone' || this.#live.isConnected(who.id)) this.#awaySince.delete(who.id);
      else if (!this.#awaySince.has(who.id)) this.#awaySince.set(who.id, now);
    }
    const isEmpty = meeting.facts.state === 'live' && meeting.present.length === 0;
    this.#emptySince = isEmpty ? (this.#emptySince ?? now) : null;
    this.#schedule(now);
  }

  close(): void {
    this.#closed = true;
    if (this.#timer) clearTimeout(this.#timer);
  }

  #schedule(now: number): void {
    if (this.#timer) clearTimeout(this.#timer);
    const deadlines = this.#away().map(({ who, since }) => this.#deadline(who, since, now));
    const { numberExpiresAt, state } = this.#live.meeting.facts;
    if (state === 'waiting' && numberExpiresAt !== null) deadlines.push(numberExpiresAt);
    if (this.#emptySince !== null) deadlines.push(this.#emptySince + this.#timings.abandonedMs);
    if (deadlines.length === 0) return;
    const delayMs = Math.max(0, Math.min(...deadlines) - now);
    this.#timer = setTimeout(() => {
      this.#act().catch((error: unknown) => {
        this.#log.error({ error }, 'a meeting could not be tidied up');
        this.#schedule(Date.now() + this.#timings.lostLineMs);
      });
    }, delayMs);
    this.#timer.unref();
  }

  #away(): { who: Participant; since: number }[] {
    return this.#live.meeting.participants.flatMap((who) => {
      const since = this.#awaySince.get(who.id);
      return since === undefined ? [] : [{ who, since }];
    });
  }

  /** Until when somebody away is waited for; while their media still flows, longer. */
  #deadline(who: Participant, since: number, now: number): number {
    if (who.standing === 'waiting') return since + this.#timings.numberGraceMs;
    const short = since + this.#timings.lostLineMs;
    const long = since + this.#timings.lostSignallingMs;
    if (!this.#live.hasLivingMedia(who.id)) return short;
    // Living media may end without another sign: look again from time to time.
    return Math.min(long, Math.max(short, now + this.#timings.lostLineMs / 4));
  }

  async #act(): Promise<void> {
    await this.#live.change((meeting, now) => {
      const { numberExpiresAt, state } = meeting.facts;
      if (state === 'waiting' && numberExpiresAt !== null && now >= numberExpiresAt) {
        meeting.end('expired', now);
        return;
      }
      for (const { who, since } of this.#away()) {
        if (now >= this.#deadline(who, since, now)) meeting.leave(who.id, 'lost', now);
      }
      if (this.#emptySince !== null && now >= this.#emptySince + this.#timings.abandonedMs) {
        meeting.end('abandoned', now);
      }
    });
  }
}
