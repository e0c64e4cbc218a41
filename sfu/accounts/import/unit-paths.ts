import { printable } from '../../protocol/values.ts';
import type { ImportUnit } from '../../store/user-import-repository.ts';
import { foldId } from '../folding.ts';
import { unitNames, writtenPath } from '../unit-paths.ts';

/** The names in a path such as 本社/営業部/第一課, from the top. A slash within a name stands behind a backslash. */
export function namesInPath(path: string): string[] {
  const parts = path.match(/(?:\\[/\\]|[^/])+/gu) ?? [];
  return parts
    .map((part) => printable(part.replaceAll(/\\([/\\])/gu, '$1'), Infinity))
    .filter((name) => name !== '');
}

/** An organisation's units by their paths, and those that a file makes besides. */
export class UnitPaths {
  readonly #units: Map<string, ImportUnit>;
  /** By what they lie below and how their name is compared; the oldest first. */
  readonly #siblings = new Map<string, ImportUnit[]>();
  readonly #made: ImportUnit[] = [];
  readonly #makeId: () => string;

  /** @param units the oldest first */
  constructor(units: readonly ImportUnit[], makeId: () => string) {
    this.#units = new Map(units.map((unit) => [unit.id, unit]));
    this.#makeId = makeId;
    for (const unit of units) this.#place(unit);
  }

  /** Parents before their children. */
  get made(): readonly ImportUnit[] {
    return this.#made;
  }

  /** As it stands in a file; '' for a unit that there is not. */
  pathOf(unitId: string): string {
    return writtenPath(this.#namesOf(unitId));
  }

  /**
   * The unit of this path; names are compared folded (A1), but one that is written alike comes first.
   *
   * @param current where somebody is now: of two units with the same path it is this one that is meant
   */
  find(names: readonly string[], current: string | null): string | null {
    if (current !== null && isSame(names, this.#namesOf(current))) return current;
    let id: string | null = null;
    for (const name of names) {
      const unit = this.#child(id, name);
      if (!unit) return null;
      id = unit.id;
    }
    return id;
  }

  /** Makes what there is not yet. @returns the unit of this path; names there have to be */
  make(names: readonly string[]): string | null {
    let parentId: string | null = null;
    for (const name of names) {
      const unit: ImportUnit = this.#child(parentId, name) ?? this.#makeBelow(parentId, name);
      parentId = unit.id;
    }
    return parentId;
  }

  #makeBelow(parentId: string | null, name: string): ImportUnit {
    const unit = { id: this.#makeId(), parentId, name };
    this.#units.set(unit.id, unit);
    this.#made.push(unit);
    this.#place(unit);
    return unit;
  }

  #place(unit: ImportUnit): void {
    const key = keyOf(unit.parentId, unit.name);
    const siblings = this.#siblings.get(key);
    if (siblings) siblings.push(unit);
    else this.#siblings.set(key, [unit]);
  }

  #child(parentId: string | null, name: string): ImportUnit | undefined {
    const siblings = this.#siblings.get(keyOf(parentId, name));
    return siblings?.find((unit) => unit.name === name) ?? siblings?.[0];
  }

  #namesOf(unitId: string): string[] {
    return unitNames(unitId, this.#units);
  }
}

function keyOf(parentId: string | null, name: string): string {
  return `${parentId ?? ''}/${foldId(name)}`;
}

function isSame(names: readonly string[], others: readonly string[]): boolean {
  return (
    names.length === others.length &&
    names.every((name, index) => foldId(name) === foldId(others[index] ?? ''))
  );
}
