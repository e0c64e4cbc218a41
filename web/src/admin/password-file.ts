import { a } from '../i18n/admin.ts';
import type { TemporaryPassword } from './admin-api.ts';

/** As Excel opens it: with a byte order mark; quoted, because a login ID may have a comma in it. */
export function passwordFile(passwords: readonly TemporaryPassword[]): Blob {
  const quoted = (text: string) =>
    `"${(/^[=+\-@\t\r]/.test(text) ? `'${text}` : text).replaceAll('"', '""')}"`;
  const lines = [
    [a().users.login, a().users.passwordHeading],
    ...passwords.map(({ login, password }) => [login, password]),
  ].map((cells) => cells.map(quoted).join(','));
  return new Blob([`\uFEFF${lines.join('\r\n')}\r\n`], { type: 'text/csv' });
}
