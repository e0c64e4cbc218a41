import { Refusal } from '../protocol/codes.ts';
import type { AccountRole } from '../protocol/organization.ts';

/** Whom somebody may manage (A2, A4). Pure. */

/** Of a unit, what is needed to know what lies below what. */
export type UnitPlace = { id: string; parentId: string | null };
export type Manager = { accountId: string; role: AccountRole; unitId: string | null };
export type Managed = { id: string; role: AccountRole; unitId: string | null };

/** A unit with everything below it; a circle, which there should not be, ends. */
export function unitsWithin(unitId: string, units: readonly UnitPlace[]): Set<string> {
  const within = new Set([unitId]);
  const children = Map.groupBy(units, ({ parentId }) => parentId);
  const visit = (id: string) => {
    for (const child of children.get(id) ?? []) {
      if (within.has(child.id)) continue;
      within.add(child.id);
      visit(child.id);
    }
  };
  visit(unitId);
  return within;
}

/** From 1 at the top. */
export function levelOf(unitId: string, units: readonly UnitPlace[]): number {
  const parents = new Map(units.map(({ id, parentId }) => [id, parentId]));
  const passed = new Set<string>();
  let level = 0;
  for (let id: string | null = unitId; id !== null && !passed.has(id); id = parents.get(id) ?? null) {
    passed.add(id);
    level += 1;
  }
  return level;
}

/** The units that somebody manages; `all` for admins. A manager without a unit manages none. */
export function reachOf(who: Manager, units: readonly UnitPlace[]): 'all' | ReadonlySet<string> {
  if (who.role === 'admin') return 'all';
  if (who.role !== 'manager' || who.unitId === null) return new Set();
  return unitsWithin(who.unitId, units);
}

/** Managers look after reps; admins after everybody. The units are looked up once, for however many are asked after. */
export function managedBy(
  who: Manager,
  units: readonly UnitPlace[],
): (whom: Pick<Managed, 'role' | 'unitId'>) => boolean {
  const reach = reachOf(who, units);
  if (reach === 'all') return () => true;
  return ({ role, unitId }) => role === 'rep' && unitId !== null && reach.has(unitId);
}

/**
 * What nobody may do to themselves, and what would leave an organisation without anybody who can manage it.
 *
 * @param change the role it is to have; null: it is to be removed
 * @param admins how many admins there are, this one included
 * @throws Refusal own-account, last-admin
 */
export function assertRoleMayChange(
  who: Pick<Manager, 'accountId'>,
  whom: Managed,
  change: AccountRole | null,
  admins: number,
): void {
  if (change === whom.role) return;
  if (who.accountId === whom.id) {
    throw new Refusal('own-account', 'Nobody changes the own role or removes the own account.');
  }
  if (whom.role === 'admin' && admins <= 1) throw new Refusal('last-admin', 'This is the last admin.');
}
