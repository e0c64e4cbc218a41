import type { PointerPlace } from '../../sfu/protocol/documents.ts';
import type { Scene } from '../../sfu/protocol/recorder.ts';
import type { TrackInfo } from '../capture/raw.ts';

/** The words of the timeline: what happened, and what is to be painted. Pure data; the rules are beside it. */

/** From and to, in milliseconds; the end is not part of it. */
export type Stretch = { from: number; to: number };

/** Pixels of the recorded picture. */
export type Box = { x: number; y: number; width: number; height: number };

/** The recorded picture, and the grid on which everything in it begins and ends. */
export const picture = { width: 1280, height: 720, framesPerSecond: 15 } as const;

/**
 * Three frames of video and ten packets of Opus: pieces begin and end on this grid, so that they join without a
 * gap in either.
 */
export const gridMs = 200;

/** When pictures or sound of a track came, found by looking through what was captured. Take time. */
export type TrackTimes = TrackInfo & { stretches: Stretch[] };

/** What a take's event log says, read and put in order. Take time. */
export type TakeLog = {
  take: number;
  /** What is recorded, without what was paused; on the grid. */
  spans: Stretch[];
  /** The last span ends only because no more is known: neither a pause nor an end has been read. */
  isOpen: boolean;
  /** Each holds until the next; the first is at 0. */
  scenes: { at: number; scene: Scene }[];
  pointers: { at: number; participantId: string; place: PointerPlace | null }[];
};

/** A stretch of a take that is composed by one command; nowhere longer than `pieceMs`, its layout constant. */
export type Piece = Stretch & {
  take: number;
  /** From 1. */
  part: number;
  /** Where it begins in its part, in recorded time. */
  startInPartMs: number;
};

/** A picture that does not move. */
export type Still =
  | { kind: 'svg'; svg: string; width: number; height: number }
  | { kind: 'page'; documentId: string; version: number; page: number };

/** Painted in their order, each over those before. Times from the beginning of the piece. */
export type Layer =
  | { type: 'still'; still: Still; box: Box; during: Stretch[] }
  /** `cover` fills the box and cuts what does not fit; `contain` shows all of it. */
  | { type: 'video'; trackId: string; box: Box; fit: 'cover' | 'contain'; during: Stretch[] }
  /** A picture that moves: where its upper left corner is from this time on; null: nowhere. */
  | {
      type: 'moving';
      still: Still & { kind: 'svg' };
      places: { at: number; corner: { x: number; y: number } | null }[];
    };

/** All that decides how a piece looks and sounds. */
export type PiecePlan = {
  durationMs: number;
  /** Null for a recording with sound only. */
  layers: Layer[] | null;
  /** Whose sound is mixed: microphones and what shared screens play. */
  sounds: string[];
};
