import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';
import { openDatabase } from '../store/database.ts';
import { migrate } from '../store/migrate.ts';
import { migrations } from '../store/migrations/index.ts';
import { createRepositories } from '../store/repositories.ts';
import { useBackings } from './store-backings.ts';
import { meeting } from './store-samples.ts';

const backings = useBackings();

/** Runs a module in a process of its own, with the store's files at hand. */
const runModule = (script: string) => {
  const imports = ['openDatabase:database', 'migrate:migrate'].map((pair) => {
    const [name = '', file = ''] = pair.split(':');
    return `import { ${name} } from ${JSON.stringify(new URL(`../store/${file}.ts`, import.meta.url).href)};`;
  });
  const options = ['--input-type=module-typescript', '--no-warnings', '--eval', imports.join('\n') + script];
  return promisify(execFile)(process.execPath, options);
};

describe('processes', () => {
  test.each(backings)('three that start at once on $name all find the tables ready', async ({ newUrl }) => {
    const script = `
      const db = await openDatabase({ url: ${JSON.stringify(await newUrl())} });
      const done = await migrate(db);
      await db.selectFrom('chat_messages').selectAll().execute();
      await db.destroy();
      console.log(done.length);`;
    const outputs = await Promise.all([runModule(script), runModule(script), runModule(script)]);
    expect(outputs.map(({ stdout }) => Number(stdout)).sort()).toEqual([
      0,
      0,
      Object.keys(migrations).length,
    ]);
  });

  test.each(backings)(
    'one that is killed while it writes to $name leaves the old state',
    async ({ newUrl }) => {
      const url = await newUrl();
      const db = await openDatabase({ url });
      await migrate(db);
      const { meetings } = createRepositories(db);
      const record = meeting();
      await meetings.save(record);
      const killed = runModule(`
      const db = await openDatabase({ url: ${JSON.stringify(url)} });
      await db.transaction().execute(async (half) => {
        await half.updateTable('meetings').set({ state: 'ended' }).execute();
        await half.deleteFrom('participants').execute();
        process.kill(process.pid, 'SIGKILL');
        await new Promise(() => setTimeout(() => {}, 60_000));
      });`);
      await expect(killed).rejects.toMatchObject({ signal: 'SIGKILL' });
      expect(await meetings.load(record.id)).toEqual(record);
      const later = { ...record, home: 'node-2' };
      await meetings.save(later);
      expect(await meetings.load(record.id)).toEqual(later);
      await db.destroy();
    },
  );
});

describe('starting', () => {
  test('a database that is in memory works as well', async () => {
    const db = await openDatabase({ url: ':memory:' });
    await migrate(db);
    expect(await createRepositories(db).accounts.any()).toBe(false);
    await db.destroy();
    await db.destroy();
  });

  test('a file that is no database, a server that is not there and a wrong URL are told in words', async () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'taimen-store-'));
    const file = path.join(folder, 'notes.txt');
    writeFileSync(file, '覚え書き '.repeat(100));
    await expect(openDatabase({ url: `file:${file}` })).rejects.toThrow(/notes\.txt could not be opened/);
    rmSync(folder, { recursive: true });
    const refused = openDatabase({ url: 'postgres://taimen:secret@127.0.0.1:1/taimen' });
    await expect(refused).rejects.toThrow('postgres://127.0.0.1:1/taimen cannot be used');
    await expect(refused).rejects.not.toThrow(/secret/);
    await expect(openDatabase({ url: 'mysql://x' })).rejects.toThrow('has to begin with postgres://');
  });
});
