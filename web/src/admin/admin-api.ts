import type { LogKind, LogList, UsageRow } from '../../../sfu/protocol/log.ts';
import type {
  ChangeOrganization,
  ChangeUser,
  NewUser,
  OrganizationView,
  UnitView,
  UserImport,
  UserList,
  UserQuery,
  UserView,
} from '../../../sfu/protocol/organization.ts';
import { ask, bodyOf, failed, failureFrom, failureIn, type Outcome } from '../documents/http.ts';
import { language } from '../i18n/locale.svelte.ts';
import type { Failure } from '../session/api.ts';

/** The organisation, over HTTP. Every function answers; none throws. */

/** Days such as 2026-03-09, both included, where the reader is. */
export type Period = { from: string; to: string; tz: string };
export type UsageQuestion = Period & { unit: string };
export type LogQuestion = Period & { kind: LogKind; search: string };

export type UserWithPassword = { user: UserView; password: string };
export type TemporaryPassword = { login: string; password: string };

const queryOf = (query: Readonly<Record<string, string | null | undefined>>): string => {
  const set = Object.entries(query).flatMap(([name, value]) => (value ? [[name, value] as const] : []));
  return set.length === 0
    ? ''
    : `?${new URLSearchParams(set.map(([name, value]) => [name, value])).toString()}`;
};

export const listUsers = (query: UserQuery): Promise<Outcome<UserList>> =>
  bodyOf(ask('GET', `/api/users${queryOf(query)}`));

export const addUser = (body: NewUser): Promise<Outcome<UserWithPassword>> =>
  bodyOf(ask('POST', '/api/users', { body }));

export const changeUser = (id: string, body: ChangeUser): Promise<Outcome<UserView>> =>
  bodyOf(ask('PATCH', `/api/users/${id}`, { body }));

/** All or nothing. */
export const removeUsers = (ids: readonly string[]): Promise<Failure | null> =>
  failureIn(ask('POST', '/api/users/remove', { body: { ids } }));

export const resetPassword = (id: string): Promise<Outcome<TemporaryPassword>> =>
  bodyOf(ask('POST', `/api/users/${id}/password`));

export const listUnits = async (): Promise<Outcome<UnitView[]>> => {
  const outcome = await bodyOf<{ units: UnitView[] }>(ask('GET', '/api/units'));
  return outcome.ok ? { ok: true, value: outcome.value.units } : outcome;
};

export const addUnit = (body: { name: string; parentId: string | null }): Promise<Failure | null> =>
  failureIn(ask('POST', '/api/units', { body }));

export const changeUnit = (
  id: string,
  body: { name?: string; parentId?: string | null },
): Promise<Failure | null> => failureIn(ask('PATCH', `/api/units/${id}`, { body }));

export const removeUnit = (id: string): Promise<Failure | null> =>
  failureIn(ask('DELETE', `/api/units/${id}`));

/** CSVs have their words in the language of the page. */
export const usersCsv = (): string => `/api/users.csv${queryOf({ lang: language.locale })}`;

/** Ten thousand new passwords take their time to be made safe. */
const importTimeoutMs = 60 * 60_000;

const isFailure = (body: unknown) => typeof body === 'object' && body !== null && 'code' in body;

/** @param dry looks through the file, and writes nothing */
export async function importUsers(file: Blob, dry: boolean): Promise<Outcome<UserImport>> {
  try {
    const answer = await fetch(`/api/users/csv?dry=${dry ? 1 : 0}`, {
      method: 'POST',
      headers: { 'content-type': 'text/csv' },
      body: file,
      signal: AbortSignal.timeout(importTimeoutMs),
    });
    const body: unknown = await answer.json();
    // What takes long is answered with 200 before it is known how it ends.
    const isDone = answer.ok && !isFailure(body);
    return isDone ? { ok: true, value: body as UserImport } : { ok: false, failure: failureFrom(body) };
  } catch (error) {
    const late = error instanceof DOMException && error.name === 'TimeoutError';
    return failed(late ? 'timeout' : 'offline');
  }
}

export const readUsage = async (query: UsageQuestion): Promise<Outcome<UsageRow[]>> => {
  const outcome = await bodyOf<{ rows: UsageRow[] }>(ask('GET', `/api/usage${queryOf(query)}`));
  return outcome.ok ? { ok: true, value: outcome.value.rows } : outcome;
};

export const usageCsv = (query: UsageQuestion, columns: readonly string[]): string =>
  `/api/usage.csv${queryOf({ ...query, columns: columns.join(','), lang: language.locale })}`;

export const readLogs = (query: LogQuestion, before: string | null): Promise<Outcome<LogList>> =>
  bodyOf(ask('GET', `/api/logs${queryOf({ ...query, before })}`));

export const logsCsv = (query: LogQuestion): string =>
  `/api/logs.csv${queryOf({ ...query, lang: language.locale })}`;

export const readOrganization = (): Promise<Outcome<OrganizationView>> =>
  bodyOf(ask('GET', '/api/organization'));

export const changeOrganization = (body: ChangeOrganization): Promise<Outcome<OrganizationView>> =>
  bodyOf(ask('PATCH', '/api/organization', { body }));
