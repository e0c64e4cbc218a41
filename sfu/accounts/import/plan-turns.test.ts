import { setImmediate as turn } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { planImport } from './plan.ts';
import { readSheet } from './sheet.ts';

test('while a file of ten thousand rows is planned, others have their turn', async () => {
  const rows = Array.from({ length: 10_000 }, (_, index) => `user${index},佐藤,担当者`);
  const { sheet } = await readSheet(Buffer.from(['ログインID,氏名,権限', ...rows].join('\r\n')));
  const admin = { accountId: 'admin', role: 'admin', unitId: null } as const;
  const isDone = { is: false };
  const planning = planImport(sheet!, { accounts: [], units: [] }, admin, () => 'new').finally(() => {
    isDone.is = true;
  });
  let turns = 0;
  while (!isDone.is) {
    await turn();
    turns += 1;
  }
  expect((await planning).created).toHaveLength(10_000);
  // A hundred rows take a millisecond or two.
  expect(turns).toBeGreaterThanOrEqual(10_000 / 100 - 1);
});
