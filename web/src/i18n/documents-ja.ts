import type { Translated } from './catalogue.ts';

const san = (name: string) => (/(様|さま|さん)$/u.test(name) ? name : `${name}さん`);

/** Japanese, everything around documents: loaded with the first of them. */
export const documentsJa = {
  pick: 'ファイルを選択',
  loading: '資料を読み込んでいます',
  pages: (count: number) => `${count}ページ`,
  progress: {
    steps: '準備の進み具合',
    names: { sending: '送信', converting: '変換', done: '完了' },
    queued: '送信の順番を待っています',
    sending: '送信しています',
    sent: '送信した割合',
    converting: '変換しています',
    ahead: (count: number) => `変換の順番を待っています(あと${count}件)`,
    done: '準備ができました',
    again: 'もう一度送信する',
    dismiss: 'この表示を消す',
    replacementFailed: (fileName: string) =>
      `「${fileName}」には差し替えられませんでした。今の資料はそのまま使えます。`,
  },
  memo: {
    heading: '資料メモ',
    private: '担当者だけに表示されます',
    ofDocument: '資料全体のメモ',
    ofPage: (page: number) => `${page}ページのメモ`,
    hint: '話す内容や数字など、ご自由に',
    saving: '保存しています',
    saved: '保存しました',
    failed: '保存できていません。内容はこの画面に残っており、自動で保存し直します。',
    refused: '保存できませんでした。必要な内容は、コピーして控えてください。',
    waits: '画面の表示が変わりました。入力が止まると、表示中のページのメモに切り替わります。',
    nothingShown: '表示中の資料はありません',
    notLoaded: 'メモを読み込めませんでした。',
    notOwn: 'お客様の資料にはメモを付けられません。「資料共有」で保存すると、付けられるようになります。',
    beyond: '今はないページのメモ',
    beyondLead: '差し替える前の資料にあったページのメモです。',
  },
  share: {
    own: 'ご自分の資料',
    guestLead:
      '相手の方に見せたい資料や渡したい資料を選んでください。PDF、Word、Excel、PowerPoint を使えます。',
    goes: '商談が終わると削除されます。',
    empty: 'まだ資料がありません。「ファイルを選択」から追加すると、すぐに見せることができます。',
    search: '資料を検索',
    notFound: '一致する資料がありません。',
    show: '見せる',
    onShow: '表示中',
    file: '資料の受け渡し',
    handOver: '資料を渡す',
    notShared: 'ファイルの共有がオフのため渡せません',
    allow: '許可する',
    allowHandOver: '渡すのを許可',
    offered: 'お渡しの案内を相手の画面に表示しました。',
    handedOver: '受け渡しの状況',
    states: { open: '受け渡し待ち', taken: '受け取り済み', declined: '辞退' },
    remove: '削除する',
  },
  brought: {
    heading: 'お客様の資料',
    goes: '保存しない資料は、商談が終わると削除されます。',
    from: (name: string) => `${san(name)}から`,
    keep: '保存する',
    kept: '保存済み',
  },
  offer: {
    arrived: (name: string) => `${san(name)}から資料が届いています`,
    receive: '資料を受け取る',
    decline: '受け取らない',
    received: (title: string) => `「${title}」を受け取りました`,
    again: 'もう一度ダウンロード',
    afterAll: 'やはり受け取る',
    hide: 'この表示を消す',
    heading: '届いた資料',
    became: {
      taken: (name: string) => `${san(name)}が受け取りました`,
      declined: (name: string) => `${san(name)}は受け取りませんでした`,
    },
  },
};

export type DocumentsTexts = Translated<typeof documentsJa>;
