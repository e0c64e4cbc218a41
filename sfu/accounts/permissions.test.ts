import { describe, expect, test } from 'vitest';
import type { AccountRole } from '../protocol/organization.ts';
import { assertRoleMayChange, levelOf, managedBy, reachOf, unitsWithin } from './permissions.ts';
import type { Manager } from './permissions.ts';

/** 本社 > 営業部 > {第一課, 第二課}; 支社 beside it. */
const units = [
  { id: 'head', parentId: null },
  { id: 'sales', parentId: 'head' },
  { id: 'first', parentId: 'sales' },
  { id: 'second', parentId: 'sales' },
  { id: 'branch', parentId: null },
];

const who = (role: AccountRole, unitId: string | null = null): Manager => ({ accountId: 'me', role, unitId });
const whom = (role: AccountRole, unitId: string | null) => ({ id: 'them', role, unitId });

describe('units', () => {
  test('one holds what is below it, and nothing beside or above', () => {
    expect([...unitsWithin('sales', units)].toSorted()).toEqual(['first', 'sales', 'second']);
    expect([...unitsWithin('second', units)]).toEqual(['second']);
  });

  test('levels are counted from the top', () => {
    expect(['head', 'sales', 'first', 'branch'].map((id) => levelOf(id, units))).toEqual([1, 2, 3, 1]);
  });

  test('a circle, which there should not be, ends', () => {
    const circle = [
      { id: 'a', parentId: 'b' },
      { id: 'b', parentId: 'a' },
    ];
    expect([...unitsWithin('a', circle)].toSorted()).toEqual(['a', 'b']);
    expect(levelOf('a', circle)).toBe(2);
  });
});

describe('whom one may manage', () => {
  test.each<[string, Manager, ReturnType<typeof whom>, boolean]>([
    ['an admin everybody', who('admin'), whom('admin', null), true],
    ['a manager a rep of the own unit', who('manager', 'sales'), whom('rep', 'sales'), true],
    ['a manager a rep of a unit below', who('manager', 'sales'), whom('rep', 'second'), true],
    ['a manager nobody of the unit above', who('manager', 'first'), whom('rep', 'sales'), false],
    ['a manager nobody of a unit beside', who('manager', 'first'), whom('rep', 'second'), false],
    ['a manager no rep without a unit', who('manager', 'head'), whom('rep', null), false],
    ['a manager no other manager', who('manager', 'sales'), whom('manager', 'first'), false],
    ['a manager no admin', who('manager', 'sales'), whom('admin', 'first'), false],
    ['a manager without a unit nobody', who('manager'), whom('rep', null), false],
    ['a rep nobody', who('rep', 'sales'), whom('rep', 'sales'), false],
  ])('%s', (_, manager, managed, expected) => {
    expect(managedBy(manager, units)(managed)).toBe(expected);
  });

  test('a rep reaches no unit, not even the own', () => {
    expect(reachOf(who('rep', 'sales'), units)).toEqual(new Set());
  });
});

describe('roles', () => {
  test('the last admin stays one, and stays', () => {
    const last = whom('admin', null);
    expect(() => assertRoleMayChange(who('admin'), last, 'rep', 1)).toThrow('last admin');
    expect(() => assertRoleMayChange(who('admin'), last, null, 1)).toThrow('last admin');
    expect(() => assertRoleMayChange(who('admin'), last, 'admin', 1)).not.toThrow();
    expect(() => assertRoleMayChange(who('admin'), last, null, 2)).not.toThrow();
  });

  test('nobody changes the own role or removes themselves', () => {
    const own = { id: 'me', role: 'admin' as const, unitId: null };
    expect(() => assertRoleMayChange(who('admin'), own, 'manager', 2)).toThrow('own');
    expect(() => assertRoleMayChange(who('admin'), own, null, 2)).toThrow('own');
  });
});
