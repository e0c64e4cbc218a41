/**
 * What capture leaves on the disk and composition reads: whole frames as they came, never transcoded, with their
 * time. All times are milliseconds from the beginning of the take, on the machine's monotonic clock.
 */

export type Codec = 'opus' | 'vp8' | 'h264';

/** One Opus packet, one VP8 frame, or one H.264 access unit in Annex B form. */
export type RawFrame = {
  timeMs: number;
  /** Always true for Opus. */
  isKeyframe: boolean;
  /** Pixels, of keyframes of video only; else 0. */
  width: number;
  height: number;
  data: Buffer;
};

/** What is written once into a track's folder, as `track.json`. */
export type TrackInfo = {
  trackId: string;
  participantId: string;
  source: 'microphone' | 'camera' | 'screen' | 'screen-audio';
  codec: Codec;
};
