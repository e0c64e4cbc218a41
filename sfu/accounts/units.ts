import { newId } from '../meeting/identity.ts';
import { Refusal } from '../protocol/codes.ts';
import { limits } from '../protocol/limits.ts';
import type { LoggedChange } from '../protocol/log-subject.ts';
import type { UnitView } from '../protocol/organization.ts';
import type { AccountRepository } from '../store/account-repository.ts';
import type { UnitChange, UnitRecord, UnitRepository } from '../store/unit-repository.ts';
import { levelOf, unitsWithin, type UnitPlace } from './permissions.ts';
import { Reach, type Acting } from './reach.ts';
import { unitPathsOf } from './unit-paths.ts';

export type UnitsOptions = { accounts: AccountRepository; units: UnitRepository; now?: () => number };

/** What can be said of a unit that is to be made or changed; what is not said stays. */
export type GivenUnit = { [K in keyof UnitChange]: UnitChange[K] | undefined };

/** What was done to a unit, for the log. */
export type ChangedUnit = { path: string; changes: LoggedChange[] };

const byName = new Intl.Collator('ja', { numeric: true });

/** The units of an organisation, in a tree of at most `limits.unitLevels` levels (A4). Admins alone change them. */
export class Units {
  readonly #accounts: AccountRepository;
  readonly #units: UnitRepository;
  readonly #now: () => number;

  constructor({ accounts, units, now = Date.now }: UnitsOptions) {
    this.#accounts = accounts;
    this.#units = units;
    this.#now = now;
  }

  /**
   * Parents before their children, siblings by name. A manager gets the own unit, as if nothing were above it, and
   * those below.
   */
  async list(who: Acting): Promise<UnitView[]> {
    const reach = await Reach.of(who, { accounts: this.#accounts, units: this.#units });
    const counts = await this.#units.userCounts(who.organization.id);
    const { units: managed } = reach;
    const seen = reach.allUnits.filter(({ id }) => managed === 'all' || managed.has(id));
    const ids = new Set(seen.map(({ id }) => id));
    const views = seen.map(({ id, parentId, name }) => ({
      id,
      parentId: parentId !== null && ids.has(parentId) ? parentId : null,
      name,
      users: counts.get(id) ?? 0,
    }));
    return parentsFirst(views);
  }

  /** @throws Refusal not-allowed, unit-unknown (the parent), unit-depth */
  create(
    who: Acting,
    { name, parentId }: Pick<UnitRecord, 'name' | 'parentId'>,
  ): Promise<ChangedUnit & { unit: UnitView }> {
    return this.#alone(who, async ({ allUnits }, units) => {
      assertDepth(parentId, 1, allUnits);
      const id = newId();
      const organizationId = who.organization.id;
      await units.insert({ id, organizationId, parentId, name, createdAt: this.#now() });
      const path = unitPathsOf([...allUnits, { id, parentId, name }])(id);
      return { unit: { id, parentId, name, users: 0 }, path, changes: [{ field: 'created' }] };
    });
  }

  /**
   * Renames a unit, or moves it with everything below it.
   *
   * @throws Refusal not-allowed, unit-unknown (it or the new parent), unit-depth, bad-request when it would come to lie
   *   within itself
   */
  change(who: Acting, id: string, { name, parentId }: GivenUnit): Promise<ChangedUnit & { unit: UnitView }> {
    return this.#alone(who, async (reach, units) => {
      const unit = find(reach, id);
      if (parentId !== undefined && parentId !== unit.parentId) assertMove(id, parentId, reach.allUnits);
      const next = {
        name: name ?? unit.name,
        parentId: parentId === undefined ? unit.parentId : parentId,
      };
      await units.change(id, next);
      const counts = await units.userCounts(who.organization.id);
      const pathOf = unitPathsOf(reach.allUnits);
      const changes: LoggedChange[] = [
        ...(next.name === unit.name ? [] : [{ field: 'name' as const, from: unit.name, to: next.name }]),
        ...(next.parentId === unit.parentId
          ? []
          : [{ field: 'parent' as const, from: pathOf(unit.parentId), to: pathOf(next.parentId) }]),
      ];
      return { unit: { id, ...next, users: counts.get(id) ?? 0 }, path: pathOf(id), changes };
    });
  }

  /**
   * @returns where it was
   * @throws Refusal not-allowed, unit-unknown, unit-in-use while there are users or units in it
   */
  remove(who: Acting, id: string): Promise<ChangedUnit> {
    return this.#alone(who, async (reach, units) => {
      find(reach, id);
      const counts = await units.userCounts(who.organization.id);
      if (counts.has(id) || reach.allUnits.some(({ parentId }) => parentId === id)) {
        throw new Refusal('unit-in-use', 'There are users or units in it: move them first.');
      }
      await units.remove(id);
      return { path: unitPathsOf(reach.allUnits)(id), changes: [{ field: 'removed' }] };
    });
  }

  #alone<T>(who: Acting, work: (reach: Reach, units: UnitRepository) => Promise<T>): Promise<T> {
    return this.#accounts.alone(who.organization.id, async (accounts, units) => {
      const reach = await Reach.of(who, { accounts, units });
      reach.assertAdmin();
      return work(reach, units);
    });
  }
}

function find({ allUnits }: Reach, id: string): UnitRecord {
  const unit = allUnits.find((each) => each.id === id);
  if (!unit) throw unknownUnit();
  return unit;
}

function assertMove(id: string, parentId: string | null, units: readonly UnitPlace[]): void {
  const within = unitsWithin(id, units);
  if (parentId !== null && within.has(parentId)) {
    throw new Refusal('bad-request', 'A unit cannot lie within itself: choose another parent.');
  }
  const deepest = Math.max(...[...within].map((each) => levelOf(each, units)));
  assertDepth(parentId, deepest - levelOf(id, units) + 1, units);
}

/** @param levels how many come to lie below the parent */
function assertDepth(parentId: string | null, levels: number, units: readonly UnitPlace[]): void {
  if (parentId !== null && !units.some(({ id }) => id === parentId)) throw unknownUnit();
  const above = parentId === null ? 0 : levelOf(parentId, units);
  if (above + levels > limits.unitLevels) {
    throw new Refusal('unit-depth', `Units are at most ${limits.unitLevels} levels deep.`);
  }
}

function unknownUnit(): Refusal {
  return new Refusal('unit-unknown', 'There is no such unit.');
}

function parentsFirst(units: readonly UnitView[]): UnitView[] {
  const sorted = units.toSorted((a, b) => byName.compare(a.name, b.name) || byCharacters(a, b));
  const children = Map.groupBy(sorted, ({ parentId }) => parentId);
  const below = (parentId: string | null): UnitView[] =>
    (children.get(parentId) ?? []).flatMap((unit) => [unit, ...below(unit.id)]);
  return below(null);
}

/** Of names that Japanese sorts alike, such as あおば and アオバ: always in the same order. */
function byCharacters(a: UnitView, b: UnitView): number {
  if (a.name !== b.name) return a.name < b.name ? -1 : 1;
  return a.id < b.id ? -1 : 1;
}
