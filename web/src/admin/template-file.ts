/** What a CSV of users looks like, with two people to be written over; as Excel opens it. */
export function templateFile(): Blob {
  const lines = [
    'ログインID,氏名,権限,部署,メモ,メールアドレス,録画容量(GB),初期パスワード',
    'sato,佐藤 花子,担当者,本社/営業部,,,,',
    'suzuki,鈴木 一郎,マネージャー,本社/営業部,,,,',
  ];
  return new Blob([`\uFEFF${lines.join('\r\n')}\r\n`], { type: 'text/csv' });
}
