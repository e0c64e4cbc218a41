import { once } from 'node:events';
import { mkdtemp, rm, truncate, writeFile } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { SMTPServer } from 'smtp-server';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { OrganizationRules } from '../accounts/organization.ts';
import { createLog } from '../log.ts';
import { createMail, type Mail } from '../mail.ts';
import { newId } from '../meeting/identity.ts';
import type { ChangeOrganization } from '../protocol/organization.ts';
import { DirectoryBlobs } from '../store/blobs.ts';
import { openDatabase, type Database } from '../store/database.ts';
import { migrate } from '../store/migrate.ts';
import { createRepositories, type Repositories } from '../store/repositories.ts';
import { until } from '../test/kit/waiting.ts';
import { newAccount } from '../test/store-samples.ts';
import { RecordingShelf } from './shelf.ts';
import { StorageWarnings } from './warnings.ts';

const giga = 1_000_000_000;
const log = createLog('silent');
let folder = '';
let db: Database;
let store: Repositories;
let server: SMTPServer;
let mail: Mail;
let shelf: RecordingShelf;
let rules: OrganizationRules;
let letters: { to: string; subject: string; text: string }[] = [];

beforeEach(async () => {
  letters = [];
  server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS'],
    onData: (stream, { envelope }, done) => {
      void text(stream).then((content) => {
        const [head = '', ...body] = content.split('\r\n\r\n');
        letters.push({
          subject: subjectOf(head),
          to: envelope.rcptTo.map(({ address }) => address).join(),
          text: Buffer.from(body.join(''), 'base64').toString(),
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
  rules = new OrganizationRules(store.organizations, {
    quotaBytes: 1_000_000,
    documentBytesMax: 1,
    documentPagesMax: 1,
    canMail: true,
  });
  const whomToWarn = (accountId: string) => rules.whomToWarn(accountId);
  const warnings = new StorageWarnings({ accounts: store.accounts, whomToWarn, mail, publicOrigin, log });
  shelf = await RecordingShelf.open({
    recordings: store.recordings,
    blobs: await DirectoryBlobs.open(path.join(folder, 'files')),
    rulesOf: (accountId) => rules.storageRules(accountId),
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

/** Of a mail's head; RFC 2047 cuts what is not ASCII into pieces of Base64. */
function subjectOf(head: string): string {
  const folded = /^Subject: (.*(?:\r\n[ \t].*)*)/m.exec(head)?.[1] ?? '';
  const pieces = folded.matchAll(/=\?UTF-8\?B\?([^?]*)\?=/g).map(([, piece = '']) => piece);
  return Buffer.concat([...pieces].map((piece) => Buffer.from(piece, 'base64'))).toString();
}

/** Somebody with an address, in an organisation with these rules. */
async function ownerWith(settings: ChangeOrganization['settings'], name = '佐藤 花子'): Promise<string> {
  const owner = await newAccount(store, { name });
  await store.accounts.setMail(owner, 'sato@example.jp');
  const { organizationId } = (await store.accounts.load(owner))!;
  await rules.change(organizationId, { settings });
  return owner;
}

/** An admin of the same organisation. */
async function adminBeside(owner: string, mail: string | null): Promise<string> {
  const { organizationId } = (await store.accounts.load(owner))!;
  const admin = await newAccount(store, { organizationId, role: 'admin' });
  await store.accounts.setMail(admin, mail);
  return admin;
}

/** What else was written meanwhile is there by the time a letter is that began its way after it. */
async function lettersUntilNow(): Promise<typeof letters> {
  const address = `${newId()}@example.jp`;
  const last = await ownerWith({});
  await store.accounts.setMail(last, address);
  await keep(last, 960_000);
  await until('the last is there', () => letters.some(({ to }) => to === address));
  return letters.filter(({ to }) => to !== address);
}

async function keep(accountId: string, bytes: number): Promise<string> {
  const captureId = newId();
  const file = path.join(folder, captureId);
  await writeFile(file, '');
  // A hole in a file takes no room.
  await truncate(file, bytes);
  await shelf.begin({ captureId, part: 1, kind: 'audio', meetingId: newId(), accountId, beganAt: 1 });
  await shelf.done(captureId, 1, { file, bytes, durationMs: 1_000, chapters: [] });
  return captureId;
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

describe('an organisation decides', () => {
  test('when its people are warned: at gigabytes or percent, each once, and again after there was room', async () => {
    const owner = await ownerWith({
      quotaBytes: 4 * giga,
      thresholds: [
        { unit: 'bytes', value: 3 * giga },
        { unit: 'percent', value: 50 },
        { unit: 'bytes', value: 1.5 * giga },
      ],
    });
    await keep(owner, 1.4 * giga);
    await keep(owner, 0.2 * giga);
    await until('the first is there', () => letters.length === 1);
    await keep(owner, 0.1 * giga);
    await keep(owner, 0.5 * giga);
    await until('the second is there', () => letters.length === 2);
    const large = await keep(owner, giga);
    await until('the third is there', () => letters.length === 3);
    const [part] = await store.recordings.ofCapture(large);
    await shelf.remove(part!);
    await keep(owner, giga);
    await until('the fourth is there', () => letters.length === 4);
    const all = await lettersUntilNow();
    expect(all.map(({ subject }) => subject.split(' / ')[0])).toEqual([
      '【Taimen】録画の保存容量のうち 1.5 GB を超えました',
      '【Taimen】録画の保存容量の 50% を超えました',
      '【Taimen】録画の保存容量のうち 3 GB を超えました',
      '【Taimen】録画の保存容量のうち 3 GB を超えました',
    ]);
    expect(all[0]?.text).toContain('More than 1.5 GB of your space');
  });

  test('that its admins are told as well, each address once, and nobody of another organisation', async () => {
    const owner = await ownerWith({ warnAdmins: true });
    const leader = await adminBeside(owner, 'admins@example.jp');
    await adminBeside(owner, 'admins@example.jp');
    await adminBeside(owner, null);
    const removed = await adminBeside(owner, 'gone@example.jp');
    await store.accounts.removeUsers([removed], 1);
    const stranger = await newAccount(store, { role: 'admin' });
    await store.accounts.setMail(stranger, 'stranger@example.jp');
    await keep(owner, 850_000);
    await until('both are there', () => letters.length === 2);
    const both = await lettersUntilNow();
    expect(both.map(({ to }) => to).toSorted()).toEqual(['admins@example.jp', 'sato@example.jp']);
    const told = both.find(({ to }) => to === 'admins@example.jp');
    expect(told?.text).toContain('佐藤 花子 さんの録画の保存容量の 80% を超えました');
    // An admin's own space is like anybody's: one letter, as to its owner.
    letters = [];
    await keep(leader, 850_000);
    await until('it is there', () => letters.length === 1);
    const own = await lettersUntilNow();
    expect(own.map(({ to, text }) => [to, text.includes('Dear admin')])).toEqual([
      ['admins@example.jp', false],
    ]);
  });

  test('that the owner is not written to, or nobody is', async () => {
    await keep(await ownerWith({ warnOwner: false }), 850_000);
    await keep(await ownerWith({ thresholds: [] }), 990_000);
    const unwarned = await ownerWith({ warnOwner: false, warnAdmins: true });
    await adminBeside(unwarned, 'admin@example.jp');
    await keep(unwarned, 850_000);
    await until('the admin is written to', () => letters.length > 0);
    expect((await lettersUntilNow()).map(({ to }) => to)).toEqual(['admin@example.jp']);
  });

  test('how much each keeps, and may give one another quota, which counts from then on', async () => {
    const owner = await ownerWith({ quotaBytes: 2 * giga });
    await keep(owner, 1.5 * giga);
    await store.accounts.changeUser(owner, { quotaBytes: 1.8 * giga });
    await keep(owner, 1_000);
    await until('the warning is there', () => letters.length === 1);
    expect(letters[0]?.text).toContain('録画の保存容量の 80% を超えました(1.80 GB 中 1.50 GB)');
    expect((await shelf.storageOf(owner)).limitBytes).toBe(1.8 * giga);
    await store.accounts.changeUser(owner, { quotaBytes: giga });
    await expect(keep(owner, 1)).rejects.toMatchObject({ code: 'recording-quota' });
    await store.accounts.changeUser(owner, { quotaBytes: null });
    await keep(owner, 1);
    expect((await shelf.storageOf(owner)).limitBytes).toBe(2 * giga);
  });
});
