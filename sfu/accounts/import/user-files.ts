import { setImmediate as turn } from 'node:timers/promises';
import { newId } from '../../meeting/identity.ts';
import { Refusal } from '../../protocol/codes.ts';
import type { AccountRole, UserImport } from '../../protocol/organization.ts';
import type { ImportAccount, ImportView, UserImportRepository } from '../../store/user-import-repository.ts';
import { csvHead, csvLine } from '../csv.ts';
import { makeUpPassword } from '../passwords.ts';
import { managedBy, type Manager } from '../permissions.ts';
import { roleWords } from '../role-words.ts';
import { writtenQuota } from './cells.ts';
import { columnKeys, columnNames, type ColumnKey, type ColumnLanguage } from './columns.ts';
import { PasswordHashing } from './hashing.ts';
import { planImport, type ImportPlan, type PlannedAccount } from './plan.ts';
import { readSheet, type ReadFile, type Sheet } from './sheet.ts';
import { UnitPaths } from './unit-paths.ts';

/** The store, as far as files of users need it. */
type Imports = Pick<UserImportRepository, 'view' | 'alone'>;

export type UserFilesOptions = {
  imports: Imports;
  hashing?: PasswordHashing;
  now?: () => number;
};

/** Who brings or fetches a file. What they may do is looked up: it can have changed since they signed in. */
export type FileOwner = { accountId: string; organizationId: string };

/** Then others have their turn. */
const rowsPerTurn = 500;

/** Somebody has another role since; a new one, any but that of a rep. */
export type RoleGiven = Pick<ImportAccount, 'login' | 'name'> & {
  isNew: boolean;
  from: string;
  to: AccountRole;
};

type Ready = { password: string; isMadeUp: boolean; hash: string };
/** By folded login IDs. */
type ReadyPasswords = Map<string, Ready>;

/** Users as files in CSV, in and out (A4). */
export class UserFiles {
  readonly #imports: Imports;
  readonly #hashing: PasswordHashing;
  readonly #now: () => number;

  constructor({ imports, hashing = new PasswordHashing(), now = Date.now }: UserFilesOptions) {
    this.#imports = imports;
    this.#hashing = hashing;
    this.#now = now;
  }

  /**
   * What `run` would do; nothing is written.
   *
   * @throws Refusal not-allowed
   */
  async check(who: FileOwner, bytes: Uint8Array): Promise<UserImport> {
    const file = await readSheet(bytes);
    const view = await this.#imports.view(who.organizationId);
    const manager = managerIn(view, who);
    return file.sheet ? reportOf(file, await planned(file.sheet, view, manager)) : unreadable(file);
  }

  /**
   * Does what the file says, all or nothing: with errors nothing is written. It is planned and the new passwords are
   * hashed, about 30 ms each, a few at a time, before the transaction that writes: as long as that runs, SQLite answers
   * nobody else. There it is only looked whether everything still is as it was planned for; if not, it is planned anew,
   * so that of two files at once the later finds what the earlier has made.
   *
   * @param signal nobody is there any more to read the new passwords: nothing is written then
   * @param onRoles told once it is done, where somebody has another role since
   * @throws Refusal not-allowed; the signal's reason
   */
  async run(
    who: FileOwner,
    bytes: Uint8Array,
    signal: AbortSignal,
    onRoles: (given: readonly RoleGiven[]) => void = () => undefined,
  ): Promise<UserImport> {
    const { organizationId } = who;
    const file = await readSheet(bytes);
    const { sheet } = file;
    let view = await this.#imports.view(organizationId);
    managerIn(view, who);
    if (!sheet) return unreadable(file);
    const ready: ReadyPasswords = new Map();
    for (;;) {
      const plan = await planned(sheet, view, managerIn(view, who));
      if (plan.errors.length > 0) return reportOf(file, plan);
      await this.#makeReady(plan.created, ready, signal);
      const plannedFor = view;
      view = await this.#imports.alone(organizationId, async (imports) => {
        const current = await imports.view(organizationId);
        if (!(await isSameView(plannedFor, current))) return current;
        await this.#write(imports, organizationId, plan, ready);
        // Thrown here, it undoes all of it.
        signal.throwIfAborted();
        return plannedFor;
      });
      if (view === plannedFor) {
        onRoles(rolesGiven(plan, view));
        return { ...reportOf(file, plan), passwords: toTell(plan.created, ready) };
      }
      // Somebody has changed something meanwhile.
      signal.throwIfAborted();
    }
  }

  /**
   * Everybody within reach, in the form that `run` reads, without passwords.
   *
   * @throws Refusal not-allowed
   */
  async file(who: FileOwner, language: ColumnLanguage): Promise<string> {
    const view = await this.#imports.view(who.organizationId);
    const manager = managerIn(view, who);
    const paths = new UnitPaths(view.units, newId);
    const keys = columnKeys.filter((key) => key !== 'password');
    const lines: string[] = [];
    for (const [index, account] of within(view, manager).entries()) {
      if (index % rowsPerTurn === rowsPerTurn - 1) await turn();
      lines.push(csvLine(keys.map((key) => cellOf(account, key, language, paths))));
    }
    return [csvHead, csvLine(keys.map((key) => columnNames[language][key])), ...lines].join('');
  }

  async #makeReady(
    created: readonly PlannedAccount[],
    ready: ReadyPasswords,
    signal: AbortSignal,
  ): Promise<void> {
    const lacking = created
      .filter(({ foldedLogin }) => !ready.has(foldedLogin))
      .map(({ foldedLogin, password }) => ({
        foldedLogin,
        password: password ?? makeUpPassword(),
        isMadeUp: password === null,
      }));
    const hashes = await this.#hashing.hashAll(
      lacking.map(({ password }) => password),
      signal,
    );
    for (const [index, { foldedLogin, ...password }] of lacking.entries()) {
      ready.set(foldedLogin, { ...password, hash: hashes[index] ?? '' });
    }
  }

  async #write(
    imports: UserImportRepository,
    organizationId: string,
    plan: ImportPlan,
    ready: ReadyPasswords,
  ): Promise<void> {
    const now = this.#now();
    const accounts = plan.created.map((account) => ({
      ...account,
      passwordHash: readyFor(account, ready).hash,
    }));
    await imports.createUnits(organizationId, plan.units, now);
    await imports.createAccounts(organizationId, accounts, now);
    await imports.changeAccounts(plan.changed, plan.fields);
  }
}

function planned(sheet: Sheet, view: ImportView, manager: Manager): Promise<ImportPlan> {
  return planImport(sheet, view, manager, newId);
}

function rolesGiven({ created, changed }: ImportPlan, { accounts }: ImportView): RoleGiven[] {
  const before = new Map(accounts.map((account) => [account.id, account]));
  return [
    ...created
      .filter(({ role }) => role !== 'rep')
      .map(({ login, name, role }) => ({ isNew: true, login, name, from: '', to: role })),
    ...changed.flatMap(({ id, name, role }) => {
      const was = before.get(id);
      if (!was || was.role === role) return [];
      return [{ isNew: false, login: was.login, name, from: was.role, to: role }];
    }),
  ];
}

/** Whether nothing that a plan depends on is different. Both are in the order in which the store reads them. */
async function isSameView(before: ImportView, now: ImportView): Promise<boolean> {
  if (before.accounts.length !== now.accounts.length || before.units.length !== now.units.length)
    return false;
  const isSame = <T extends object>(one: T, other: T | undefined) =>
    other !== undefined && Object.entries(one).every(([key, value]) => other[key as keyof T] === value);
  if (!before.units.every((unit, index) => isSame(unit, now.units[index]))) return false;
  for (const [index, account] of before.accounts.entries()) {
    if (index % rowsPerTurn === rowsPerTurn - 1) await turn();
    if (!isSame(account, now.accounts[index])) return false;
  }
  return true;
}

function managerIn({ accounts }: ImportView, { accountId }: FileOwner): Manager {
  const account = accounts.find(({ id }) => id === accountId);
  if (!account || account.role === 'rep') throw new Refusal('not-allowed', 'Only for managers and admins.');
  return { accountId, role: account.role, unitId: account.unitId };
}

function within({ accounts, units }: ImportView, manager: Manager): ImportAccount[] {
  return accounts.filter(managedBy(manager, units));
}

function cellOf(
  account: ImportAccount,
  key: ColumnKey,
  language: ColumnLanguage,
  paths: UnitPaths,
): string | null {
  switch (key) {
    case 'login':
    case 'name':
    case 'note':
    case 'mail':
      return account[key];
    case 'role':
      return roleWords[language][account.role];
    case 'unit':
      return account.unitId === null ? null : paths.pathOf(account.unitId);
    case 'quota':
      return writtenQuota(account.quotaBytes);
    case 'password':
      return null;
  }
}

function readyFor({ foldedLogin }: PlannedAccount, ready: ReadyPasswords): Ready {
  const found = ready.get(foldedLogin);
  if (!found) throw new Error('A new account has no password yet.');
  return found;
}

function toTell(created: readonly PlannedAccount[], ready: ReadyPasswords): UserImport['passwords'] {
  return created.flatMap((account) => {
    const { password, isMadeUp } = readyFor(account, ready);
    return isMadeUp ? [{ login: account.login, password }] : [];
  });
}

function reportOf({ encoding, rows }: ReadFile, plan: ImportPlan): UserImport {
  return {
    encoding,
    rows,
    created: plan.created.length,
    changed: plan.changed.length,
    unchanged: plan.unchanged,
    units: plan.unitPaths,
    errors: plan.errors,
    moreErrors: plan.moreErrors,
    passwords: [],
  };
}

function unreadable({ encoding, rows, errors }: ReadFile): UserImport {
  const nothing = { created: 0, changed: 0, unchanged: 0, units: [], passwords: [] };
  return { encoding, rows, ...nothing, ...errors.report() };
}
