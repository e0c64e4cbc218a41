import type { Translated } from './catalogue.ts';

const san = (name: string) => (/(様|さま|さん)$/u.test(name) ? name : `${name}さん`);

/** Japanese, recording in a call: loaded when the meeting is recorded, and for whoever may record it. */
export const recordingJa = {
  record: '録画',
  kind: {
    heading: '記録の種類',
    video: '録画',
    videoMore: '映像と音声',
    audio: '音声議事録',
    audioMore: '音声のみ',
  },
  question: {
    heading: 'レコーディング機能使用確認',
    lead: 'この商談を記録しますか。始まる前に、参加者全員の画面でお知らせします。',
    yes: 'YES',
    no: 'NO',
  },
  storage: {
    left: (hours: string, kind: string) => `残り 約${hours}(${kind})`,
    full: '残りなし',
    unused: (limit: string) => `${limit} がすべて空いています`,
    used: (used: string, limit: string) => `${limit} のうち ${used} を使用中`,
    low: (percent: string) => `保存領域の${percent}を使用しています。商談履歴で不要な録画を削除できます。`,
    critical: (percent: string) =>
      `保存領域の${percent}を使用しています。いっぱいになると録画は止まります。商談履歴で不要な録画を削除してください。`,
    nothing: 'このアカウントには録画の容量がありません。録画をお使いになるには、管理者にご連絡ください。',
    none: '保存領域に空きがないため、始められません。商談履歴で不要な録画を削除すると、始められます。',
  },
  panel: {
    offLead: '始まる前に、参加者全員の画面でお知らせします。',
    start: { video: '録画を始める', audio: '音声議事録を始める' },
    pause: '一時停止',
    resume: '再開',
    stop: '終了',
    pauseLead: '一時停止の間は、何も記録されません。',
    change: { video: '録画に切り替える', audio: '音声議事録に切り替える' },
    changeLead: {
      /** Pictures begin after everybody has been told of them. */
      video: (seconds: number) =>
        `ここまでを一つの記録として保存します。録画は、もう一度全員にお知らせしてから始まります。その間の約${seconds}秒は記録されません。`,
      audio: 'ここまでを一つの記録として保存し、続きから音声だけを記録します。',
      paused:
        'ここまでを一つの記録として保存します。一時停止のまま切り替わり、再開するまで何も記録されません。',
    },
  },
  lamp: {
    label: '録画の状態',
    time: '記録した時間',
    announced: { video: 'まもなく録画', audio: 'まもなく録音' },
    on: { video: '録画中', audio: '音声を録音中' },
    paused: '一時停止中',
  },
  /** Under the button in the bar, which is narrow. */
  state: {
    off: 'オフ',
    announced: 'まもなく',
    on: { video: '録画中', audio: '録音中' },
    paused: '一時停止中',
  },
  notice: {
    startsIn: {
      video: (seconds: number) => `${seconds}秒後に録画を始めます`,
      audio: (seconds: number) => `${seconds}秒後に音声の録音を始めます`,
    },
    startsNow: { video: 'まもなく録画を始めます', audio: 'まもなく音声の録音を始めます' },
    began: { video: '録画を始めました', audio: '音声の録音を始めました' },
    running: { video: '録画しています', audio: '音声を録音しています' },
    changed: { video: '映像と音声の録画に切り替わりました', audio: '音声だけの録音に切り替わりました' },
    paused: { video: '録画を一時停止しました', audio: '録音を一時停止しました' },
    pausedMore: '再開するまで、何も記録されません。',
    resumed: { video: '録画を再開しました', audio: '録音を再開しました' },
    stopped: { video: '録画を終了しました', audio: '録音を終了しました' },
    stoppedMore: 'これからの内容は記録されません。',
    kept: '商談履歴で、数秒後から再生できます。',
    content: {
      video: '映像と声、表示中の資料、お名前が記録されます。',
      audio: '声とお名前が記録されます。映像は記録されません。',
    },
    wayOut: '望まれない場合は、「接続終了」を押すと退出できます。',
    cancel: '取りやめる',
    waiting: {
      video: (names: string) => `${names}は録画の確認中です`,
      audio: (names: string) => `${names}は録音の確認中です`,
    },
    waitingMore: '同意されるまで、この方の映像と声は記録されません。',
    comma: '、',
    name: san,
  },
  problem: {
    heading: { video: '録画が止まりました', audio: '録音が止まりました' },
    lead: '今は何も記録されていません。商談はこのまま続けられます。',
    again: 'もう一度始める',
  },
  asked: {
    heading: { video: 'この商談は録画されています', audio: 'この商談は録音されています' },
    lead: {
      video: '同意された場合、あなたの映像と声、表示する資料、お名前が記録されます。',
      audio: '同意された場合、あなたの声とお名前が記録されます。映像は記録されません。',
    },
    receiver: (who: string) => `記録を受け取るのは、${who}です。`,
    nameOfCompany: (name: string, company: string) => `${company}の${san(name)}`,
    host: '担当者',
    untilThen: 'お答えになるまで、あなたの映像と声は記録されません。',
    agree: '同意して参加',
    refuse: '参加しない',
  },
};

export type RecordingTexts = Translated<typeof recordingJa>;
