import type {
  AccountRole,
  ChangeUser,
  NewUser,
  UnitView,
  UserView,
} from '../../../sfu/protocol/organization.ts';
import type { Outcome } from '../documents/http.ts';
import type { Failure } from '../session/api.ts';
import {
  addUser,
  changeUser,
  listUnits,
  listUsers,
  removeUsers,
  type UserWithPassword,
} from './admin-api.ts';

/** What the list is narrowed down to; '' for everything. */
export type Filter = { search: string; unit: string; role: '' | AccountRole };

/** Whoever types wants the answer to what they have typed, not to each letter. */
const typingMs = 250;

/**
 * The organisation's users as the server has them, as far as they have been asked for. What is done here is asked of
 * the server, and what it answers takes its place in the list.
 */
export class Users {
  #users = $state.raw<readonly UserView[] | null>(null);
  #units = $state.raw<readonly UnitView[]>([]);
  #count = $state(0);
  #next = $state<string | null>(null);
  #failure = $state.raw<Failure | null>(null);
  #loading = $state(false);
  #filter = $state.raw<Filter>({ search: '', unit: '', role: '' });
  /** Rises with each question: a late answer to an earlier one is dropped. */
  #asked = 0;
  #typing: ReturnType<typeof setTimeout> | undefined;

  /** Null until it has been read once. */
  get users(): readonly UserView[] | null {
    return this.#users;
  }

  get units(): readonly UnitView[] {
    return this.#units;
  }

  /** All that there are, shown or not. */
  get count(): number {
    return this.#count;
  }

  get hasMore(): boolean {
    return this.#next !== null;
  }

  get loading(): boolean {
    return this.#loading;
  }

  get failure(): Failure | null {
    return this.#failure;
  }

  get filter(): Filter {
    return this.#filter;
  }

  narrow(change: Partial<Filter>): void {
    this.#filter = { ...this.#filter, ...change };
    // Where the rest of another question begins is of no use.
    this.#next = null;
    clearTimeout(this.#typing);
    this.#typing = setTimeout(() => void this.load(), change.search === undefined ? 0 : typingMs);
  }

  /** Reads the first page anew. */
  async load(): Promise<void> {
    const [units] = await Promise.all([listUnits(), this.#read(null)]);
    if (units.ok) this.#units = units.value;
    else this.#failure = units.failure;
  }

  async loadMore(): Promise<void> {
    if (this.#next !== null && !this.#loading) await this.#read(this.#next);
  }

  /** @returns with the temporary password, which is told only once */
  async add(user: NewUser): Promise<Outcome<UserWithPassword>> {
    const outcome = await addUser(user);
    if (outcome.ok) await this.load();
    return outcome;
  }

  async change(id: string, change: ChangeUser): Promise<Failure | null> {
    const outcome = await changeUser(id, change);
    if (!outcome.ok) return outcome.failure;
    this.#users = this.#users?.map((each) => (each.id === id ? outcome.value : each)) ?? null;
    return null;
  }

  async remove(ids: readonly string[]): Promise<Failure | null> {
    const failure = await removeUsers(ids);
    // Also where it failed: one of them may be there no more.
    await this.load();
    return failure;
  }

  async #read(after: string | null): Promise<void> {
    this.#asked += 1;
    const asked = this.#asked;
    this.#loading = true;
    const { search, unit, role } = this.#filter;
    const outcome = await listUsers({
      ...(search.trim() === '' ? {} : { search }),
      ...(unit === '' ? {} : { unit }),
      ...(role === '' ? {} : { role }),
      ...(after === null ? {} : { after }),
    });
    if (asked !== this.#asked) return;
    this.#loading = false;
    this.#failure = outcome.ok ? null : outcome.failure;
    if (!outcome.ok) return;
    const { users, count, next } = outcome.value;
    this.#users = after === null ? users : [...(this.#users ?? []), ...users];
    this.#count = count;
    this.#next = next;
  }
}
