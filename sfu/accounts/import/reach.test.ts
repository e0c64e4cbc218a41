import { expect, test } from 'vitest';
import { mayManage, type Manager } from '../permissions.ts';
import { managedBy } from './reach.ts';

test('reaching many at once is reaching each of them', () => {
  const units = [
    { id: 'head', parentId: null },
    { id: 'sales', parentId: 'head' },
    { id: 'branch', parentId: null },
  ];
  const roles = ['admin', 'manager', 'rep'] as const;
  const places = [null, 'head', 'sales', 'branch'];
  const all = roles.flatMap((role) => places.map((unitId) => ({ id: 'them', role, unitId })));
  let reached = 0;
  for (const { role, unitId } of all) {
    const who: Manager = { accountId: 'me', role, unitId };
    const manages = managedBy(who, units);
    for (const whom of all) {
      expect([who, whom, manages(whom)]).toEqual([who, whom, mayManage(who, whom, units)]);
      if (manages(whom)) reached += 1;
    }
  }
  // Each of four admins all twelve; managers the reps of head and sales, of sales, of branch.
  expect(reached).toBe(4 * 12 + 2 + 1 + 1);
});
