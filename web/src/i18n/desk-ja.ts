import type { Translated } from './catalogue.ts';

/** Japanese, the rep's desk: kept apart so that no customer downloads it. */
export const deskJa = {
  title: 'ダッシュボード|Taimen',
  signIn: {
    heading: '担当者ログイン',
    organization: '組織ID',
    login: 'ログインID',
    password: 'パスワード',
    show: '文字を表示',
    hide: '文字を隠す',
    submit: 'ログイン',
    submitting: 'ログインしています',
    required: '入力してください。',
  },
  password: {
    heading: 'パスワードを変更してください',
    lead: '初期パスワードのままでは使えません。ご自分だけが知るパスワードに変更してください。',
    current: '現在のパスワード',
    next: '新しいパスワード',
    rules:
      '12文字以上128文字以内。文字の種類に決まりはありません。長い文章のようなものが安全で覚えやすくなります。',
    submit: 'パスワードを変更する',
    submitting: '変更しています',
    signedInAs: (name: string) => `${name} としてログイン中`,
  },
  home: {
    heading: 'お客様と接続する',
    number: '接続ナンバー',
    numberHint: 'お客様の画面に表示されている5桁の番号',
    connect: '接続する',
    connecting: '接続しています',
    looking: 'お客様を確認しています',
    found: (name: string) => `${name}がお待ちです`,
    foundMore: '「接続する」を押すと、すぐに対面できます。',
    or: 'または',
    openRoom: '商談ルームを開く',
    openingRoom: '商談ルームを開いています',
    openRoomHint: '番号や招待リンクを先に用意して、お客様に来ていただく場合',
    checkDevices: 'カメラとマイクを確認する',
    checkDevicesHint: '番号を入力し始めると、ここに自分の映像が表示されます',
  },
  shell: {
    navigation: 'メニュー',
    home: 'ホーム',
    signOut: 'ログアウト',
    checking: 'ログインを確認しています',
    unreachable: 'ダッシュボードを開けません',
  },
};

export type DeskTexts = Translated<typeof deskJa>;
