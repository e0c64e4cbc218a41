import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { newId } from '../meeting/identity.ts';
import type { BannerLook } from '../protocol/banner.ts';
import type { BannerRecord } from '../store/banner-repository.ts';
import type { CallbackRecord } from '../store/callback-repository.ts';
import { openDatabase, type Database } from '../store/database.ts';
import { migrate } from '../store/migrate.ts';
import { createRepositories, type Repositories } from '../store/repositories.ts';
import { useBackings } from './store-backings.ts';
import { meeting, noonMs } from './store-samples.ts';

const backings = useBackings();
const dayMs = 24 * 60 * 60_000;

const look: BannerLook = {
  shape: 'card',
  color: '#0a7d55',
  language: 'browser',
  heading: '「対面」で、すぐに 👩‍💼',
  text: '',
  button: 'Talk to us',
};

describe.each(backings)('banners and calls to be returned in the store on $name', ({ name, newUrl }) => {
  let db: Database;
  let otherDb: Database;
  let store: Repositories;
  /** As another process would have it. */
  let other: Repositories;

  beforeAll(async () => {
    const url = await newUrl();
    db = await openDatabase({ url });
    await migrate(db);
    otherDb = await openDatabase({ url });
    store = createRepositories(db);
    other = createRepositories(otherDb);
  });

  afterAll(async () => {
    await db.destroy();
    await otherDb.destroy();
  });

  async function organization(name = '会社'): Promise<string> {
    const id = newId();
    await store.organizations.create({ id, publicId: id.toLowerCase(), name, createdAt: noonMs });
    return id;
  }

  const banner = (organizationId: string, changes: Partial<BannerRecord> = {}): BannerRecord => ({
    key: newId(),
    organizationId,
    name: 'トップページ',
    look,
    isOn: true,
    createdAt: noonMs,
    ...changes,
  });

  const callback = (organizationId: string, changes: Partial<CallbackRecord> = {}): CallbackRecord => ({
    id: newId(),
    organizationId,
    bannerKey: newId(),
    name: '山田 太郎',
    phone: '+81 3-1234-5678',
    wish: '明日の午後',
    origin: 'https://www.example.co.jp/products/',
    at: noonMs,
    done: null,
    ...changes,
  });

  test('a banner comes back as it was stored, with the name of its organisation', async () => {
    const organizationId = await organization('株式会社 対面');
    const stored = banner(organizationId);
    expect(await store.banners.create(stored, 100)).toBe(true);
    expect(await other.banners.find(stored.key)).toEqual({ ...stored, organizationName: '株式会社 対面' });
    expect(await other.banners.find(newId())).toBeNull();
  });

  test('what no backing can keep in a name becomes a sign that something stood there', async () => {
    const stored = banner(await organization(), { name: 'a\u0000b\ud800' });
    await store.banners.create(stored, 100);
    expect((await store.banners.find(stored.key))?.name).toBe('a\uFFFDb\uFFFD');
  });

  test('each thing about it can be changed alone, by its own organisation only', async () => {
    const [organizationId, stranger] = [await organization(), await organization()];
    const stored = banner(organizationId);
    await store.banners.create(stored, 100);
    expect(await store.banners.change(organizationId, stored.key, { isOn: false })).toBe(true);
    expect(await store.banners.find(stored.key)).toMatchObject({ isOn: false, name: stored.name, look });
    const button = { ...look, shape: 'button' } as const;
    await store.banners.change(organizationId, stored.key, { name: '料金ページ', look: button });
    const changed = { isOn: false, name: '料金ページ', look: button };
    expect(await store.banners.find(stored.key)).toMatchObject(changed);
    for (const change of [{ isOn: true }, {}]) {
      expect(await store.banners.change(stranger, stored.key, change)).toBe(false);
      expect(await store.banners.change(organizationId, newId(), change)).toBe(false);
    }
    expect(await store.banners.change(organizationId, stored.key, {})).toBe(true);
    expect(await store.banners.remove(stranger, stored.key)).toBe(false);
    expect(await store.banners.find(stored.key)).toMatchObject(changed);
    expect(await store.banners.remove(organizationId, stored.key)).toBe(true);
    expect(await store.banners.remove(organizationId, stored.key)).toBe(false);
    expect(await store.banners.find(stored.key)).toBeNull();
  });

  test('the list is the organisation’s, the oldest first, with the calls that have come about', async () => {
    const [organizationId, stranger] = [await organization(), await organization()];
    const [second, first] = [banner(organizationId, { createdAt: noonMs + 1 }), banner(organizationId)];
    for (const each of [second, first, banner(stranger)]) await store.banners.create(each, 100);
    const calls = [
      meeting({ bannerKey: first.key }),
      meeting({ bannerKey: first.key, state: 'ended', endedAt: noonMs + 9, endReason: 'ended-by-host' }),
      // Who gave up before anybody came, or still waits, had no call.
      meeting({
        bannerKey: first.key,
        state: 'ended',
        startedAt: null,
        endedAt: noonMs,
        endReason: 'cancelled',
      }),
      meeting({ bannerKey: second.key, state: 'waiting', startedAt: null }),
      meeting(),
    ];
    for (const each of calls) await store.meetings.save(each);
    expect(await store.banners.list(organizationId)).toEqual([
      { ...first, meetings: 2 },
      { ...second, meetings: 0 },
    ]);
  });

  test('of many made at once, as many stay as there may be', async () => {
    const organizationId = await organization();
    // Where SQLite waits for another connection the whole process stands still: there it is one connection's.
    const second = name === 'SQLite' ? store : other;
    const made = await Promise.all(
      Array.from({ length: 8 }, (_, index) =>
        (index % 2 === 0 ? store : second).banners.create(banner(organizationId), 3),
      ),
    );
    expect(made.filter(Boolean)).toHaveLength(3);
    expect(await store.banners.list(organizationId)).toHaveLength(3);
  });

  test('calls to be returned: the open ones however old, the oldest first; the others for a while', async () => {
    const [organizationId, stranger] = [await organization(), await organization()];
    const site = banner(organizationId);
    await store.banners.create(site, 100);
    const done = { by: '佐藤 花子', at: noonMs + 1 };
    const old = callback(organizationId, { at: noonMs - 90 * dayMs });
    const doneAt = (at: number) => ({ ...done, at });
    const longDone = callback(organizationId, { at: noonMs - 40 * dayMs, done: doneAt(noonMs - 31 * dayMs) });
    const lateDone = callback(organizationId, { at: noonMs - 60 * dayMs, done: doneAt(noonMs) });
    const newDone = callback(organizationId, { done: doneAt(noonMs - 29 * dayMs), origin: null });
    const now = callback(organizationId, { bannerKey: site.key });
    const foreign = callback(stranger, { done: doneAt(noonMs - 31 * dayMs) });
    for (const each of [now, newDone, old, longDone, lateDone, foreign]) await store.callbacks.add(each);
    const since = noonMs - 30 * dayMs;
    expect(await store.callbacks.list(organizationId, since, 100)).toEqual([
      // The banner it came through is no more.
      { ...old, banner: '' },
      { ...now, banner: site.name },
      { ...lateDone, banner: '' },
      { ...newDone, banner: '' },
    ]);
    expect(await store.callbacks.list(organizationId, since, 1)).toMatchObject([{ id: old.id }]);
    // What is done stays in the store no longer than anybody reads it.
    await store.callbacks.removeDoneBefore(since);
    expect(await store.callbacks.list(organizationId, 0, 100)).toHaveLength(4);
    expect(await store.callbacks.list(stranger, 0, 100)).toEqual([]);
    expect(await store.callbacks.open(organizationId)).toBe(2);
    expect(await store.callbacks.open(await organization())).toBe(0);
  });

  test('of two who have called back at the same moment one stays; it can be opened again', async () => {
    const [organizationId, stranger] = [await organization(), await organization()];
    const stored = callback(organizationId);
    await store.callbacks.add(stored);
    const { id } = stored;
    const both = [
      { by: '佐藤', at: noonMs + 1 },
      { by: '鈴木', at: noonMs + 2 },
    ];
    const answers = await Promise.all(
      both.map((done, index) => (index === 0 ? store : other).callbacks.setDone(organizationId, id, done)),
    );
    expect(answers).toEqual([true, true]);
    const [found] = await store.callbacks.list(organizationId, 0, 100);
    expect(both).toContainEqual(found?.done);
    expect(await store.callbacks.setDone(organizationId, id, { by: '田中', at: noonMs + 3 })).toBe(true);
    expect((await store.callbacks.list(organizationId, 0, 100))[0]?.done).toEqual(found?.done);
    expect(await store.callbacks.setDone(stranger, id, null)).toBe(false);
    expect(await store.callbacks.setDone(organizationId, newId(), null)).toBe(false);
    expect(await store.callbacks.open(organizationId)).toBe(0);
    expect(await store.callbacks.setDone(organizationId, id, null)).toBe(true);
    expect(await store.callbacks.open(organizationId)).toBe(1);
  });
});
