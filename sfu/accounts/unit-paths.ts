import type { UnitPlace } from './permissions.ts';

export type NamedUnit = UnitPlace & { name: string };

/** The names of a unit and of what it lies in, from the top; none for a unit that there is not. */
export function unitNames(unitId: string, units: ReadonlyMap<string, NamedUnit>): string[] {
  const names: string[] = [];
  const passed = new Set<string>();
  let unit = units.get(unitId);
  // A circle, which there should not be, ends.
  while (unit && !passed.has(unit.id)) {
    passed.add(unit.id);
    names.unshift(unit.name);
    unit = unit.parentId === null ? undefined : units.get(unit.parentId);
  }
  return names;
}

/** Such as 本社/営業部/第一課, as files have it. A slash within a name stands behind a backslash. */
export function writtenPath(names: readonly string[]): string {
  return names.map((name) => name.replaceAll(/[/\\]/gu, '\\$&')).join('/');
}

/** As it stands in files; '' for no unit, and for one that there is not. */
export function unitPathsOf(units: readonly NamedUnit[]): (unitId: string | null) => string {
  const byId = new Map(units.map((unit) => [unit.id, unit]));
  return (unitId) => (unitId === null ? '' : writtenPath(unitNames(unitId, byId)));
}
