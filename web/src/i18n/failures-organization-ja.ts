import type { OrganizationFailureTexts } from './failures.ts';

export const organizationFailuresJa: OrganizationFailureTexts = {
  'sign-in-in-meeting':
    'このアカウントは、別の画面で商談中です。ここでログインしても商談は続きますが、そちらの画面は商談のあとログアウトされます。',
  'user-unknown': 'このユーザーは見つかりません。一覧を読み込み直してください。',
  'login-taken': 'このログインIDは、組織の中ですでに使われています。別のIDを入力してください。',
  'last-admin': '最後の管理者です。先に、別のユーザーを管理者にしてください。',
  'own-account': '自分自身の権限の変更や削除はできません。別の管理者にご依頼ください。',
  'unit-unknown': 'この部署は見つかりません。一覧を読み込み直してください。',
  'unit-depth': '部署は5階層までです。',
  'unit-in-use': 'ユーザーまたは下の部署があるため、削除できません。先に移動してください。',
  'session-unknown': 'このログインは、すでに終了しています。',
  'history-unknown': 'この商談の履歴は見つかりません。一覧を読み込み直してください。',
  'banner-count': 'これ以上バナーを作成できません。使っていないバナーを削除してください。',
  'callback-unknown': 'このご連絡先は見つかりません。一覧を読み込み直してください。',
};
