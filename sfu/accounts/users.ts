import { setImmediate as turn } from 'node:timers/promises';
import { newId } from '../meeting/identity.ts';
import { Refusal } from '../protocol/codes.ts';
import type { ChangeUser, NewUser, UserList, UserQuery, UserView } from '../protocol/organization.ts';
import type {
  AccountRepository,
  UserChange,
  UserFilter,
  UserName,
  UserRecord,
} from '../store/account-repository.ts';
import type { UnitRepository } from '../store/unit-repository.ts';
import type { LoggedChange } from '../protocol/log-subject.ts';
import { foldId } from './folding.ts';
import { userChanges, userFacts } from './log-changes.ts';
import { readLoginId } from './login-id.ts';
import { hashPassword, makeUpPassword } from './passwords.ts';
import { assertRoleMayChange, unitsWithin } from './permissions.ts';
import { Reach, type Acting } from './reach.ts';
import type { Sessions, SessionsEnded } from './sessions.ts';
import { unitPathsOf } from './unit-paths.ts';

export type UsersOptions = {
  accounts: AccountRepository;
  units: UnitRepository;
  sessions: Pick<Sessions, 'tellEnded'>;
  now?: () => number;
};

const pageUsers = 100;
/** Then others have their turn: of ten thousand users a search takes longer than a pointer may stand still. */
const namesPerTurn = 500;
/** Of as many as one page shows, `rep2` stands before `rep10`. */
const byLogin = new Intl.Collator('ja', { numeric: true });

/** A user, and what was done to it, for the log. */
export type ChangedUser = { user: UserView; changes: LoggedChange[] };

/**
 * The users of an organisation (A2, A4): admins look after all, managers after the reps of their units. Whoever is out
 * of reach is answered like somebody who never was.
 */
export class Users {
  readonly #accounts: AccountRepository;
  readonly #units: UnitRepository;
  readonly #sessions: UsersOptions['sessions'];
  readonly #now: () => number;

  constructor({ accounts, units, sessions, now = Date.now }: UsersOptions) {
    this.#accounts = accounts;
    this.#units = units;
    this.#sessions = sessions;
    this.#now = now;
  }

  /**
   * A page of users by their login IDs. Users that come or go meanwhile move nobody across the pages' ends.
   *
   * Where all of them are on one page they stand as people count, `rep2` before `rep10`. Several pages stand in the
   * order of the database's index, which knows characters only: it is what makes the next page cost as little as the
   * first.
   *
   * @throws Refusal unit-unknown
   */
  async list(who: Acting, { search = '', unit, role, after }: UserQuery): Promise<UserList> {
    const reach = await Reach.of(who, { accounts: this.#accounts, units: this.#units });
    const filter = filterOf(reach, unit, role);
    const words = wordsOf(search);
    const organizationId = who.organization.id;
    return words.length === 0
      ? this.#listed(organizationId, filter, after ?? null)
      : this.#searched(organizationId, filter, words, after ?? null);
  }

  async #listed(organizationId: string, filter: UserFilter, after: string | null): Promise<UserList> {
    const count = await this.#accounts.countUsers(organizationId, filter);
    // One more than is shown tells whether there are more.
    const limit = pageUsers + 1;
    const { page, next } = pageOf(await this.#accounts.users(organizationId, filter, { limit, after }));
    return { users: asPeopleCount(page, after, next).map(toView), count, next };
  }

  /** No database folds as we do: names are looked through here, and only the users of the page are read whole. */
  async #searched(
    organizationId: string,
    filter: UserFilter,
    words: readonly string[],
    after: string | null,
  ): Promise<UserList> {
    const matching: UserName[] = [];
    let last: string | null = null;
    let more = true;
    while (more) {
      const part = { limit: namesPerTurn, after: last };
      const names = await this.#accounts.userNames(organizationId, filter, part, after);
      matching.push(...names.filter((name) => matches(name, words)));
      more = names.length === namesPerTurn;
      last = names.at(-1)?.foldedLogin ?? null;
      await turn();
    }
    const { page, next } = pageOf(matching.filter(({ isBehind }) => isBehind));
    const ids = page.map(({ id }) => id);
    const found = await this.#accounts.usersById(organizationId, ids);
    const byId = new Map(found.map((user) => [user.id, user]));
    const users = ids.flatMap((id) => byId.get(id) ?? []);
    return { users: asPeopleCount(users, after, next).map(toView), count: matching.length, next };
  }

  /**
   * Makes a user with a made-up password, which can be read here and never again, and has to be changed at the first
   * sign-in. Of a manager who names no unit it comes into the own.
   *
   * @throws Refusal login-taken, unit-unknown, not-allowed (the role, or space of its own from anybody but an admin),
   *   bad-request for a login ID that nobody could type
   */
  async create(who: Acting, given: NewUser): Promise<ChangedUser & { password: string }> {
    const { login, name, role, note = '', mail = null, quotaBytes = null } = given;
    const foldedLogin = folded(login);
    const password = makeUpPassword();
    // Slow by design: nobody else waits for it.
    const passwordHash = await hashPassword(password);
    const organizationId = who.organization.id;
    return this.#accounts.alone(organizationId, async (accounts, units) => {
      const reach = await Reach.of(who, { accounts, units });
      const ownUnit = reach.units === 'all' ? null : reach.who.unitId;
      const unitId = given.unitId === undefined ? ownUnit : given.unitId;
      reach.assertPlace({ role, unitId });
      if (quotaBytes !== null) reach.assertAdmin();
      const user: UserRecord = {
        id: newId(),
        organizationId,
        login,
        foldedLogin,
        name,
        role,
        unitId,
        note,
        mail,
        quotaBytes,
        mustChangePassword: true,
        createdAt: this.#now(),
        lastSignInAt: null,
      };
      if (!(await accounts.create({ ...user, passwordHash }))) throw loginTaken();
      return { user: toView(user), password, changes: userFacts(user, unitPathsOf(reach.allUnits)) };
    });
  }

  /**
   * What is not given stays.
   *
   * @throws Refusal user-unknown, unit-unknown, not-allowed (the role or the space that is given), login-taken,
   *   own-account, last-admin, bad-request as above
   */
  async change(who: Acting, id: string, given: ChangeUser): Promise<ChangedUser> {
    const organizationId = who.organization.id;
    return this.#accounts.alone(organizationId, async (accounts, units) => {
      const reach = await Reach.of(who, { accounts, units });
      const user = reach.within(await accounts.user(organizationId, id));
      const change = changeOf(given);
      const next = { ...user, ...change };
      if (next.role !== user.role) {
        assertRoleMayChange(reach.who, user, next.role, await admins(accounts, organizationId));
      }
      if (next.role !== user.role || next.unitId !== user.unitId) reach.assertPlace(next);
      // A7: what one account may keep is for the whole organisation to bear.
      if (next.quotaBytes !== user.quotaBytes) reach.assertAdmin();
      if (
        next.foldedLogin !== user.foldedLogin &&
        (await accounts.isLoginTaken(organizationId, next.foldedLogin, id))
      ) {
        throw loginTaken();
      }
      await accounts.changeUser(id, change);
      return { user: toView(next), changes: userChanges(user, next, unitPathsOf(reach.allUnits)) };
    });
  }

  /**
   * All or nothing. They are signed out everywhere; their login IDs are free again, and what they have made stays.
   *
   * @returns them as they were
   * @throws Refusal user-unknown, own-account, last-admin
   */
  async remove(who: Acting, ids: readonly string[]): Promise<UserView[]> {
    const organizationId = who.organization.id;
    const wanted = [...new Set(ids)];
    const now = this.#now();
    const { removed, ended } = await this.#accounts.alone(
      organizationId,
      async (accounts, units, sessions) => {
        const reach = await Reach.of(who, { accounts, units });
        assertOther(who, wanted);
        const found = await accounts.usersById(organizationId, wanted);
        const byId = new Map(found.map((user) => [user.id, user]));
        let adminsLeft = await admins(accounts, organizationId);
        for (const id of wanted) {
          const user = reach.within(byId.get(id));
          assertRoleMayChange(reach.who, user, null, adminsLeft);
          if (user.role === 'admin') adminsLeft -= 1;
        }
        await accounts.removeUsers(wanted, now);
        // With the same commit: nobody is removed and still signed in.
        return { removed: found, ended: await sessions.endOfAccounts(wanted, 'account-removed', now) };
      },
    );
    for (const id of wanted) this.#tell(id, ended.get(id), 'account-removed');
    return removed.map(toView);
  }

  /**
   * Gives a made-up password in place of the present one, which can be read here and never again; the user is signed
   * out everywhere, and has to change it. The own password is changed by whoever knows it: a browser left open gives
   * nobody a new one.
   *
   * @throws Refusal user-unknown, own-account
   */
  async resetPassword(who: Acting, id: string): Promise<{ user: UserView; password: string }> {
    const organizationId = who.organization.id;
    const password = makeUpPassword();
    const passwordHash = await hashPassword(password);
    const { user, ended } = await this.#accounts.alone(organizationId, async (accounts, units, sessions) => {
      const reach = await Reach.of(who, { accounts, units });
      assertOther(who, [id]);
      const found = reach.within(await accounts.user(organizationId, id));
      await accounts.setPassword(id, passwordHash, true);
      // With the same commit: whoever gave it is told the password, whatever fails from here on.
      const gone = await sessions.endOfAccounts([id], 'password-changed', this.#now());
      return { user: { ...found, mustChangePassword: true }, ended: gone };
    });
    this.#tell(id, ended.get(id), 'password-changed');
    return { user: toView(user), password };
  }

  #tell(accountId: string, sessionIds: readonly string[] = [], reason: SessionsEnded['reason']): void {
    this.#sessions.tellEnded({ accountId, sessionIds, reason });
  }
}

/** @throws Refusal unit-unknown */
function filterOf(reach: Reach, unit: UserQuery['unit'], role: UserQuery['role']): UserFilter {
  if (unit !== undefined) reach.assertUnit(unit);
  const wanted = unit === undefined ? null : unitsWithin(unit, reach.allUnits);
  if (reach.units === 'all') return { ...(role ? { role } : {}), ...(wanted ? { units: wanted } : {}) };
  // Managers look after reps: of another role there is nobody.
  const isRep = role === undefined || role === 'rep';
  return { role: 'rep', units: isRep ? (wanted ?? reach.units) : new Set() };
}

/** @param behind everybody behind the page before, or at least one more than a page has */
function pageOf<T extends { foldedLogin: string }>(behind: readonly T[]): { page: T[]; next: string | null } {
  const page = behind.slice(0, pageUsers);
  return { page, next: behind.length > pageUsers ? (page.at(-1)?.foldedLogin ?? null) : null };
}

function wordsOf(search: string): string[] {
  return foldId(search)
    .split(/\s+/u)
    .filter((word) => word !== '');
}

/** Every word stands in the name or the login ID; some write a space between the names, and some do not. */
function matches({ name, foldedLogin }: UserName, words: readonly string[]): boolean {
  const foldedName = foldId(name).replace(/\s+/gu, '');
  return words.every((word) => foldedName.includes(word) || foldedLogin.includes(word));
}

function changeOf({ login, name, role, unitId, note, mail, quotaBytes }: ChangeUser): UserChange {
  return {
    ...(login === undefined ? {} : { login, foldedLogin: folded(login) }),
    ...(name === undefined ? {} : { name }),
    ...(role === undefined ? {} : { role }),
    ...(unitId === undefined ? {} : { unitId }),
    ...(note === undefined ? {} : { note }),
    ...(mail === undefined ? {} : { mail }),
    ...(quotaBytes === undefined ? {} : { quotaBytes }),
  };
}

function folded(login: string): string {
  const read = readLoginId(login);
  if ('code' in read) throw new Refusal('bad-request', 'Not usable: login.');
  return read.folded;
}

function asPeopleCount(
  users: readonly UserRecord[],
  after: string | null,
  next: string | null,
): readonly UserRecord[] {
  if (after !== null || next !== null) return users;
  return users.toSorted((a, b) => byLogin.compare(a.foldedLogin, b.foldedLogin));
}

function assertOther({ accountId }: Acting, ids: readonly string[]): void {
  if (ids.includes(accountId)) {
    throw new Refusal('own-account', 'Nobody removes the own account, or is given a password by themselves.');
  }
}

function loginTaken(): Refusal {
  return new Refusal('login-taken', 'Another account has this login ID.');
}

function admins(accounts: AccountRepository, organizationId: string): Promise<number> {
  return accounts.countUsers(organizationId, { role: 'admin' });
}

function toView({ organizationId: _organization, foldedLogin: _folded, ...view }: UserRecord): UserView {
  return view;
}
