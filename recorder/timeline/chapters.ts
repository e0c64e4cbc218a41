import type { Chapter } from '../../sfu/protocol/recording.ts';
import type { Scene } from '../../sfu/protocol/recorder.ts';
import type { Middle } from './middle.ts';
import { picture, type Piece, type TakeLog } from './types.ts';
import { viewsOf } from './views.ts';

type Person = Pick<Scene['people'][number], 'name' | 'role'>;

/** What chapters are called. A person's name may be ''. */
export type ChapterWords = {
  /** Of the beginning of a part, where nothing else is to be said of it. */
  start: string;
  page: (page: { title: string; page: number; pages: number }) => string;
  screen: (person: Person) => string;
  joined: (person: Person) => string;
};

/** Pages that are leafed through are no places to go to. */
const pageRestMs = 2_000;

type Found = { startMs: number; title: string; isMiddle: boolean };

/**
 * The places of a part that one may want to go to: its beginning, each page and each screen that gets the middle,
 * each person who comes. What happens in a pause is told where the recording goes on. Of two things at one moment both
 * are in the title.
 * @param pieces of the whole capture, or at least of this part and what is before it
 * @param logs of all takes
 * @returns in order; times in the part's own time, at the first frame in which it can be seen
 */
export function chaptersOf(
  part: number,
  pieces: readonly Piece[],
  logs: readonly TakeLog[],
  words: ChapterWords,
): Chapter[] {
  const found: Found[] = [];
  let durationMs = 0;
  let before: { people: Set<string>; middle: string | null } | null = null;
  let last: number | null = null;
  for (const piece of pieces) {
    const log = logs.find(({ take }) => take === piece.take);
    if (!log || piece.part > part) break;
    if (piece.part === part) durationMs = piece.startInPartMs + (piece.to - piece.from);
    const isNewPart: boolean = last !== null && last !== piece.part;
    last = piece.part;
    for (const [index, { from, scene, middle }] of viewsOf(log, piece).entries()) {
      const startMs = atFrame(piece.startInPartMs + (from - piece.from));
      const key = keyOf(middle);
      // What goes on from the part before is the first thing of this one.
      const isNew = key !== before?.middle || (isNewPart && index === 0);
      const title = isNew ? titleOf(middle, scene, words) : null;
      const known: Set<string> | undefined = before?.people;
      const came = known ? scene.people.filter(({ participantId }) => !known.has(participantId)) : [];
      before = { people: new Set(scene.people.map(({ participantId }) => participantId)), middle: key };
      if (piece.part !== part) continue;
      if (title !== null) found.push({ startMs, title, isMiddle: true });
      for (const person of came) found.push({ startMs, title: words.joined(person), isMiddle: false });
    }
  }
  return durationMs === 0 ? [] : arranged(withoutLeafing(found), words.start, durationMs);
}

/** The first frame that shows what begins then. */
function atFrame(ms: number): number {
  return Math.round((Math.ceil((ms * picture.framesPerSecond) / 1_000) * 1_000) / picture.framesPerSecond);
}

function keyOf(middle: Middle): string | null {
  if (!middle) return null;
  if (middle.kind === 'screen') return `screen ${middle.participantId}`;
  const { documentId, version, page } = middle.shown;
  return ['page', documentId, version, page].join(' ');
}

function titleOf(middle: Middle, { people }: Scene, words: ChapterWords): string | null {
  if (!middle) return null;
  if (middle.kind === 'page') return words.page(middle.shown);
  const person = people.find(({ participantId }) => participantId === middle.participantId);
  return person ? words.screen(person) : null;
}

/** Of pages that follow one another quickly, the last. */
function withoutLeafing(found: readonly Found[]): Found[] {
  const turns = found.filter(({ isMiddle }) => isMiddle);
  return found.filter((each) => {
    const next = turns[turns.indexOf(each) + 1];
    return !each.isMiddle || !next || next.startMs - each.startMs >= pageRestMs;
  });
}

function arranged(found: readonly Found[], start: string, durationMs: number): Chapter[] {
  const titles = new Map<number, string[]>();
  for (const { startMs, title } of found) {
    if (startMs < durationMs) titles.set(startMs, [...(titles.get(startMs) ?? []), title]);
  }
  if (!titles.has(0)) titles.set(0, [start]);
  return [...titles]
    .sort(([a], [b]) => a - b)
    .map(([startMs, several]) => ({ startMs, title: several.join(' / ') }));
}
