import type { LogAct, LogEntry, LogKind } from '../protocol/log.ts';
import { readSubject, type ChangedField, type LoggedChange } from '../protocol/log-subject.ts';
import type { AccountRole } from '../protocol/organization.ts';
import { roleWords } from './role-words.ts';

/** What stands in the files that admins take away; what stands on the screen is worded by the pages. */
export type FileLanguage = 'ja' | 'en';

type Words = readonly [ja: string, en: string];

const acts: Readonly<Record<LogAct, Words>> = {
  'signed-in': ['サインイン', 'Signed in'],
  'sign-in-refused': ['サインイン失敗', 'Sign-in refused'],
  'signed-out': ['サインアウト', 'Signed out'],
  'signed-out-remotely': ['遠隔サインアウト', 'Signed out remotely'],
  'signed-in-elsewhere': ['別の場所でのサインインにより終了', 'Signed in elsewhere'],
  'password-changed': ['パスワード変更', 'Password changed'],
  'meeting-started': ['商談開始', 'Meeting started'],
  'meeting-ended': ['商談終了', 'Meeting ended'],
  'recording-started': ['録画・録音開始', 'Recording started'],
  'recording-stopped': ['録画・録音終了', 'Recording stopped'],
  'document-uploaded': ['資料の登録', 'Document uploaded'],
  'document-replaced': ['資料の差し替え', 'Document replaced'],
  'document-deleted': ['資料の削除', 'Document deleted'],
  'document-shown': ['資料の表示', 'Document shown'],
  'document-handed-over': ['ファイルの送付', 'File handed over'],
  'document-taken': ['ファイルの受け取り', 'File taken'],
  'recording-downloaded': ['録画のダウンロード', 'Recording downloaded'],
  'recording-deleted': ['録画の削除', 'Recording deleted'],
  'chat-sent': ['チャット送信', 'Chat message'],
  'user-created': ['ユーザーの追加', 'User added'],
  'user-changed': ['ユーザーの変更', 'User changed'],
  'user-removed': ['ユーザーの削除', 'User removed'],
  'users-imported': ['ユーザーの一括登録', 'Users imported'],
  'users-exported': ['ユーザー一覧の出力', 'Users exported'],
  'password-reset': ['パスワードの再発行', 'Password reset'],
  'unit-changed': ['部署の変更', 'Unit changed'],
  'settings-changed': ['設定の変更', 'Settings changed'],
  'banner-changed': ['バナーの変更', 'Banner changed'],
  'log-read': ['ログの閲覧', 'Log read'],
  'log-exported': ['ログの出力', 'Log exported'],
  'usage-read': ['利用状況の閲覧', 'Usage read'],
  'usage-exported': ['利用状況の出力', 'Usage exported'],
};

const kinds: Readonly<Record<LogKind, Words>> = {
  'sign-in': ['サインイン', 'Sign-ins'],
  meeting: ['商談', 'Meetings'],
  file: ['ファイル', 'Files'],
  chat: ['チャット', 'Chat'],
  admin: ['管理', 'Administration'],
};

const recordings: Readonly<Record<string, Words>> = {
  video: ['商談の録画', 'Video'],
  audio: ['音声議事録', 'Audio'],
};

const unknownLogin: Words = ['（登録のないログインID）', '(a login ID that nobody has)'];
const separators: Words = ['、', ' · '];

/** Of these the subject tells what was changed. */
const changing: ReadonlySet<LogAct> = new Set([
  'user-created',
  'user-changed',
  'unit-changed',
  'settings-changed',
]);

const fields: Readonly<Record<ChangedField, Words>> = {
  created: ['追加', 'added'],
  removed: ['削除', 'removed'],
  name: ['名前', 'name'],
  login: ['ログインID', 'login ID'],
  role: ['権限', 'role'],
  unit: ['部署', 'unit'],
  parent: ['上の部署', 'belongs to'],
  quota: ['録画の保存容量', 'recording space'],
  note: ['メモの変更', 'note changed'],
  mail: ['メールアドレスの変更', 'mail address changed'],
  sharedLogin: ['ログインの共用', 'shared logins'],
  thresholds: ['容量のお知らせの段階', 'storage thresholds'],
  warnOwner: ['本人へのお知らせ', 'mail to the owner'],
  warnAdmins: ['管理者へのお知らせ', 'mail to admins'],
  documentBytesMax: ['資料の大きさの上限', 'size of documents'],
  documentPagesMax: ['資料のページ数の上限', 'pages of documents'],
  'retention-signIns': ['サインインの記録の保存月数', 'months sign-ins are kept'],
  'retention-meetings': ['商談の記録の保存月数', 'months meetings are kept'],
  'retention-files': ['ファイルの記録の保存月数', 'months file entries are kept'],
  'retention-chat': ['チャットの記録の保存月数', 'months chat is kept'],
  'retention-admin': ['管理の記録の保存月数', 'months admin acts are kept'],
};

const switches: Readonly<Record<string, Words>> = { on: ['する', 'on'], off: ['しない', 'off'] };

const isSwitch: ReadonlySet<ChangedField> = new Set(['sharedLogin', 'warnOwner', 'warnAdmins']);

const logColumns: readonly Words[] = [
  ['日時', 'Time'],
  ['種類', 'Kind'],
  ['内容', 'Act'],
  ['氏名', 'Name'],
  ['対象', 'Subject'],
  ['IPアドレス', 'IP address'],
  ['商談の識別子', 'Meeting'],
  ['ユーザーの識別子', 'User'],
];

const indexOf = (language: FileLanguage) => (language === 'ja' ? 0 : 1);

/** In the order of the cells: time, kind, act, name, subject, address, meeting, user. */
export const logColumnsIn = (language: FileLanguage) => logColumns.map((words) => words[indexOf(language)]);
export const actIn = (language: FileLanguage, act: LogAct) => acts[act][indexOf(language)];
export const kindIn = (language: FileLanguage, kind: LogKind) => kinds[kind][indexOf(language)];

/**
 * What it was done to, and what was changed about it. Of some acts it begins with a word of ours: the kind of a recording,
 * or of entries that were read.
 */
export function subjectIn(
  language: FileLanguage,
  { act, subject, accountId }: Pick<LogEntry, 'act' | 'subject' | 'accountId'>,
): string {
  const index = indexOf(language);
  if (act === 'sign-in-refused' && accountId === null) return unknownLogin[index];
  if (changing.has(act)) {
    const { what, changes } = readSubject(subject);
    return [...(what === '' ? [] : [what]), ...changes.map((change) => changeIn(language, change))].join(
      separators[index],
    );
  }
  const isRecording = act === 'recording-started' || act === 'recording-stopped';
  const known: Readonly<Record<string, Words>> = isRecording
    ? recordings
    : act === 'log-read' || act === 'log-exported'
      ? kinds
      : {};
  return subject.replace(/^\S+/u, (word) => known[word]?.[index] ?? word);
}

function changeIn(language: FileLanguage, { field, from, to }: LoggedChange): string {
  const index = indexOf(language);
  const words = fields[field][index];
  if (from === undefined || to === undefined) return words;
  const value = (text: string) => {
    if (text === '') return '—';
    if (field === 'role')
      return Object.hasOwn(roleWords[language], text) ? roleWords[language][text as AccountRole] : text;
    return isSwitch.has(field) ? (switches[text]?.[index] ?? text) : text;
  };
  return `${words}: ${value(from)} → ${value(to)}`;
}
