import type { DocumentFailureTexts } from './failures.ts';

const megabytes = (value: unknown) => (typeof value === 'number' ? `${value} MB` : '制限');
const count = (value: unknown, unit: string) => (typeof value === 'number' ? `${value}${unit}` : '制限');

export const documentFailuresJa: DocumentFailureTexts = {
  'document-type':
    'このファイルは資料として使えません。PDF、Word、Excel、PowerPoint のファイルを選んでください。開けるファイルであれば、PDF として保存してからお試しください。',
  'document-encrypted':
    'パスワードで保護されているため、開けませんでした。保護を解除するか、PDF として保存し直してからお試しください。',
  'document-damaged':
    'ファイルが壊れているか、途中で切れているため、開けませんでした。元のアプリで開けるか確認し、PDF として保存し直してからお試しください。',
  'document-too-large': (details) =>
    `ファイルが大きすぎます(上限は${megabytes(details['megabytes'])})。画像を圧縮するか、分割してからお試しください。`,
  'document-pages': (details) =>
    `ページ数が多すぎます(上限は${count(details['pages'], 'ページ')})。必要なページだけを PDF として保存してからお試しください。`,
  'document-slow': '変換に時間がかかりすぎたため、中止しました。PDF として保存してからお試しください。',
  'document-office-missing':
    'このサーバーでは、Word、Excel、PowerPoint のファイルを変換できません。PDF として保存してからお試しください。',
  'document-count': (details) =>
    `資料の数が上限(${count(details['count'], '件')})に達しています。使わない資料を削除してからお試しください。`,
  'storage-full': 'サーバーの保存領域が足りないため、保存できませんでした。管理者にご連絡ください。',
  'document-unknown': 'この資料は見つかりません。削除されたか、表示が終わっています。',
  'document-not-ready': 'この資料はまだ準備中です。変換が終わるまでお待ちください。',
  'document-not-shared':
    '「ファイルを共有する」がオフのため、この資料は渡せません。オンにすると渡せるようになります。',
  'document-in-use':
    '商談で表示中か、受け取り待ちのため、この操作はできません。資料を閉じるか、受け取りが終わってからお試しください。',
  'document-not-shown': 'この資料の表示はすでに終わっています。',
  'page-unknown': 'そのページはありません。',
  'offer-unknown': 'この受け渡しは終了しています。もう一度渡していただくよう、相手の方にお伝えください。',
  'nobody-to-offer': '渡す相手がいません。ほかの方が参加してからお試しください。',
  'upload-broken': '送信が途中で切れました。回線をご確認のうえ、もう一度お試しください。',
};
