import { Refusal } from '../protocol/codes.ts';
import type { AccountRepository, UserRecord } from '../store/account-repository.ts';
import type { UnitRecord, UnitRepository } from '../store/unit-repository.ts';
import { managedBy, reachOf, type Manager } from './permissions.ts';
import type { SignedIn } from './sessions.ts';

/** Who acts upon users and units. */
export type Acting = Pick<SignedIn, 'accountId' | 'organization'>;

type Repositories = {
  accounts: Pick<AccountRepository, 'user'>;
  units: Pick<UnitRepository, 'ofOrganization'>;
};

/**
 * What somebody may reach in their organisation, as it is at this moment: the role they signed in with may have been
 * taken from them since. What lies outside is answered as if it did not exist.
 */
export class Reach {
  readonly who: Manager;
  /** Every unit of the organisation, within reach or not. */
  readonly allUnits: readonly UnitRecord[];
  /** IDs of the units that are managed; `all` for admins, who also manage users without a unit. */
  readonly units: 'all' | ReadonlySet<string>;

  private constructor(who: Manager, allUnits: readonly UnitRecord[]) {
    this.who = who;
    this.allUnits = allUnits;
    this.units = reachOf(who, allUnits);
  }

  /** @throws Refusal sign-in-required when whoever acts has been removed in this moment */
  static async of({ accountId, organization }: Acting, { accounts, units }: Repositories): Promise<Reach> {
    const own = await accounts.user(organization.id, accountId);
    if (!own) {
      throw new Refusal('sign-in-required', 'The account is no more.', { reason: 'account-removed' });
    }
    const { role, unitId } = own;
    return new Reach({ accountId, role, unitId }, await units.ofOrganization(organization.id));
  }

  /** @throws Refusal not-allowed to everybody but admins */
  assertAdmin(): void {
    if (this.who.role !== 'admin') throw new Refusal('not-allowed', 'Only for the role admin.');
  }

  /** @throws Refusal unit-unknown */
  assertUnit(unitId: string): void {
    const isThere = this.allUnits.some(({ id }) => id === unitId);
    if (!isThere || (this.units !== 'all' && !this.units.has(unitId))) {
      throw new Refusal('unit-unknown', 'There is no such unit.');
    }
  }

  /** @throws Refusal user-unknown, also where there is none */
  within(user: UserRecord | null | undefined): UserRecord {
    if (!user || !managedBy(this.who, this.allUnits)(user)) {
      throw new Refusal('user-unknown', 'There is no such user.');
    }
    return user;
  }

  /**
   * That somebody may be given this role and this unit: managers make nobody but reps, and none whom they could not
   * reach afterwards.
   *
   * @throws Refusal not-allowed, unit-unknown
   */
  assertPlace({ role, unitId }: Pick<UserRecord, 'role' | 'unitId'>): void {
    if (unitId !== null) this.assertUnit(unitId);
    if (this.units === 'all') return;
    if (role !== 'rep') throw new Refusal('not-allowed', 'Only admins give this role.');
    if (unitId === null) throw new Refusal('unit-unknown', 'Only admins have users without a unit.');
  }
}
