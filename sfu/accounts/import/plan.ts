import { setImmediate as turn } from 'node:timers/promises';
import { limits } from '../../protocol/limits.ts';
import type { AccountRole, ImportError } from '../../protocol/organization.ts';
import type {
  ImportAccount,
  ImportChange,
  ImportField,
  ImportUnit,
  ImportView,
} from '../../store/user-import-repository.ts';
import { plainCell, type CsvRow } from '../csv.ts';
import { readLoginId } from '../login-id.ts';
import { managedBy, type Manager } from '../permissions.ts';
import * as read from './cells.ts';
import type { ColumnKey } from './columns.ts';
import { ImportErrors, type ImportErrorCode } from './errors.ts';
import type { Sheet } from './sheet.ts';
import { namesInPath, UnitPaths } from './unit-paths.ts';

/** An account to be made. */
export type PlannedAccount = ImportAccount & {
  /** As the file has it; null: one has to be made up. */
  password: string | null;
};

/** What a file would change. With errors nothing of it may be done. */
export type ImportPlan = {
  created: PlannedAccount[];
  changed: ImportChange[];
  /** What the file has columns for: nothing else of an account is overwritten. */
  fields: ImportField[];
  unchanged: number;
  /** To be made, parents before their children. */
  units: ImportUnit[];
  unitPaths: string[];
  errors: ImportError[];
  moreErrors: boolean;
};

/** The columns that fill a field of an account. */
const fieldOf = {
  name: 'name',
  role: 'role',
  unit: 'unitId',
  note: 'note',
  mail: 'mail',
  quota: 'quotaBytes',
} as const satisfies Partial<Record<ColumnKey, ImportField>>;
type FieldColumn = keyof typeof fieldOf;
const fieldColumns = Object.keys(fieldOf) as FieldColumn[];

/** Longer than anything that a cell may hold, in whatever form; such a one can be as long as the file. */
const cellLengthMax = 10 * limits.noteCharacters;

/** Then others have their turn: ten thousand rows take longer than a voice may stop. */
const rowsPerTurn = 100;

/** Without these nobody new can be made. */
const neededForNew = ['name', 'role'] as const;

/**
 * What a file of users (A4) would do to an organisation as it is. Pure, but for the IDs; bit by bit, so that nobody
 * waits for it.
 *
 * A known login ID is overwritten, except its password; a column that the file does not have leaves what it is about
 * as it is.
 *
 * @param who managers reach the reps of their own units only, make no units, and give nobody space of their own
 * @param makeId for what is to be made
 */
export function planImport(
  sheet: Sheet,
  view: ImportView,
  who: Manager,
  makeId: () => string,
): Promise<ImportPlan> {
  return new Planner(sheet, view, who, makeId).plan();
}

class Planner {
  readonly #sheet: Sheet;
  readonly #view: ImportView;
  readonly #who: Manager;
  readonly #makeId: () => string;
  readonly #isWithinReach: ReturnType<typeof managedBy>;
  readonly #paths: UnitPaths;
  readonly #known: Map<string, ImportAccount>;
  readonly #fieldColumns: FieldColumn[];
  readonly #errors = new ImportErrors();
  readonly #seen = new Set<string>();
  /** Rows that make admins something else. */
  readonly #demotions: { row: number; login: string }[] = [];
  readonly #created: PlannedAccount[] = [];
  readonly #changed: ImportChange[] = [];
  #unchanged = 0;
  #promoted = 0;
  #hasNew = false;

  constructor(sheet: Sheet, view: ImportView, who: Manager, makeId: () => string) {
    this.#sheet = sheet;
    this.#view = view;
    this.#who = who;
    this.#makeId = makeId;
    this.#isWithinReach = managedBy(who, view.units);
    this.#paths = new UnitPaths(view.units, makeId);
    this.#known = new Map(view.accounts.map((account) => [account.foldedLogin, account]));
    this.#fieldColumns = fieldColumns.filter((key) => sheet.columns.has(key));
  }

  async plan(): Promise<ImportPlan> {
    for (const [index, row] of this.#sheet.rows.entries()) {
      if (index % rowsPerTurn === rowsPerTurn - 1) await turn();
      this.#row(row);
    }
    this.#needColumnsForNew();
    this.#keepAnAdmin();
    const units = [...this.#paths.made];
    return {
      created: this.#created,
      changed: this.#changed,
      fields: this.#fieldColumns.map((key) => fieldOf[key]),
      unchanged: this.#unchanged,
      units,
      unitPaths: units.map(({ id }) => this.#paths.pathOf(id)),
      ...this.#errors.report(),
    };
  }

  #row(row: CsvRow): void {
    const { width } = this.#sheet;
    const surplus = row.cells.slice(width).some((cell) => cell.trim() !== '');
    if (row.cells.length < width || surplus) {
      this.#errors.add(row.row, null, 'field-count', String(row.cells.length));
      return;
    }
    const found = this.#login(row);
    if (!found) {
      // Whoever mends it is told at once what else is wrong in this row.
      this.#fields(row, null);
      this.#password(row);
      return;
    }
    const { login, foldedLogin } = found;
    this.#seen.add(foldedLogin);
    const known = this.#known.get(foldedLogin);
    if (known) this.#change(row, known);
    else this.#create(row, login, foldedLogin);
  }

  /** @returns null when nobody can be known by it, which has been told */
  #login(row: CsvRow): { login: string; foldedLogin: string } | null {
    const login = this.#value(row, 'login', (cell) => read.readRequired(cell, limits.loginCharacters));
    if (login === undefined) return null;
    const found = readLoginId(login);
    if ('code' in found) {
      this.#fail(row, 'login', found.code);
      return null;
    }
    if (this.#seen.has(found.folded)) {
      this.#fail(row, 'login', 'duplicate');
      return null;
    }
    return { login, foldedLogin: found.folded };
  }

  #change(row: CsvRow, known: ImportAccount): void {
    if (!this.#isWithinReach(known)) {
      this.#fail(row, 'login', 'out-of-reach');
      return;
    }
    const cells = this.#fields(row, known);
    if (!cells) return;
    const wanted = { ...known, ...cells };
    if (known.role !== wanted.role) {
      if (known.id === this.#who.accountId) {
        this.#fail(row, 'role', 'own-account');
        return;
      }
      if (known.role === 'admin') this.#demotions.push({ row: row.row, login: known.login });
      if (wanted.role === 'admin') this.#promoted += 1;
    }
    if (!this.#mayBecome(row, wanted)) return;
    if (this.#fieldColumns.every((key) => wanted[fieldOf[key]] === known[fieldOf[key]])) this.#unchanged += 1;
    else this.#changed.push(wanted);
  }

  #create(row: CsvRow, login: string, foldedLogin: string): void {
    this.#hasNew = true;
    const cells = this.#fields(row, null);
    const password = this.#password(row);
    if (!cells || password === undefined) return;
    const { name, role, unitId = null, note = '', mail = null, quotaBytes = null } = cells;
    // Told once for all rows: see #needColumnsForNew.
    if (name === undefined || role === undefined) return;
    if (!this.#mayBecome(row, { role, unitId })) return;
    if (role === 'admin') this.#promoted += 1;
    const id = this.#makeId();
    this.#created.push({ id, login, foldedLogin, name, role, unitId, note, mail, quotaBytes, password });
  }

  /** Null: one has to be made up; undefined: what there is cannot be one, which has been told. */
  #password(row: CsvRow): string | null | undefined {
    return this.#sheet.columns.has('password') ? this.#value(row, 'password', read.readPassword) : null;
  }

  /** What the cells of a row say; null when something is wrong, and then all of it has been told. */
  #fields(row: CsvRow, known: ImportAccount | null): Partial<ImportAccount> | null {
    const said: Partial<ImportAccount> = {};
    let isWhole = true;
    for (const key of this.#fieldColumns) {
      const value = this.#field(row, key, known);
      if (value === undefined) isWhole = false;
      else Object.assign(said, { [fieldOf[key]]: value });
    }
    return isWhole ? said : null;
  }

  #field(row: CsvRow, key: FieldColumn, known: ImportAccount | null) {
    switch (key) {
      case 'name':
        return this.#value(row, key, (cell) => read.readRequired(cell, limits.nameCharacters));
      case 'role':
        return this.#value(row, key, read.readRole);
      case 'unit':
        return this.#value(row, key, (cell) => this.#unit(cell, known));
      case 'note':
        return this.#value(row, key, (cell) => read.readLine(cell, limits.noteCharacters));
      case 'mail':
        return this.#value(row, key, read.readMail);
      case 'quota':
        return this.#value(row, key, (cell) => this.#quota(cell, known));
    }
  }

  /** A7: what one account may keep is for the whole organisation to bear; only admins give it. */
  #quota(cell: string, known: ImportAccount | null): read.Read<number | null> {
    const quota = read.readQuota(cell);
    const isAsItWas = 'value' in quota && quota.value === (known?.quotaBytes ?? null);
    return 'code' in quota || isAsItWas || this.#who.role === 'admin' ? quota : { code: 'admin-only' };
  }

  #unit(cell: string, known: ImportAccount | null): read.Read<string | null> {
    const names = namesInPath(cell);
    if (names.length === 0) return { value: null };
    if (names.length > limits.unitLevels) return { code: 'unit-depth' };
    if (names.some((name) => [...name].length > limits.unitCharacters)) return { code: 'too-long' };
    const found = this.#paths.find(names, known?.unitId ?? null);
    if (found !== null) return { value: found };
    return this.#who.role === 'admin' ? { value: this.#paths.make(names) } : { code: 'out-of-reach' };
  }

  /** @returns undefined when something is wrong, which has been told */
  #value<T>(row: CsvRow, key: ColumnKey, reader: (cell: string) => read.Read<T>): T | undefined {
    const cell = this.#cell(row, key);
    const said: read.Read<T> = cell.length > cellLengthMax ? { code: 'too-long' } : reader(cell);
    if ('value' in said) return said.value;
    this.#fail(row, key, said.code);
    return undefined;
  }

  #cell({ cells }: CsvRow, key: ColumnKey): string {
    const cell = cells[this.#sheet.columns.get(key) ?? -1] ?? '';
    // No password was ever exported: an apostrophe in one is a part of it.
    return key === 'password' ? cell : plainCell(cell);
  }

  #fail(row: CsvRow, key: ColumnKey, code: ImportErrorCode): void {
    const value = key === 'password' ? '' : this.#cell(row, key);
    this.#errors.add(row.row, this.#sheet.titles[key], code, value);
  }

  /** A manager gives only the role of a rep, and only own units. */
  #mayBecome(row: CsvRow, wanted: { role: AccountRole; unitId: string | null }): boolean {
    if (this.#isWithinReach(wanted)) return true;
    this.#fail(row, wanted.role === 'rep' ? 'unit' : 'role', 'out-of-reach');
    return false;
  }

  #needColumnsForNew(): void {
    if (!this.#hasNew) return;
    const { columns, titles, headRow } = this.#sheet;
    for (const key of neededForNew) {
      if (!columns.has(key)) this.#errors.add(headRow, titles[key], 'missing-column', titles[key]);
    }
  }

  #keepAnAdmin(): void {
    const admins = this.#view.accounts.filter(({ role }) => role === 'admin').length;
    if (admins - this.#demotions.length + this.#promoted > 0) return;
    for (const { row, login } of this.#demotions) {
      this.#errors.add(row, this.#sheet.titles.role, 'last-admin', login);
    }
  }
}
