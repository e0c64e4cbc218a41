import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { newId } from '../meeting/identity.ts';
import { openDatabase, type Database } from '../store/database.ts';
import type { DocumentRecord } from '../store/document-repository.ts';
import { migrate } from '../store/migrate.ts';
import { createRepositories, type Repositories } from '../store/repositories.ts';
import { useBackings } from './store-backings.ts';
import { meeting, newAccount as newAccountIn, noonMs } from './store-samples.ts';

const backings = useBackings();

describe.each(backings)('documents in the store on $name', ({ newUrl }) => {
  let db: Database;
  let store: Repositories;

  beforeAll(async () => {
    db = await openDatabase({ url: await newUrl() });
    await migrate(db);
    store = createRepositories(db);
  });

  afterAll(async () => {
    await db.destroy();
  });

  const newAccount = () => newAccountIn(store);

  function document(changes: Partial<DocumentRecord> = {}): Omit<DocumentRecord, 'position'> {
    return {
      id: newId(),
      accountId: null,
      broughtBy: null,
      title: '髙橋様 ご提案書\u{1F4CE}',
      fileName: 'がぎぐ 提案「最終」.pptx',
      format: 'pptx',
      bytes: 6_000_000_000,
      pages: 0,
      version: 1,
      shareFile: false,
      state: 'converting',
      originalBlob: newId(),
      pdfBlob: null,
      substitutedFonts: [{ wanted: 'ＭＳ 明朝', used: 'IPA明朝' }],
      replaces: null,
      createdAt: noonMs,
      ...changes,
    };
  }

  const titles = (records: readonly DocumentRecord[]) => records.map(({ title }) => title);

  test('a document comes back as it was stored, and with what was changed', async () => {
    const stored = await store.documents.insert(document({ accountId: await newAccount() }));
    expect(await store.documents.load(stored.id)).toEqual(stored);
    const change = {
      title: '新しい題名',
      shareFile: true,
      state: 'ready',
      pages: 12,
      pdfBlob: newId(),
    } as const;
    expect(await store.documents.change(stored.id, change)).toEqual({ ...stored, ...change });
    expect(await store.documents.change(newId(), change)).toBeNull();
  });

  test('the newest is the first of its account, until somebody orders them', async () => {
    const accountId = await newAccount();
    const ids: string[] = [];
    for (const title of ['一', '二', '三']) {
      ids.push((await store.documents.insert(document({ accountId, title }))).id);
    }
    const other = await store.documents.insert(document({ accountId: await newAccount(), title: '他人の' }));
    expect(titles(await store.documents.ofAccount(accountId))).toEqual(['三', '二', '一']);
    await store.documents.order(accountId, [ids[1]!, other.id, newId(), ids[1]!]);
    expect(titles(await store.documents.ofAccount(accountId))).toEqual(['二', '三', '一']);
    await store.documents.insert(document({ accountId, title: '四' }));
    expect(titles(await store.documents.ofAccount(accountId))).toEqual(['四', '二', '三', '一']);
  });

  test('a new file takes the place of the old one; title, place, permission and memos stay', async () => {
    const accountId = await newAccount();
    const ready = { accountId, state: 'ready', pages: 3, shareFile: true } as const;
    const old = await store.documents.insert(document({ ...ready, title: '価格表', pdfBlob: newId() }));
    await store.documents.writeMemo(old.id, 2, '値引きは5%まで');
    const next = await store.documents.insert(
      document({ accountId, replaces: old.id, fileName: '価格表2.pdf', format: 'pdf', pages: 8 }),
    );
    await store.documents.change(next.id, { state: 'ready', pdfBlob: next.originalBlob });
    const replaced = await store.documents.replaceFile(old.id, next.id);
    expect(replaced?.document).toMatchObject({
      id: old.id,
      title: '価格表',
      pages: 8,
      version: 2,
      shareFile: true,
    });
    expect(replaced?.unused.toSorted()).toEqual([old.originalBlob, old.pdfBlob].toSorted());
    expect(await store.documents.load(old.id)).toEqual(replaced?.document);
    expect(await store.documents.load(next.id)).toBeNull();
    expect(await store.documents.memos(old.id)).toEqual([{ page: 2, text: '値引きは5%まで' }]);
    expect(await store.documents.replaceFile(old.id, next.id)).toBeNull();
  });

  test('memos are kept by page, of any length, and go with their document', async () => {
    const { id } = await store.documents.insert(document({ accountId: await newAccount() }));
    const long = '長いメモ。'.repeat(100_000);
    await store.documents.writeMemo(id, 7, 'x\u0000y');
    await store.documents.writeMemo(id, 0, long);
    await store.documents.writeMemo(id, 7, '書き直し');
    await store.documents.writeMemo(id, 9, '消える');
    await store.documents.writeMemo(id, 9, '');
    expect(await store.documents.memos(id)).toEqual([
      { page: 0, text: long },
      { page: 7, text: '書き直し' },
    ]);
    expect(await store.documents.remove(id)).toHaveLength(1);
    expect(await store.documents.remove(id)).toBeNull();
    expect(await store.documents.memos(id)).toEqual([]);
  });

  test('what a guest has brought is found by its meeting', async () => {
    const broughtBy = { meetingId: newId(), participantId: newId() };
    const { id } = await store.documents.insert(document({ broughtBy }));
    expect(await store.documents.meetingsWithDocuments()).toContain(broughtBy.meetingId);
    expect(await store.documents.ofMeeting(broughtBy.meetingId)).toMatchObject([{ id, accountId: null }]);
  });

  test('what was being prepared is found again, and every file that is used', async () => {
    const accountId = await newAccount();
    const waiting = await store.documents.insert(document({ accountId }));
    const ready = await store.documents.insert(document({ accountId, state: 'ready', pdfBlob: newId() }));
    const unfinished = (await store.documents.unfinished()).map(({ id }) => id);
    expect(unfinished).toContain(waiting.id);
    expect(unfinished).not.toContain(ready.id);
    const unplaced = await store.documents.insert(
      document({ accountId, state: 'ready', replaces: ready.id }),
    );
    expect((await store.documents.unplaced()).map(({ id }) => id)).toEqual([unplaced.id]);
    const blobs = await store.documents.blobs();
    for (const key of [waiting.originalBlob, ready.originalBlob, ready.pdfBlob!])
      expect(blobs).toContain(key);
  });

  test('a meeting remembers what is on show, offered and brought', async () => {
    const record = meeting();
    const [host, guest] = record.participants;
    const documentId = newId();
    record.stage = {
      shown: {
        documentId,
        version: 3,
        title: 'ご提案書 \u0000',
        pages: 20,
        page: 7,
        shownBy: host!.id,
        shareFile: true,
      },
      offers: [
        {
          id: newId(),
          documentId,
          version: 3,
          title: 'ご提案書',
          fileName: 'ご提案書.pdf',
          bytes: 123,
          offeredBy: host!.id,
          offeredByName: host!.name,
          at: noonMs,
          recipients: [{ participantId: guest!.id, name: guest!.name, state: 'open' }],
        },
      ],
      brought: [
        { documentId: newId(), title: '図面', participantId: guest!.id, name: guest!.name, kept: false },
      ],
      looked: [{ documentId, title: 'ご提案書', at: noonMs, ms: 61_000, pages: [{ page: 7, ms: 61_000 }] }],
      shownSince: noonMs + 61_000,
    };
    await store.meetings.save(record);
    expect((await store.meetings.load(record.id))?.stage).toEqual(record.stage);
  });
});
