import type { ChapterWords } from '../timeline/chapters.ts';
import type { Words } from '../timeline/plan.ts';

/** Chapters in Japanese, the language of who reads the history; page titles are the rep's own. */
export function chapterWords(words: Words): ChapterWords {
  const nameOf = ({ name, role }: { name: string; role: 'host' | 'guest' }) =>
    name === '' ? words[role] : `${name}さん`;
  return {
    start: '開始',
    page: ({ title, page, pages }) => `${title} ${page}/${pages}`,
    screen: (person) => `${nameOf(person)}の画面`,
    joined: (person) => `${nameOf(person)}が参加`,
  };
}
