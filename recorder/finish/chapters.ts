import type { Chapter } from '../../sfu/protocol/recording.ts';

/** A title and chapters as ffmpeg reads them (ffmpeg-formats(1), "Metadata"). */
export function ffmetadata(title: string, chapters: Chapter[], durationMs: number): string {
  const lines = [';FFMETADATA1', `title=${escaped(title)}`];
  for (const [index, chapter] of chapters.entries()) {
    const end = chapters[index + 1]?.startMs ?? durationMs;
    lines.push('[CHAPTER]', 'TIMEBASE=1/1000', `START=${chapter.startMs}`, `END=${end}`);
    lines.push(`title=${escaped(chapter.title)}`);
  }
  return `${lines.join('\n')}\n`;
}

/** The chapters that lie within the file, in the order of time; of several at one moment, the last. */
export function chaptersWithin(chapters: Chapter[], durationMs: number): Chapter[] {
  const inOrder = chapters.toSorted((a, b) => a.startMs - b.startMs);
  return inOrder.filter(
    ({ startMs }, index) => startMs >= 0 && startMs < durationMs && inOrder[index + 1]?.startMs !== startMs,
  );
}

const escaped = (text: string) => text.replace(/[\r\n\0]+/g, ' ').replace(/[=;#\\]/g, '\\$&');
