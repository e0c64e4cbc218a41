import type { LogEntry, LogKind } from '../../../sfu/protocol/log.ts';
import { readSubject, type LoggedChange } from '../../../sfu/protocol/log-subject.ts';
import type { AccountRole } from '../../../sfu/protocol/organization.ts';
import { a } from '../i18n/admin.ts';

const changing: ReadonlySet<string> = new Set([
  'user-created',
  'user-changed',
  'unit-changed',
  'settings-changed',
]);

/** What it was done to, and what was changed about it, each a line of its own: the log has codes where we have words. */
export function subjectOf({
  act,
  subject,
  accountId,
}: Pick<LogEntry, 'act' | 'subject' | 'accountId'>): string[] {
  if (act === 'log-read' || act === 'log-exported') {
    return [Object.hasOwn(a().logs.kinds, subject) ? a().logs.kinds[subject as LogKind] : subject];
  }
  if (act === 'recording-started' || act === 'recording-stopped') {
    return [subject === 'audio' ? a().logs.audio : a().logs.video];
  }
  if (act === 'sign-in-refused' && accountId === null) return [a().logs.unknownLogin];
  if (!changing.has(act)) return [subject];
  const { what, changes } = readSubject(subject);
  return [...(what === '' ? [] : [what]), ...changes.map(changeInWords)];
}

function changeInWords({ field, from, to }: LoggedChange): string {
  const words = a().logs.fields[field];
  if (from === undefined || to === undefined) return words;
  const value = (text: string) => {
    if (text === '') return '—';
    if (field === 'role' && Object.hasOwn(a().roles, text)) return a().roles[text as AccountRole];
    const isSwitch = field === 'sharedLogin' || field === 'warnOwner' || field === 'warnAdmins';
    return isSwitch && (text === 'on' || text === 'off') ? a().logs.switched[text] : text;
  };
  return `${words}: ${value(from)} → ${value(to)}`;
}
