import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { UserFiles } from '../accounts/import/user-files.ts';
import { verifyPassword } from '../accounts/passwords.ts';
import { newId } from '../meeting/identity.ts';
import { openDatabase, type Database } from '../store/database.ts';
import { migrate } from '../store/migrate.ts';
import { createRepositories, type Repositories } from '../store/repositories.ts';
import { importFields, type NewImportAccount } from '../store/user-import-repository.ts';
import { useBackings } from './store-backings.ts';
import { noonMs } from './store-samples.ts';

const backings = useBackings();

describe.each(backings)('files of users in the store on $name', ({ newUrl }) => {
  let url: string;
  let db: Database;
  let store: Repositories;
  let organizationId: string;
  /** The admin of the organisation, which each test has to itself. */
  let adminId: string;

  beforeAll(async () => {
    url = await newUrl();
    db = await openDatabase({ url });
    await migrate(db);
    store = createRepositories(db);
  });
  afterAll(() => db.destroy());
  beforeEach(async () => {
    ({ organizationId, adminId } = await newOrganization());
  });

  async function newOrganization() {
    const id = newId();
    await store.organizations.create({ id, publicId: id.toLowerCase(), name: '会社', createdAt: noonMs });
    const admin = account('admin', { name: '総務', role: 'admin' });
    await store.userImports.createAccounts(id, [admin], noonMs);
    return { organizationId: id, adminId: admin.id };
  }

  function account(login: string, changes: Partial<NewImportAccount> = {}): NewImportAccount {
    return {
      id: newId(),
      login,
      foldedLogin: login,
      name: '山田',
      role: 'rep',
      unitId: null,
      note: '',
      mail: null,
      quotaBytes: null,
      passwordHash: '-',
      ...changes,
    };
  }

  const seen = ({ passwordHash: _passwordHash, ...rest }: NewImportAccount) => rest;
  const people = async () => (await store.userImports.view(organizationId)).accounts;
  const person = async (login: string) => (await people()).find(({ foldedLogin }) => foldedLogin === login)!;
  const files = () => new UserFiles({ imports: store.userImports, now: () => noonMs });
  const owner = () => ({ accountId: adminId, organizationId });
  const bytesOf = (lines: readonly string[]) => new TextEncoder().encode(lines.join('\r\n'));
  const run = (...lines: string[]) => files().run(owner(), bytesOf(lines), new AbortController().signal);
  const logins = async () => (await people()).map(({ login }) => login).toSorted();

  describe('what is stored', () => {
    test('comes back, without who was removed and without other organisations', async () => {
      const there = account('𠮷野', {
        name: '𠮷野 👩‍💼',
        role: 'manager',
        unitId: newId(),
        note: "it's = \u0000",
        mail: 'y@example.com',
        quotaBytes: 7_000_000_000,
      });
      const removed = account('removed');
      await store.userImports.createAccounts(organizationId, [there, removed], noonMs);
      await db.updateTable('accounts').set({ removed_at: noonMs }).where('id', '=', removed.id).execute();
      await newOrganization();
      expect(await logins()).toEqual(['admin', '𠮷野']);
      expect(await person('𠮷野')).toEqual({ ...seen(there), note: "it's = \uFFFD" });
      expect(await store.accounts.load(there.id)).toMatchObject({
        organizationId,
        passwordHash: '-',
        mustChangePassword: true,
        createdAt: noonMs,
        lastSignInAt: null,
      });
    });

    test('is overwritten in what is named, and in nothing else', async () => {
      const [one, two] = [
        account('one', { note: 'alt', quotaBytes: 5 }),
        account('two', { mail: 'a@b.example' }),
      ];
      await store.userImports.createAccounts(organizationId, [one, two], noonMs);
      const wanted = {
        name: '新しい名',
        role: 'manager',
        unitId: newId(),
        note: '新',
        mail: 'n@b.example',
      } as const;
      const changes = [one, two].map((each) => ({ ...seen(each), ...wanted, quotaBytes: null }));
      await store.userImports.changeAccounts(changes, ['note', 'quotaBytes']);
      expect(await person('one')).toEqual({ ...seen(one), note: '新', quotaBytes: null });
      expect(await person('two')).toEqual({ ...seen(two), note: '新' });
      await store.userImports.changeAccounts(changes, importFields);
      expect(await person('one')).toEqual(changes[0]);
      await store.userImports.changeAccounts(
        [{ ...changes[1]!, unitId: null, mail: null }],
        ['unitId', 'mail'],
      );
      expect(await person('two')).toEqual({ ...changes[1], unitId: null, mail: null });
      await store.userImports.changeAccounts(changes, []);
      await store.userImports.changeAccounts([], importFields);
    });

    test('is nothing when something goes wrong on the way', async () => {
      const failing = store.userImports.alone(organizationId, async (imports) => {
        await imports.createUnits(organizationId, [{ id: newId(), parentId: null, name: '本社' }], noonMs);
        await imports.createAccounts(organizationId, [account('new')], noonMs);
        await imports.createAccounts(organizationId, [account('admin')], noonMs);
      });
      await expect(failing).rejects.toThrow();
      expect(await store.userImports.view(organizationId)).toMatchObject({
        accounts: [{ login: 'admin' }],
        units: [],
      });
    });

    test('is nothing when the process is killed on the way', async () => {
      const at = (file: string) => JSON.stringify(new URL(`../store/${file}.ts`, import.meta.url).href);
      const script = `
        import { openDatabase } from ${at('database')};
        import { UserImportRepository } from ${at('user-import-repository')};
        const db = await openDatabase({ url: ${JSON.stringify(url)} });
        const organizationId = ${JSON.stringify(organizationId)};
        await new UserImportRepository(db).alone(organizationId, async (imports) => {
          await imports.createUnits(organizationId, [{ id: 'killed', parentId: null, name: '本社' }], 1);
          const account = { ...${JSON.stringify(account('killed'))}, unitId: 'killed' };
          await imports.createAccounts(organizationId, [account], 1);
          const { accounts } = await imports.view(organizationId);
          await imports.changeAccounts(accounts.map((each) => ({ ...each, name: 'killed' })), ['name']);
          process.kill(process.pid, 'SIGKILL');
          await new Promise(() => setTimeout(() => {}, 60_000));
        });`;
      const options = ['--input-type=module-typescript', '--no-warnings', '--eval', script];
      await expect(promisify(execFile)(process.execPath, options)).rejects.toMatchObject({
        signal: 'SIGKILL',
      });
      const view = await store.userImports.view(organizationId);
      expect(view).toMatchObject({ accounts: [{ login: 'admin', name: '総務' }], units: [] });
      expect(await run('ログインID,氏名,権限', 'later,後,担当者')).toMatchObject({ created: 1, errors: [] });
    });
  });

  describe('a file', () => {
    test('makes people who can sign in, and their units', async () => {
      const report = await run(
        'ログインID,氏名,権限,部署,初期パスワード',
        'Sato,佐藤,担当者,本社/営業部,correct horse battery',
        'Ito,伊藤,マネージャー,本社,',
      );
      expect(report).toMatchObject({ encoding: 'utf-8', rows: 2, created: 2, changed: 0, errors: [] });
      expect(report.units).toEqual(['本社', '本社/営業部']);
      const [told, ...more] = report.passwords;
      expect([told?.login, more]).toEqual(['Ito', []]);
      const [sato, ito] = await Promise.all(
        ['sato', 'ito'].map(async (login) => store.accounts.load((await person(login)).id)),
      );
      expect(await verifyPassword('correct horse battery', sato!.passwordHash)).toBe(true);
      expect(await verifyPassword(told!.password, ito!.passwordHash)).toBe(true);
      expect([sato!.mustChangePassword, ito!.mustChangePassword]).toEqual([true, true]);
      const { units } = await store.userImports.view(organizationId);
      const head = units.find(({ parentId }) => parentId === null)!;
      expect(units.find(({ parentId }) => parentId === head.id)?.name).toBe('営業部');
      expect((await person('ito')).unitId).toBe(head.id);
    });

    test('with one wrong row changes nobody', async () => {
      const lines = [
        'ログインID,氏名,権限,部署',
        'sato,佐藤,担当者,本社',
        'ito,伊藤,社長,本社',
        'admin,新,管理者,',
      ];
      for (const report of [await run(...lines), await files().check(owner(), bytesOf(lines))]) {
        expect(report.errors).toEqual([{ row: 3, column: '権限', code: 'role', value: '社長' }]);
        expect(report.passwords).toEqual([]);
      }
      const view = await store.userImports.view(organizationId);
      expect(view).toMatchObject({ accounts: [{ name: '総務' }], units: [] });
    });

    test('that is only checked changes nobody, and says what it would do', async () => {
      const lines = ['ログインID,氏名,権限,部署', 'sato,佐藤,担当者,本社', 'admin,新,管理者,'];
      const checked = await files().check(owner(), bytesOf(lines));
      const view = await store.userImports.view(organizationId);
      expect(view).toMatchObject({ accounts: [{ name: '総務' }], units: [] });
      const done = await run(...lines);
      expect(done.passwords).toHaveLength(1);
      expect({ ...done, passwords: [] }).toEqual(checked);
    });

    test('at the same moment as another finds what that one has made', async () => {
      const head = 'ログインID,氏名,権限,部署';
      const reports = await Promise.all([
        run(head, 'sato,佐藤,担当者,本社/営業部', 'ito,伊藤,担当者,本社'),
        run(head, 'ＳＡＴＯ,佐藤,担当者,本社/営業部', 'kato,加藤,担当者,本社/開発部'),
      ]);
      expect(reports.map(({ errors }) => errors)).toEqual([[], []]);
      expect(await logins()).toHaveLength(4);
      const [early, late] = reports.toSorted((a, b) => b.created - a.created);
      expect([early!.created, late!.created, late!.unchanged]).toEqual([2, 1, 1]);
      expect(late!.passwords).toHaveLength(1);
      const names = (await store.userImports.view(organizationId)).units.map(({ name }) => name);
      expect(names.toSorted()).toEqual(['営業部', '本社', '開発部'].toSorted());
    });

    test('at the same moment as seven others makes its units once', async () => {
      const known = Array.from({ length: 8 }, (_, at) => account(`user${at}`));
      await store.userImports.createAccounts(organizationId, known, noonMs);
      const reports = await Promise.all(
        known.map(({ login }) => run('ログインID,部署', `${login},本社/営業部`)),
      );
      expect(reports.map(({ changed }) => changed)).toEqual(Array<number>(8).fill(1));
      const { accounts, units } = await store.userImports.view(organizationId);
      expect(units.map(({ name }) => name).toSorted()).toEqual(['営業部', '本社']);
      expect(new Set(accounts.map(({ unitId }) => unitId)).size).toBe(2);
    });

    test('of somebody who is removed while it is being read makes them anew', async () => {
      const gone = account('sato');
      await store.userImports.createAccounts(organizationId, [gone], noonMs);
      const lines = ['ログインID,氏名,権限', 'sato,佐藤,担当者', 'new,新,担当者'];
      const removing = new UserFiles({
        imports: {
          view: async (of) => {
            const view = await store.userImports.view(of);
            await store.accounts.removeUsers([gone.id], noonMs);
            return view;
          },
          alone: (of, work) => store.userImports.alone(of, work),
        },
      });
      const report = await removing.run(owner(), bytesOf(lines), new AbortController().signal);
      expect(report).toMatchObject({ created: 2, errors: [] });
      expect(report.passwords.map(({ login }) => login)).toEqual(['sato', 'new']);
      expect((await person('sato')).id).not.toBe(gone.id);
    });

    test('is not taken from somebody who is no manager any more', async () => {
      await store.userImports.createAccounts(organizationId, [account('other', { role: 'admin' })], noonMs);
      await db.updateTable('accounts').set({ role: 'rep' }).where('id', '=', adminId).execute();
      const refused = { code: 'not-allowed' };
      const lines = ['ログインID,氏名,権限', 'sato,佐藤,担当者'];
      await expect(run(...lines)).rejects.toMatchObject(refused);
      await expect(files().check(owner(), bytesOf(lines))).rejects.toMatchObject(refused);
      await expect(files().file(owner(), 'ja')).rejects.toMatchObject(refused);
      expect(await logins()).toEqual(['admin', 'other']);
    });

    test('that nobody waits for any more is not carried out', async () => {
      const gone = new AbortController();
      const lines = ['ログインID,氏名,権限', ...Array.from({ length: 50 }, (_, at) => `user${at},U,担当者`)];
      const running = files().run(owner(), bytesOf(lines), gone.signal);
      gone.abort(new Error('hung up'));
      await expect(running).rejects.toThrow('hung up');
      expect(await logins()).toEqual(['admin']);
    });

    test('of ten thousand known people is carried out in seconds', async () => {
      const known = Array.from({ length: 10_000 }, (_, at) => account(`user${at}`));
      await store.userImports.createAccounts(organizationId, known, noonMs);
      const lines = known.map(({ login }, at) => `${login},新しい名 ${at},担当者,本社/第${at % 30}課,${at}`);
      const used = process.cpuUsage();
      const report = await run('ログインID,氏名,権限,部署,録画容量(GB)', ...lines);
      const { user } = process.cpuUsage(used);
      expect(report).toMatchObject({ rows: 10_000, changed: 10_000, created: 0, errors: [] });
      expect(report.units).toHaveLength(31);
      expect(await person('user9999')).toMatchObject({
        name: '新しい名 9999',
        quotaBytes: 9_999_000_000_000,
      });
      expect(new Set((await people()).map(({ unitId }) => unitId)).size).toBe(31);
      expect(user / 1_000).toBeLessThan(10_000);
      expect(await run('ログインID,氏名,権限,部署,録画容量(GB)', ...lines)).toMatchObject({
        unchanged: 10_000,
        changed: 0,
      });
    });
  });

  test('what is exported and read again changes nothing', async () => {
    const head = { id: newId(), parentId: null, name: '本社/IT\\部' };
    const below = { id: newId(), parentId: head.id, name: '=第一課' };
    await store.userImports.createUnits(organizationId, [head, below], noonMs);
    await store.userImports.createAccounts(
      organizationId,
      [
        account('formula', { name: "=cmd|'/c calc'!A1", note: '+81-3-1234-5678', unitId: below.id }),
        account('quotes', { name: '"社長", 兼務', note: "'=1", quotaBytes: 1_234_567_891 }),
        account('@mention', { mail: 'a@example.com', role: 'manager', unitId: head.id }),
      ],
      noonMs,
    );
    const before = await people();
    for (const language of ['ja', 'en'] as const) {
      const file = await files().file(owner(), language);
      expect(file).not.toMatch(/(^|,|\n)"?[=+@]/);
      const report = await run(file);
      expect(report).toMatchObject({ unchanged: 4, changed: 0, created: 0, units: [], errors: [] });
    }
    expect(await people()).toEqual(before);
  });
});
