import { limits } from '../../protocol/limits.ts';
import { changeUser, type AccountRole } from '../../protocol/organization.ts';
import { printable } from '../../protocol/values.ts';
import { isPasswordForm } from '../password-form.ts';
import { roleNamed } from './columns.ts';
import type { ImportErrorCode } from './errors.ts';

/** What a cell says, or what is wrong with it. */
export type Read<T> = { value: T } | { code: ImportErrorCode };

/** One line, as everything that is typed into the pages; too long is an error here, and nothing is cut. */
export function readLine(cell: string, charactersMax: number): Read<string> {
  const value = printable(cell, Infinity);
  return [...value].length > charactersMax ? { code: 'too-long' } : { value };
}

export function readRequired(cell: string, charactersMax: number): Read<string> {
  const read = readLine(cell, charactersMax);
  return 'value' in read && read.value === '' ? { code: 'required' } : read;
}

export function readRole(cell: string): Read<AccountRole> {
  if (printable(cell, Infinity) === '') return { code: 'required' };
  const role = roleNamed(cell);
  return role ? { value: role } : { code: 'role' };
}

/** By the rule that holds everywhere else; empty: none. */
export function readMail(cell: string): Read<string | null> {
  if (printable(cell, Infinity) === '') return { value: null };
  const read = changeUser.shape.mail.safeParse(cell);
  return read.success && read.data !== undefined ? { value: read.data } : { code: 'mail' };
}

/** Decimals of a GB, which is 1,000,000,000 bytes. */
const decimals = 9;
const bytesPerGb = 10 ** decimals;

/** Digits, also full width, with thousands separated or not; empty: as the organisation has it. */
export function readQuota(cell: string): Read<number | null> {
  const text = cell.normalize('NFKC').trim();
  if (text === '') return { value: null };
  const [, whole, fraction = ''] = /^(\d{1,7}|\d{1,3}(?:,\d{3}){1,2})(?:\.(\d{1,9}))?$/u.exec(text) ?? [];
  if (whole === undefined) return { code: 'quota' };
  // Not by way of a fraction: every byte comes back as it was written.
  const bytes = Number(whole.replaceAll(',', '')) * bytesPerGb + Number(fraction.padEnd(decimals, '0'));
  return bytes > limits.quotaBytesMax ? { code: 'quota' } : { value: bytes };
}

/** As `readQuota` reads it. */
export function writtenQuota(bytes: number | null): string {
  if (bytes === null) return '';
  const fraction = String(bytes % bytesPerGb)
    .padStart(decimals, '0')
    .replace(/0+$/u, '');
  const whole = String(Math.floor(bytes / bytesPerGb));
  return fraction === '' ? whole : `${whole}.${fraction}`;
}

/** As it stands there: nothing of a password is trimmed. Empty: one is made up. */
export function readPassword(cell: string): Read<string | null> {
  if (cell === '') return { value: null };
  return isPasswordForm(cell) ? { value: cell } : { code: 'password' };
}
