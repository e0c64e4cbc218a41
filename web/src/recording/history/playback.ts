import type { RecordingKind } from '../../../../sfu/protocol/recording.ts';

/** How recordings are played in this browser. */

export const speeds = [0.75, 1, 1.25, 1.5, 2] as const;
export type Speed = (typeof speeds)[number];

const storageKey = 'taimen.playback-speed';

/** The speed chosen last, in whatever recording. */
export function rememberedSpeed(): Speed {
  try {
    const remembered = Number(localStorage.getItem(storageKey));
    return speeds.find((speed) => speed === remembered) ?? 1;
  } catch {
    // Storage can be forbidden by the browser's settings: then nothing is remembered.
    return 1;
  }
}

export function rememberSpeed(speed: Speed): void {
  try {
    localStorage.setItem(storageKey, String(speed));
  } catch {
    // See above: it holds for this page only.
  }
}

/** What the files are: one of the names is enough, for some browsers know only the short one. */
const types: Record<RecordingKind, readonly string[]> = {
  video: ['video/webm; codecs="vp09.00.31.08, opus"', 'video/webm; codecs="vp9, opus"'],
  audio: ['audio/webm; codecs="opus"'],
};

/** Safari on older iPhones cannot: there it has to be the MP4 copy. */
export function canPlayWebm(
  kind: RecordingKind,
  media: Pick<HTMLMediaElement, 'canPlayType'> = document.createElement(kind),
): boolean {
  return types[kind].some((type) => media.canPlayType(type) !== '');
}
