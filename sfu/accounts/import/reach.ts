import type { AccountRole } from '../../protocol/organization.ts';
import { reachOf, type Manager, type UnitPlace } from '../permissions.ts';

/** As `mayManage`, for thousands of people: the units are looked up once. */
export function managedBy(
  who: Manager,
  units: readonly UnitPlace[],
): (whom: { role: AccountRole; unitId: string | null }) => boolean {
  const reach = reachOf(who, units);
  if (reach === 'all') return () => true;
  return ({ role, unitId }) => role === 'rep' && unitId !== null && reach.has(unitId);
}
