import type { Database } from './database.ts';
import { storable } from './text.ts';

/** Somebody who wishes to be called, because nobody was there (B4). */
export type CallbackRecord = {
  id: string;
  organizationId: string;
  bannerKey: string;
  name: string;
  phone: string;
  /** When, in their words. */
  wish: string;
  origin: string | null;
  at: number;
  /** The name of who has called back, and when. */
  done: { by: string; at: number } | null;
};

export class CallbackRepository {
  readonly #db: Database;

  constructor(db: Database) {
    this.#db = db;
  }

  async add(record: CallbackRecord): Promise<void> {
    await this.#db
      .insertInto('callbacks')
      .values({
        id: record.id,
        organization_id: record.organizationId,
        banner_key: record.bannerKey,
        name: storable(record.name),
        phone: storable(record.phone),
        wish: storable(record.wish),
        origin: record.origin === null ? null : storable(record.origin),
        at: record.at,
        done_by: record.done ? storable(record.done.by) : null,
        done_at: record.done?.at ?? null,
      })
      .execute();
  }

  /**
   * First the open ones, of which the oldest has waited longest; then those that were done since then, the latest
   * first. `banner`: its name now, '' when there is none any more.
   *
   * @param since milliseconds since 1970
   */
  async list(
    organizationId: string,
    since: number,
    callbacksMax: number,
  ): Promise<(CallbackRecord & { banner: string })[]> {
    const rows = await this.#db
      .selectFrom('callbacks')
      .leftJoin('banners', 'banners.key', 'callbacks.banner_key')
      .selectAll('callbacks')
      .select('banners.name as banner')
      .where('callbacks.organization_id', '=', organizationId)
      .where((eb) => eb.or([eb('callbacks.done_at', 'is', null), eb('callbacks.done_at', '>=', since)]))
      .orderBy((eb) => eb.case().when('callbacks.done_at', 'is', null).then(0).else(1).end())
      // Of those that are not done there is no such time; NULLs among one another are in no order.
      .orderBy('callbacks.done_at', 'desc')
      .orderBy('callbacks.at')
      .orderBy('callbacks.id')
      .limit(callbacksMax)
      .execute();
    return rows.map((row) => ({
      id: row.id,
      organizationId: row.organization_id,
      bannerKey: row.banner_key,
      name: row.name,
      phone: row.phone,
      wish: row.wish,
      origin: row.origin,
      at: row.at,
      done: row.done_at === null ? null : { by: row.done_by ?? '', at: row.done_at },
      banner: row.banner ?? '',
    }));
  }

  /** Of every organisation those that were done before then: names and numbers of people who wait for nothing. */
  async removeDoneBefore(time: number): Promise<void> {
    await this.#db.deleteFrom('callbacks').where('done_at', '<', time).execute();
  }

  async open(organizationId: string): Promise<number> {
    const { count } = await this.#db
      .selectFrom('callbacks')
      .where('organization_id', '=', organizationId)
      .where('done_at', 'is', null)
      .select((eb) => eb.fn.countAll<number | string>().as('count'))
      .executeTakeFirstOrThrow();
    return Number(count);
  }

  /**
   * Done, or open again where `done` is null. Of two who say that they have called back, the first stays.
   *
   * @returns false when the organisation has no such call.
   */
  async setDone(organizationId: string, id: string, done: CallbackRecord['done']): Promise<boolean> {
    let query = this.#db
      .updateTable('callbacks')
      .set({ done_by: done ? storable(done.by) : null, done_at: done?.at ?? null })
      .where('organization_id', '=', organizationId)
      .where('id', '=', id);
    if (done) query = query.where('done_at', 'is', null);
    if (await query.returning('id').executeTakeFirst()) return true;
    const known = await this.#db
      .selectFrom('callbacks')
      .select('id')
      .where('organization_id', '=', organizationId)
      .where('id', '=', id)
      .executeTakeFirst();
    return known !== undefined;
  }
}
