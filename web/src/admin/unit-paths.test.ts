import { expect, test } from 'vitest';
import type { UnitView } from '../../../sfu/protocol/organization.ts';
import { asTree, placed, within } from './unit-paths.ts';

const unit = (id: string, parentId: string | null = null): UnitView => ({ id, parentId, name: id, users: 0 });
const units = [
  unit('本社'),
  unit('支社'),
  unit('営業部', '本社'),
  unit('総務部', '本社'),
  unit('第一課', '営業部'),
];

test('a unit is called by its whole path', () => {
  expect(placed(units).at(-1)).toMatchObject({ path: '本社 / 営業部 / 第一課', level: 3 });
});

test('the tree is read from above, what is below right behind it', () => {
  expect(asTree(units).map(({ name }) => name)).toEqual(['本社', '営業部', '第一課', '総務部', '支社']);
});

test('a manager sees the own unit at the top', () => {
  expect(asTree([unit('営業部', '本社'), unit('第一課', '営業部')]).map(({ path }) => path)).toEqual([
    '営業部',
    '営業部 / 第一課',
  ]);
});

test('what lies within a unit cannot become its parent', () => {
  expect([...within('営業部', units)]).toEqual(['営業部', '第一課']);
});
