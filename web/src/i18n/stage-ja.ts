import type { Translated } from './catalogue.ts';

const san = (name: string) => (/(様|さま|さん)$/u.test(name) ? name : `${name}さん`);

/** Japanese, the page that is shown: loaded with the first page. */
export const stageJa = {
  region: '資料',
  toolbar: '資料の操作',
  previous: '前のページ',
  next: '次のページ',
  close: '閉じる',
  closer: '拡大',
  farther: '縮小',
  whole: '全体を表示',
  pages: 'ページ一覧',
  pageNumber: 'ページ番号',
  ofPages: (count: number) => `/ ${count}`,
  page: (page: number) => `${page}ページ`,
  /** What the page is called for those who cannot see it. */
  pageOf: (title: string, page: number, count: number) => `${title} ${page}/${count}ページ`,
  larger: '資料を大きく',
  normal: '標準の大きさ',
  shownBy: (name: string) => `${san(name)}が表示中`,
  shownByYou: 'あなたが表示中',
  back: '担当者の表示に合わせる',
  /** When a guest shows something of their own. */
  backTo: (name: string) => `${san(name)}の表示に合わせる`,
  shownPage: (name: string, page: number) => `${san(name)}は${page}ページを表示中`,
  loading: '資料を読み込んでいます',
  painting: 'ページを表示しています',
  retry: 'もう一度試す',
  pageFailed: 'このページは表示できませんでした。',
  failed: {
    gone: 'この資料は、いまは表示できません。閉じられたか、削除された可能性があります。',
    network: '資料を読み込めませんでした。インターネットの接続をご確認ください。',
    unready: 'この資料はまだ準備中です。しばらくしてから、もう一度お試しください。',
    unrecognized: '接続を確認できないため、資料を表示できません。ページを再読み込みしてください。',
    replaced: 'この資料のファイルは差し替えられました。「もう一度試す」を押すと、新しいページを表示します。',
    damaged: '資料を開けませんでした。ファイルが壊れている可能性があります。',
  },
};

export type StageTexts = Translated<typeof stageJa>;
