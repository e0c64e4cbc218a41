import type { ChangedField, LoggedChange } from '../protocol/log-subject.ts';
import type { OrganizationSettings, StorageThreshold, UserView } from '../protocol/organization.ts';
import { writtenQuota } from './import/cells.ts';

/** What was changed, for the log of admins' acts (A6). Pure. Of personal texts only that they were. */

export type LoggedUser = Pick<
  UserView,
  'login' | 'name' | 'role' | 'unitId' | 'note' | 'mail' | 'quotaBytes'
>;

/** @param pathOf of units, as they were at that moment */
export function userChanges(
  before: LoggedUser,
  after: LoggedUser,
  pathOf: (unitId: string | null) => string,
): LoggedChange[] {
  return [
    ...differing('name', before.name, after.name),
    ...differing('login', before.login, after.login),
    ...differing('role', before.role, after.role),
    ...(before.unitId === after.unitId
      ? []
      : [{ field: 'unit' as const, from: pathOf(before.unitId), to: pathOf(after.unitId) }]),
    ...differing('quota', writtenBytes(before.quotaBytes), writtenBytes(after.quotaBytes)),
    ...(before.note === after.note ? [] : [{ field: 'note' as const }]),
    ...(before.mail === after.mail ? [] : [{ field: 'mail' as const }]),
  ];
}

/** What somebody has been given who was not there before. */
export function userFacts(user: LoggedUser, pathOf: (unitId: string | null) => string): LoggedChange[] {
  return [
    { field: 'role', from: '', to: user.role },
    ...differing('unit', '', pathOf(user.unitId)),
    ...differing('quota', '', writtenBytes(user.quotaBytes)),
  ];
}

export type LoggedRules = { name: string; settings: OrganizationSettings };

export function rulesChanges(before: LoggedRules, after: LoggedRules): LoggedChange[] {
  const was = linesOf(before);
  return linesOf(after).flatMap(([field, to], index) => differing(field, was[index]?.[1] ?? '', to));
}

function linesOf({ name, settings }: LoggedRules): [ChangedField, string][] {
  const { retentionMonths: kept } = settings;
  const months = (count: number | null) => (count === null ? '' : String(count));
  const isOn = (is: boolean) => (is ? 'on' : 'off');
  return [
    ['name', name],
    ['sharedLogin', isOn(settings.sharedLogin)],
    ['quota', writtenBytes(settings.quotaBytes)],
    ['thresholds', settings.thresholds.map(writtenThreshold).join(', ')],
    ['warnOwner', isOn(settings.warnOwner)],
    ['warnAdmins', isOn(settings.warnAdmins)],
    ['documentBytesMax', writtenBytes(settings.documentBytesMax)],
    ['documentPagesMax', months(settings.documentPagesMax)],
    ['retention-signIns', months(kept.signIns)],
    ['retention-meetings', months(kept.meetings)],
    ['retention-files', months(kept.files)],
    ['retention-chat', months(kept.chat)],
    ['retention-admin', months(kept.admin)],
  ];
}

function differing(field: ChangedField, from: string, to: string): LoggedChange[] {
  return from === to ? [] : [{ field, from, to }];
}

function writtenThreshold({ unit, value }: StorageThreshold): string {
  return unit === 'percent' ? `${value}%` : writtenBytes(value);
}

/** '' where nothing of its own is set. */
function writtenBytes(bytes: number | null): string {
  return bytes === null ? '' : `${writtenQuota(bytes)} GB`;
}
