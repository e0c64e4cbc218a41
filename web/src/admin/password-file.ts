import { a } from '../i18n/admin.ts';
import type { TemporaryPassword } from './admin-api.ts';
import { csvFile } from './csv-file.ts';

/** Who is to be told which password. */
export function passwordFile(passwords: readonly TemporaryPassword[]): Blob {
  return csvFile([
    [a().users.login, a().users.passwordHeading],
    ...passwords.map(({ login, password }) => [login, password]),
  ]);
}
