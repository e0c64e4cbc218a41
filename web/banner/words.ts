import type { BannerLook } from '../../sfu/protocol/banner.ts';

/* The banner's own few words: the catalogues of the pages are too heavy to be carried to other people's sites. */

const ja = {
  heading: '担当者と、画面で話せます',
  text: 'ボタンを押すと5桁の番号が表示されます。お電話で担当者にお伝えください。',
  button: '商談を始める',
  newTab: '(新しいタブで開きます)',
  available: 'ただ今、担当者が対応できます',
  nobody: 'ただ今、対応できる担当者がいません',
  leave: '折り返しの電話を希望する',
  name: 'お名前',
  phone: '電話番号',
  wish: 'ご希望の日時(任意)',
  goesTo: (organization: string) => `この内容は${organization}に届きます。`,
  send: '送信する',
  sending: '送信しています',
  thanks: (organization: string) => `ありがとうございます。${organization}の担当者からお電話します。`,
  close: '閉じる',
  nameMissing: 'お名前を入力してください。',
  phoneWrong: '電話番号を数字で入力してください。',
  notSent:
    '送信できませんでした。インターネットの接続をご確認のうえ、しばらくしてからもう一度送信してください。',
  gone: '現在、受け付けていません。お電話でお問い合わせください。',
};

export type Words = typeof ja;

const en: Words = {
  heading: 'Talk with us face to face',
  text: 'Press the button for a five-digit number, and read it out to us on the phone.',
  button: 'Start a meeting',
  newTab: ' (opens in a new tab)',
  available: 'Somebody can take your call now',
  nobody: 'Nobody can take your call right now',
  leave: 'Ask for a call back',
  name: 'Your name',
  phone: 'Telephone number',
  wish: 'When to call (optional)',
  goesTo: (organization) => `This goes to ${organization}.`,
  send: 'Send',
  sending: 'Sending',
  thanks: (organization) => `Thank you. Somebody from ${organization} will call you.`,
  close: 'Close',
  nameMissing: 'Please enter your name.',
  phoneWrong: 'Please enter your telephone number in digits.',
  notSent: 'Not sent. Please check your connection, wait a moment and send it again.',
  gone: 'Not in use any more. Please call us instead.',
};

export type Language = 'ja' | 'en';

/**
 * The language that a banner speaks.
 *
 * @param wanted the browser's languages, the first choice first
 */
export function languageOf(look: Pick<BannerLook, 'language'>, wanted: readonly string[]): Language {
  if (look.language !== 'browser') return look.language;
  const known = wanted.map((tag) => tag.slice(0, 2).toLowerCase());
  return known.find((tag): tag is Language => tag === 'ja' || tag === 'en') ?? 'ja';
}

export const wordsIn = (language: Language): Words => ({ ja, en })[language];
