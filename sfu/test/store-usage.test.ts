import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { newId } from '../meeting/identity.ts';
import { openDatabase, type Database } from '../store/database.ts';
import type { NewLogEntry } from '../store/log-repository.ts';
import { migrate } from '../store/migrate.ts';
import { createRepositories, type Repositories } from '../store/repositories.ts';
import { useBackings } from './store-backings.ts';
import { meeting, newAccount, noonMs } from './store-samples.ts';

const backings = useBackings();
const hour = 3_600_000;

type Given = Parameters<typeof newAccount>[1] & { unitId?: string | null };

describe.each(backings)('usage on $name', ({ newUrl }) => {
  let db: Database;
  let store: Repositories;
  const organizationId = newId();

  beforeAll(async () => {
    db = await openDatabase({ url: await newUrl() });
    await migrate(db);
    store = createRepositories(db);
    const publicId = organizationId.toLowerCase();
    await store.organizations.create({ id: organizationId, publicId, name: '会社', createdAt: noonMs });
  });
  afterAll(() => db.destroy());

  async function account({ unitId = null, ...changes }: Given = {}): Promise<string> {
    const id = await newAccount(store, { organizationId, ...changes });
    await store.accounts.changeUser(id, { unitId });
    return id;
  }

  const signedIn = (accountId: string, at: number, act: NewLogEntry['act'] = 'signed-in'): NewLogEntry => ({
    id: newId(),
    organizationId,
    kind: 'sign-in',
    act,
    at,
    accountId,
    actor: '佐藤 花子',
    subject: '',
    meetingId: null,
    address: null,
    search: '',
  });

  /** Somebody who has done a bit of everything. */
  async function busy(changes: Given = {}): Promise<string> {
    const id = await account({ ...changes, lastSignInAt: noonMs });
    await store.logs.insert([
      signedIn(id, noonMs),
      signedIn(id, noonMs + hour),
      signedIn(id, noonMs, 'sign-in-refused'),
    ]);
    const hosted = (startedAt: number | null, endedAt: number | null) =>
      store.meetings.save(meeting({ organizationId, hostAccountId: id, startedAt, endedAt }));
    await hosted(noonMs, noonMs + hour);
    await hosted(noonMs + hour, null);
    await hosted(null, noonMs + hour);
    for (const [part, state] of (['ready', 'ready', 'failed'] as const).entries()) {
      const recording = { id: newId(), captureId: newId(), meetingId: newId(), part: part + 1 };
      const of = { kind: 'video', accountId: id, beganAt: noonMs, reservedBytes: 7 } as const;
      await store.recordings.insert({ ...recording, ...of });
      await store.recordings.change(recording.id, { state, bytes: 3_000_000_000 });
    }
    return id;
  }

  async function document(accountId: string, replaces: string | null = null): Promise<string> {
    const id = newId();
    await store.documents.insert({
      id,
      accountId,
      broughtBy: null,
      title: '資料',
      fileName: '資料.pdf',
      format: 'pdf',
      bytes: 2_000_000_000,
      pages: 1,
      version: 1,
      shareFile: false,
      state: 'ready',
      originalBlob: newId(),
      pdfBlob: null,
      substitutedFonts: [],
      replaces,
      createdAt: noonMs,
    });
    return id;
  }

  test('counts for everybody at once, and only what is theirs', async () => {
    const unit = newId();
    const filter = { organizationId };
    const [first, second] = [await busy({ unitId: unit }), await busy({ role: 'manager' })];
    const idle = await account({ lastSignInAt: null });
    const removed = await busy();
    await store.accounts.removeUsers([removed], noonMs + 7);
    await newAccount(store);
    const kept = await document(first);
    await document(first);
    await document(first, kept);
    const now = noonMs + 3 * hour;
    const accounts = await store.usage.accounts(filter);
    expect(new Map(accounts.map(({ id, removedAt }) => [id, removedAt]))).toEqual(
      new Map([
        [first, null],
        [second, null],
        [idle, null],
        [removed, noonMs + 7],
      ]),
    );
    const each = (count: number, sum: number) =>
      new Map([
        [first, { count, sum }],
        [second, { count, sum }],
        [removed, { count, sum }],
      ]);
    expect(await store.usage.signIns(filter, {})).toEqual(each(2, 0));
    expect(await store.usage.meetings(filter, {}, now)).toEqual(each(2, 3 * hour));
    expect(await store.usage.recordings(filter)).toEqual(each(2, 6_000_000_000));
    expect(await store.usage.documents(filter)).toEqual(new Map([[first, { count: 2, sum: 4_000_000_000 }]]));
    const later = { from: noonMs + 1, until: noonMs + 2 * hour };
    expect(await store.usage.signIns(filter, later)).toEqual(each(1, 0));
    expect(await store.usage.meetings(filter, later, now)).toEqual(each(1, 2 * hour));
    expect((await store.usage.meetings(filter, { until: noonMs }, now)).size).toBe(0);
    const ofUnit = { ...filter, role: 'rep', units: new Set([unit]) } as const;
    for (const counts of [
      await store.usage.signIns(ofUnit, {}),
      await store.usage.meetings(ofUnit, {}, now),
      await store.usage.recordings(ofUnit),
    ]) {
      expect([...counts.keys()]).toEqual([first]);
    }
    expect(await store.usage.accounts({ ...filter, units: new Set() })).toEqual([]);
  });
});
