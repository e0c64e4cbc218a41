import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { SMTPServer } from 'smtp-server';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createLog } from '../log.ts';
import { createMail, type Mail } from '../mail.ts';
import { newId } from '../meeting/identity.ts';
import { DirectoryBlobs } from '../store/blobs.ts';
import { openDatabase, type Database } from '../store/database.ts';
import { migrate } from '../store/migrate.ts';
import { createRepositories, type Repositories } from '../store/repositories.ts';
import { until } from '../test/kit/waiting.ts';
import { newAccount } from '../test/store-samples.ts';
import { RecordingShelf } from './shelf.ts';
import { StorageWarnings } from './warnings.ts';

const log = createLog('silent');
let folder = '';
let db: Database;
let store: Repositories;
let server: SMTPServer;
let mail: Mail;
let shelf: RecordingShelf;
let letters: { to: string; text: string }[] = [];

beforeEach(async () => {
  letters = [];
  server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS'],
    onData: (stream, { envelope }, done) => {
      void text(stream).then((content) => {
        const body = content.slice(content.indexOf('\r\n\r\n'));
        letters.push({
          to: envelope.rcptTo.map(({ address }) => address).join(),
          text: Buffer.from(body, 'base64').toString(),
        });
        done();
      });
    },
  });
  server.listen(0, '127.0.0.1');
  await once(server.server, 'listening');
  const { port } = server.server.address() as AddressInfo;
  mail = createMail({ url: `smtp://127.0.0.1:${port}`, from: 'taimen@example.jp', log })!;
  folder = await mkdtemp(path.join(tmpdir(), 'taimen-warnings-'));
  db = await openDatabase({ url: ':memory:' });
  await migrate(db);
  store = createRepositories(db);
  const publicOrigin = 'https://meet.example.jp';
  const warnings = new StorageWarnings({ accounts: store.accounts, mail, publicOrigin, log });
  shelf = await RecordingShelf.open({
    recordings: store.recordings,
    blobs: await DirectoryBlobs.open(path.join(folder, 'files')),
    quotaBytes: 1_000_000,
    log,
    onWarning: (warning) => warnings.warn(warning),
  });
});
afterEach(async () => {
  mail.close();
  await new Promise<void>((resolve) => server.close(() => resolve()));
  await db.destroy();
  await rm(folder, { recursive: true, force: true });
});

async function keep(accountId: string, bytes: number): Promise<void> {
  const captureId = newId();
  const file = path.join(folder, captureId);
  await writeFile(file, 'x'.repeat(bytes));
  await shelf.begin({ captureId, part: 1, kind: 'audio', meetingId: newId(), accountId, beganAt: 1 });
  await shelf.done(captureId, 1, { file, bytes, durationMs: 1_000, chapters: [] });
}

describe('a warning by mail', () => {
  test('comes at 80 and at 95 percent, once each, to the owner’s address, in both languages', async () => {
    const owner = await newAccount(store, { name: '佐藤 花子' });
    await store.accounts.setMail(owner, 'sato@example.jp');
    const other = await newAccount(store);
    await keep(owner, 500_000);
    await keep(owner, 320_000);
    await until('the first is there', () => letters.length === 1);
    expect(letters[0]?.to).toBe('sato@example.jp');
    for (const words of [
      '佐藤 花子 様',
      '80% を超えました',
      'More than 80%',
      'https://meet.example.jp/dashboard',
    ])
      expect(letters[0]?.text).toContain(words);
    await keep(owner, 10_000);
    await keep(owner, 130_000);
    await until('the second is there', () => letters.length === 2);
    expect(letters[1]?.text).toContain('95% を超えました');
    await keep(owner, 10_000);
    // Whoever has given no address is written nothing; the next letter would come after it.
    await keep(other, 960_000);
    const third = await newAccount(store);
    await store.accounts.setMail(third, 'third@example.jp');
    await keep(third, 960_000);
    await until('the third is there', () => letters.some(({ to }) => to === 'third@example.jp'));
    expect(letters.map(({ to }) => to)).toEqual(['sato@example.jp', 'sato@example.jp', 'third@example.jp']);
  });

  test('comes once, although what is composed takes less than was held for it', async () => {
    const owner = await newAccount(store);
    await store.accounts.setMail(owner, 'sato@example.jp');
    const captureId = newId();
    const of = {
      captureId,
      part: 1,
      kind: 'video' as const,
      meetingId: newId(),
      accountId: owner,
      beganAt: 1,
    };
    await shelf.begin(of);
    const taken: number[] = [];
    for (const [recordedMs, composedMs, composedBytes] of [
      [9_200, 0, 0],
      [9_400, 9_000, 300_000],
      [14_000, 9_000, 300_000],
      [18_500, 9_000, 300_000],
    ] as const) {
      await shelf.progress(captureId, [{ part: 1, recordedMs, composedMs, composedBytes }]);
      const percent = (await shelf.storageOf(owner)).reservedBytes / 10_000;
      taken.push([95, 80].find((threshold) => percent >= threshold) ?? 0);
    }
    expect(taken, 'past which threshold, at each of these moments').toEqual([80, 0, 80, 95]);
    await until('the last is there', () => letters.some(({ text }) => text.includes('95% を')));
    expect(letters.map(({ text }) => /の (\d+)% を/.exec(text)?.[1])).toEqual(['80', '95']);
  });
});
