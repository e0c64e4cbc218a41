import { Refusal } from '../protocol/codes.ts';
import { limits } from '../protocol/limits.ts';
import type { Database } from './database.ts';

/** Random tries before the free numbers are looked for one by one; even with 90 % taken these nearly always do. */
const randomTries = 50;
/** Free numbers that are tried after the look; another process may take some in the same moment. */
const systematicTries = 50;
const numbersInAll = 10 ** limits.connectionNumberDigits;

/**
 * Who holds which five digits (J2). The number is the primary key, so the database itself sees to it that two
 * processes never get the same one.
 */
export class ConnectionNumberRepository {
  readonly #db: Database;

  constructor(db: Database) {
    this.#db = db;
  }

  /**
   * Takes a number that nobody holds and that has rested long enough.
   *
   * @param now milliseconds since 1970.
   * @param random gives five random digits at each call.
   * @throws Refusal `too-many` when there is no free number.
   */
  async claim(meetingId: string, now: number, random: () => string): Promise<string> {
    for (let tries = 0; tries < randomTries; tries++) {
      const number = random();
      if (await this.#take(number, meetingId, now)) return number;
    }
    for (const number of await this.#free(now, random())) {
      if (await this.#take(number, meetingId, now)) return number;
    }
    throw new Refusal('too-many', 'All connection numbers are in use; one becomes free within minutes.');
  }

  /**
   * Ends a number's use; from `now` on it rests. Doing so again changes nothing.
   *
   * @param meetingId if given, only that meeting's hold is ended: a release that comes late cannot hit a
   *   meeting that has been given the number since.
   */
  async release(number: string, now: number, meetingId?: string): Promise<void> {
    let query = this.#db
      .updateTable('connection_numbers')
      .set({ released_at: now })
      .where('number', '=', number)
      .where('released_at', 'is', null);
    if (meetingId !== undefined) query = query.where('meeting_id', '=', meetingId);
    await query.execute();
  }

  /**
   * Releases what a process that died has left behind: numbers of meetings that have ended or never were
   * stored. To be called at the start and now and then.
   *
   * @returns how many numbers were released.
   */
  async releaseAbandoned(now: number): Promise<number> {
    const result = await this.#db
      .updateTable('connection_numbers')
      .set({ released_at: now })
      .where('released_at', 'is', null)
      // A number is claimed a moment before its meeting is stored.
      .where('claimed_at', '<', now - limits.numberGraceMs)
      .where('meeting_id', 'not in', (eb) =>
        eb.selectFrom('meetings').select('id').where('state', '<>', 'ended'),
      )
      .executeTakeFirst();
    return Number(result.numUpdatedRows);
  }

  /** One statement, so that nothing can come between the look and the taking. */
  async #take(number: string, meetingId: string, now: number): Promise<boolean> {
    const taken = await this.#db
      .insertInto('connection_numbers')
      .values({ number, meeting_id: meetingId, claimed_at: now, released_at: null })
      .onConflict((conflict) =>
        conflict
          .column('number')
          .doUpdateSet({ meeting_id: meetingId, claimed_at: now, released_at: null })
          .where('connection_numbers.released_at', '<=', now - limits.numberRestMs),
      )
      .returning('number')
      .executeTakeFirst();
    return taken !== undefined;
  }

  /** Some free numbers, counted upwards from a random one so that they cannot be foreseen. */
  async #free(now: number, start: string): Promise<string[]> {
    const rows = await this.#db
      .selectFrom('connection_numbers')
      .select('number')
      .where((eb) =>
        eb.or([eb('released_at', 'is', null), eb('released_at', '>', now - limits.numberRestMs)]),
      )
      .execute();
    const taken = new Set(rows.map((row) => row.number));
    const free: string[] = [];
    for (let step = 0; step < numbersInAll && free.length < systematicTries; step++) {
      const number = String((Number(start) + step) % numbersInAll).padStart(
        limits.connectionNumberDigits,
        '0',
      );
      if (!taken.has(number)) free.push(number);
    }
    return free;
  }
}
