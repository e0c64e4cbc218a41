/**
 * What an entry of the log was done to, and what was changed about it. Both stand in the one text that the log keeps:
 * the subject in its first line, each change in one of its own. Neither has line breaks or tabs in it.
 */

export const changedFields = [
  'created',
  'removed',
  'name',
  'login',
  'role',
  'unit',
  'parent',
  'quota',
  'note',
  'mail',
  'sharedLogin',
  'thresholds',
  'warnOwner',
  'warnAdmins',
  'documentBytesMax',
  'documentPagesMax',
  'retention-signIns',
  'retention-meetings',
  'retention-files',
  'retention-chat',
  'retention-admin',
] as const;
export type ChangedField = (typeof changedFields)[number];

/** Without `from` and `to`, only that it was changed: of personal texts nothing else is kept. */
export type LoggedChange = { field: ChangedField; from?: string; to?: string };

const isField = (text: string): text is ChangedField => (changedFields as readonly string[]).includes(text);

export function writeSubject(what: string, changes: readonly LoggedChange[]): string {
  const lines = changes.map(({ field, from, to }) =>
    [field, ...(from === undefined && to === undefined ? [] : [from ?? '', to ?? ''])].join('\t'),
  );
  return [what, ...lines].join('\n');
}

/** As it was written; lines that are none of ours belong to the subject. */
export function readSubject(subject: string): { what: string; changes: LoggedChange[] } {
  const [first = '', ...lines] = subject.split('\n');
  const changes = lines.map((line): LoggedChange | null => {
    const [field = '', from, to] = line.split('\t');
    if (!isField(field)) return null;
    return from === undefined || to === undefined ? { field } : { field, from, to };
  });
  if (changes.includes(null)) return { what: subject, changes: [] };
  return { what: first, changes: changes.filter((change) => change !== null) };
}
