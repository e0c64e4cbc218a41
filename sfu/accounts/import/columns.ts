import type { AccountRole } from '../../protocol/organization.ts';
import { foldId } from '../folding.ts';
import { roleWords } from '../role-words.ts';

/** The columns of a file of users (A4), in the order in which they are written. */
export const columnKeys = ['login', 'name', 'role', 'unit', 'note', 'mail', 'quota', 'password'] as const;
export type ColumnKey = (typeof columnKeys)[number];
export type ColumnLanguage = 'ja' | 'en';

export const columnNames = {
  ja: {
    login: 'ログインID',
    name: '氏名',
    role: '権限',
    unit: '部署',
    note: 'メモ',
    mail: 'メールアドレス',
    quota: '録画容量(GB)',
    password: '初期パスワード',
  },
  en: {
    login: 'loginId',
    name: 'name',
    role: 'role',
    unit: 'unit',
    note: 'note',
    mail: 'mail',
    quota: 'quotaGb',
    password: 'password',
  },
} as const satisfies Record<ColumnLanguage, Record<ColumnKey, string>>;

const languages = ['ja', 'en'] as const;

/* People write names half and full width, in capitals, and with spaces in them. */
const folded = (text: string) => foldId(text).replaceAll(/\s/gu, '');

const columnsByName = new Map(
  languages.flatMap((language) =>
    columnKeys.map((key) => [folded(columnNames[language][key]), { key, language }] as const),
  ),
);
const rolesByName = new Map(
  languages.flatMap((language) =>
    (['admin', 'manager', 'rep'] as const).map((role) => [folded(roleWords[language][role]), role] as const),
  ),
);

/** The column that is called this, in either language; null: none. */
export function columnNamed(name: string): { key: ColumnKey; language: ColumnLanguage } | null {
  return columnsByName.get(folded(name)) ?? null;
}

export function roleNamed(name: string): AccountRole | null {
  return rolesByName.get(folded(name)) ?? null;
}
