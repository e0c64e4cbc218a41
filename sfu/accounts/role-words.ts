import type { AccountRole } from '../protocol/organization.ts';

/** What roles are called in files: those that are read as well as those that are written. */
export const roleWords = {
  ja: { admin: '管理者', manager: 'マネージャー', rep: '担当者' },
  en: { admin: 'admin', manager: 'manager', rep: 'rep' },
} as const satisfies Record<'ja' | 'en', Record<AccountRole, string>>;
