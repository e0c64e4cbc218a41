import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { newId } from '../meeting/identity.ts';
import type { MeetingRecord } from '../meeting/records.ts';
import { openDatabase, type Database } from '../store/database.ts';
import { migrate } from '../store/migrate.ts';
import type { NewPart, PlaceInHistory } from '../store/recording-repository.ts';
import { createRepositories, type Repositories } from '../store/repositories.ts';
import { useBackings } from './store-backings.ts';
import { meeting, newAccount, noonMs, participant } from './store-samples.ts';

const backings = useBackings();

describe.each(backings)('recordings in the store on $name', ({ name, newUrl }) => {
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

  function part(changes: Partial<NewPart> = {}): NewPart {
    return {
      id: newId(),
      meetingId: newId(),
      accountId: newId(),
      captureId: newId(),
      part: 1,
      kind: 'video',
      beganAt: noonMs,
      reservedBytes: 6_000_000_000,
      ...changes,
    };
  }

  test('a part comes back as it was stored, and with what was changed', async () => {
    const stored = part();
    expect(await store.recordings.insert(stored)).toBe(true);
    const begun = {
      ...stored,
      number: 1,
      state: 'recording',
      failure: null,
      durationMs: 0,
      bytes: 0,
      blob: null,
      chapters: [],
      mp4: null,
    };
    expect(await store.recordings.load(stored.id)).toEqual(begun);
    const change = {
      state: 'ready',
      bytes: 7_000_000_000,
      durationMs: 3_600_000,
      reservedBytes: 0,
      blob: newId(),
      chapters: [{ startMs: 0, title: 'ご提案書「最終」 1/12 𠮷' }],
      mp4: { blob: newId(), bytes: 8_000_000_000, madeAt: noonMs + 5 },
    } as const;
    expect(await store.recordings.change(stored.id, { ...change, chapters: [...change.chapters] })).toBe(
      true,
    );
    expect(await other.recordings.load(stored.id)).toEqual({ ...begun, ...change });
    expect(await store.recordings.change(stored.id, { mp4: null })).toBe(true);
    expect((await other.recordings.load(stored.id))?.mp4).toBeNull();
    expect(await store.recordings.change(newId(), { bytes: 1 })).toBe(false);
  });

  test('is changed only in a state that allows it', async () => {
    const { id } = part();
    await store.recordings.insert(part({ id }));
    expect(await store.recordings.change(id, { state: 'failed' }, ['finishing'])).toBe(false);
    expect(await store.recordings.remove(id, ['ready'])).toBeNull();
    expect((await store.recordings.load(id))?.state).toBe('recording');
    await store.recordings.change(id, { state: 'ready', blob: 'a-blob' });
    expect(await store.recordings.remove(id, ['ready'])).toEqual(['a-blob']);
    expect(await store.recordings.load(id)).toBeNull();
  });

  test('each part of a capture is there once, also when two begin it at the same moment', async () => {
    const captureId = newId();
    const inserted = await Promise.all(
      [store, other, store, other].map(({ recordings }) => recordings.insert(part({ captureId }))),
    );
    expect(inserted.filter(Boolean)).toHaveLength(1);
    expect(await store.recordings.ofCapture(captureId)).toHaveLength(1);
  });

  test('the parts of a meeting are numbered on, whatever else is deleted', async () => {
    const meetingId = newId();
    const [first, second] = [part({ meetingId }), part({ meetingId })];
    await store.recordings.insert(first);
    await store.recordings.insert(second);
    await store.recordings.remove(first.id, ['recording']);
    const third = part({ meetingId, captureId: second.captureId, part: 2 });
    await store.recordings.insert(third);
    const parts = await store.recordings.ofCapture(second.captureId);
    expect(parts.map(({ part: each, number }) => [each, number])).toEqual([
      [1, 2],
      [2, 3],
    ]);
  });

  test('of a meeting only the account’s own are there, in their order, without deleted ones', async () => {
    const [accountId, meetingId] = [newId(), newId()];
    const ids: string[] = [];
    for (const beganAt of [noonMs + 2, noonMs, noonMs + 1]) {
      const each = part({ accountId, meetingId, beganAt });
      ids.push(each.id);
      await store.recordings.insert(each);
    }
    await store.recordings.insert(part({ meetingId }));
    await store.recordings.insert(part({ accountId }));
    await store.recordings.change(ids[1]!, { state: 'deleted' });
    const found = await store.recordings.ofMeetings(accountId, [meetingId, newId()]);
    expect(found.map(({ id }) => id)).toEqual([ids[0], ids[2]]);
    expect(await store.recordings.ofMeetings(accountId, [])).toEqual([]);
  });

  test('the history leads through meetings with recordings or answers, page by page, the newest first', async () => {
    const accountId = newId();
    const held = async (changes: Partial<MeetingRecord>, what: 'asked' | 'recorded' | 'nothing') => {
      const record = meeting({ hostAccountId: accountId, ...changes });
      const [host] = record.participants;
      // A name is not taken for what it says.
      const by = { participantId: host!.id, name: '"log":[{' } as const;
      record.participants[0] = { ...host!, name: by.name };
      if (what === 'asked') {
        const log = [{ ...by, kind: 'video', what: 'declined', at: noonMs } as const];
        record.recording = { ...record.recording, log };
      }
      await store.meetings.save(record);
      if (what === 'recorded') {
        await store.recordings.insert(part({ accountId, meetingId: record.id }));
        await store.recordings.insert(part({ accountId, meetingId: record.id }));
      }
      return record.id;
    };
    const oldest = await held({ startedAt: noonMs - 10 }, 'asked');
    const same = [
      await held({ startedAt: noonMs }, 'recorded'),
      await held({ startedAt: noonMs }, 'asked'),
      await held({ startedAt: null, createdAt: noonMs }, 'recorded'),
    ];
    const newest = await held({ startedAt: noonMs + 10 }, 'recorded');
    await held({}, 'nothing');
    await held({ hostAccountId: newId() }, 'asked');
    // Of which the meeting is not known any more; and one whose only recording has just been deleted.
    const forgotten = part({ accountId, beganAt: noonMs - 20 });
    await store.recordings.insert(forgotten);
    const gone = part({ accountId });
    await store.recordings.insert(gone);
    await store.recordings.change(gone.id, { state: 'deleted' });

    const inOrder = [newest, ...same.toSorted().toReversed(), oldest, forgotten.meetingId];
    const all = await other.recordings.history(accountId, 10, null);
    if (name === 'SQLite') expect(all.map(({ id }) => id)).toEqual(inOrder);
    expect(all.map(({ id }) => id).toSorted()).toEqual(inOrder.toSorted());
    expect(all.map(({ at }) => at - noonMs)).toEqual([10, 0, 0, 0, -10, -20]);
    const paged = [];
    for (let before: PlaceInHistory | null = null; ;) {
      const page: PlaceInHistory[] = await store.recordings.history(accountId, 2, before);
      if (page.length === 0) break;
      paged.push(...page);
      before = page.at(-1)!;
    }
    expect(paged).toEqual(all);
  });

  test('space is what files take and what is held back for those that are not there yet', async () => {
    const accountId = newId();
    expect(await store.recordings.space(accountId)).toEqual({ usedBytes: 0, reservedBytes: 0 });
    const parts = ['recording', 'finishing', 'failed', 'ready', 'ready', 'deleted'] as const;
    for (const [index, state] of parts.entries()) {
      const { id } = part();
      await store.recordings.insert(part({ id, accountId, reservedBytes: 10 ** index }));
      await store.recordings.change(id, { state, bytes: 3_000_000_000 });
    }
    expect(await store.recordings.space(accountId)).toEqual({
      usedBytes: 6_000_000_000,
      reservedBytes: 111,
    });
  });

  test('of many that count and take at the same moment, none takes what another has', async () => {
    const accountId = await newAccount(store);
    const quota = 1_000;
    const take = async ({ recordings }: Repositories, bytes: number) =>
      recordings.alone(accountId, async (alone) => {
        const { reservedBytes } = await alone.space(accountId);
        if (reservedBytes + bytes > quota) return false;
        return alone.insert(part({ accountId, reservedBytes: bytes }));
      });
    // Where SQLite waits for another connection the whole process stands still: there it is one connection's.
    const second = name === 'SQLite' ? store : other;
    const taken = await Promise.all(
      Array.from({ length: 24 }, (_, index) => take(index % 2 ? store : second, 90)),
    );
    expect(taken.filter(Boolean)).toHaveLength(11);
    expect((await store.recordings.space(accountId)).reservedBytes).toBe(990);
  });

  test('what goes wrong while counting changes nothing, and the warning is remembered', async () => {
    const accountId = await newAccount(store);
    const warned = () => store.recordings.alone(accountId, async (_recordings, percent) => percent);
    expect(await warned()).toBe(0);
    await store.recordings.alone(accountId, (alone) => alone.setWarned(accountId, 80));
    const failing = other.recordings.alone(accountId, async (alone) => {
      await alone.setWarned(accountId, 95);
      await alone.insert(part({ accountId }));
      throw new Error('the line is gone');
    });
    await expect(failing).rejects.toThrow('the line is gone');
    expect(await warned()).toBe(80);
    expect(await store.recordings.space(accountId)).toEqual({ usedBytes: 0, reservedBytes: 0 });
  });

  test('an account remembers where its owner is warned', async () => {
    const accountId = await newAccount(store);
    expect(await store.accounts.mail(accountId)).toBeNull();
    await store.accounts.setMail(accountId, 'sato@example.jp');
    expect(await other.accounts.mail(accountId)).toBe('sato@example.jp');
    await store.accounts.setMail(accountId, null);
    expect(await other.accounts.mail(accountId)).toBeNull();
    expect(await store.accounts.mail(newId())).toBeNull();
  });

  test('a meeting remembers its recording; the history reads people and consents from it', async () => {
    const host = participant({ role: 'host', name: '佐藤 花子' });
    const guest = participant({ name: '山田 太郎', standing: 'gone', leaveReason: 'lost' });
    const refused = participant({ name: '通りすがり', standing: 'gone', leaveReason: 'refused' });
    const knocking = participant({ name: '待つ人', standing: 'knocking' });
    const record = meeting({ participants: [host, guest, refused, knocking] });
    const consents = [
      {
        participantId: host.id,
        name: host.name,
        kind: 'video' as const,
        what: 'started' as const,
        at: noonMs,
      },
      { participantId: guest.id, name: 'a\u0000', kind: 'video' as const, what: 'told' as const, at: noonMs },
    ];
    record.recording = { ...record.recording, question: false, captureId: newId(), log: consents };
    await store.meetings.save(record);
    expect((await other.meetings.load(record.id))?.recording).toEqual(record.recording);
    expect(await other.recordings.meetings([record.id, newId()])).toEqual([
      {
        id: record.id,
        createdAt: record.createdAt,
        startedAt: record.startedAt,
        endedAt: null,
        consents,
        people: [
          { participantId: host.id, name: host.name, role: 'host' },
          { participantId: guest.id, name: guest.name, role: 'guest' },
        ],
      },
    ]);
    expect(await store.recordings.meetings([])).toEqual([]);
  });

  test('a meeting from before there were recordings has none', async () => {
    const record = meeting();
    await store.meetings.save(record);
    await db.updateTable('meetings').set({ recording: null }).where('id', '=', record.id).execute();
    expect((await store.meetings.load(record.id))?.recording).toMatchObject({ state: 'off', log: [] });
    expect(await store.recordings.meetings([record.id])).toMatchObject([{ consents: [] }]);
  });

  test('copies are found by their age', async () => {
    const ids: string[] = [];
    for (const madeAt of [noonMs - 1, noonMs]) {
      const { id } = part();
      ids.push(id);
      await store.recordings.insert(part({ id }));
      await store.recordings.change(id, { mp4: { blob: newId(), bytes: 1, madeAt } });
    }
    expect((await store.recordings.copiesMadeBefore(noonMs)).map(({ id }) => id)).toEqual([ids[0]]);
  });
});
