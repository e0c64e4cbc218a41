import type { RecordingFailureTexts } from './failures.ts';

export const recordingFailuresJa: RecordingFailureTexts = {
  'recording-quota':
    '録画の保存領域がいっぱいです。商談履歴で不要な録画を削除すると、続きを録画できます。これまでの録画は保存されています。',
  'recording-disk':
    'サーバーのディスクの空きが足りないため、録画できません。管理者にご連絡ください。これまでの録画は保存されています。',
  'recording-unavailable':
    'このサーバーでは、いま録画を使用できません。少し待ってからもう一度お試しください。続く場合は、管理者にご連絡ください。',
  'recording-failed':
    '録画の処理で問題が起きました。ここまでの録画は自動で復元されます。もう一度始めるか、続く場合は管理者にご連絡ください。',
  'recording-lost':
    'この録画はサーバーに残っていません。管理者にご連絡ください(バックアップから戻せる場合があります)。不要であれば、この項目を削除できます。',
  'recording-not-running': '録画はすでに終了しています。必要な場合は、もう一度始めてください。',
  'recording-unknown': 'この録画は見つかりません。削除された可能性があります。一覧を更新してご確認ください。',
  'recording-not-ready': 'この録画はまだ準備中です。録画が終わるまで、または準備が終わるまでお待ちください。',
};
