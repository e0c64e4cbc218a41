import type { UnitView } from '../../../sfu/protocol/organization.ts';

/** A unit with where it stands: 本社 / 営業部. */
export type PlacedUnit = UnitView & { path: string; level: number };

/** @param units parents before their children, as the server lists them */
export function placed(units: readonly UnitView[]): PlacedUnit[] {
  const known = new Map<string, PlacedUnit>();
  for (const unit of units) {
    const parent = unit.parentId === null ? undefined : known.get(unit.parentId);
    known.set(unit.id, {
      ...unit,
      // Of what a manager does not see, nothing is said.
      path: parent ? `${parent.path} / ${unit.name}` : unit.name,
      level: parent ? parent.level + 1 : 1,
    });
  }
  return [...known.values()];
}

/** The units with what is below each right behind it, as a tree is read. */
export function asTree(units: readonly UnitView[]): PlacedUnit[] {
  const all = placed(units);
  const ids = new Set(all.map(({ id }) => id));
  const below = Map.groupBy(all, ({ parentId }) => (parentId !== null && ids.has(parentId) ? parentId : ''));
  const walk = (id: string): PlacedUnit[] =>
    (below.get(id) ?? []).flatMap((unit) => [unit, ...walk(unit.id)]);
  return walk('');
}

/** A unit and everything below it: none of these can become its parent. */
export function within(id: string, units: readonly UnitView[]): ReadonlySet<string> {
  const found = new Set([id]);
  for (const unit of units) if (unit.parentId !== null && found.has(unit.parentId)) found.add(unit.id);
  return found;
}
