import type { Chapter } from '../../../../sfu/protocol/recording.ts';

/** A browser that was sent to a chapter may stop a frame before it. */
const frameMs = 70;

/** Index of the chapter that is playing at this time; −1 before the first one. */
export const chapterAt = (chapters: readonly Chapter[], ms: number): number =>
  chapters.findLastIndex(({ startMs }) => startMs <= ms + frameMs);
