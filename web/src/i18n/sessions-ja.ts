import type { Translated } from './catalogue.ts';

/** Japanese, where somebody is signed in: for the own account, and for those whom admins and managers look after. */
export const sessionsJa = {
  lead: 'このアカウントでログインしている画面の一覧です。心当たりのないものがあれば、ログアウトさせて、パスワードを変更してください。',
  leadOf: (name: string) => `${name}さんがログインしている画面の一覧です。`,
  loading: '確認しています',
  list: 'ログイン中の端末',
  unknownBrowser: '不明なブラウザー',
  own: 'この端末',
  address: 'IPアドレス',
  since: 'ログイン',
  lastSeen: '最後の利用',
  nobody: '今はどこからもログインしていません。',
  onlyHere: 'ほかの端末ではログインしていません。',
  inMeeting: 'このアカウントは今、商談中です。ログアウトさせても、商談は終わりまで続きます。',
  end: 'ログアウトさせる',
  endOf: (browser: string, address: string) => `${browser}(${address})をログアウトさせる`,
  ended: (browser: string) => `${browser}をログアウトさせました。`,
  endOthers: 'ほかの端末をすべてログアウトさせる',
  endAll: 'すべての端末をログアウトさせる',
  endQuestion: (count: number) =>
    `${count}台の端末をログアウトさせます。よろしいですか。それぞれの画面では、もう一度ログインが必要になります。`,
  endConfirm: (count: number) => `${count}台をログアウトさせる`,
  endedAll: (count: number) => `${count}台の端末をログアウトさせました。`,
  password: {
    wrong: '現在のパスワードが正しくありません。もう一度ご確認ください。',
    heading: 'パスワードの変更',
    lead: '変更すると、ほかの端末はすべてログアウトします。この画面はそのまま使えます。',
    changed: 'パスワードを変更しました。ほかの端末はログアウトしました。',
  },
};

export type SessionsTexts = Translated<typeof sessionsJa>;
