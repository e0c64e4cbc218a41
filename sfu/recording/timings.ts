/** How long recording waits for what does not come. Tests use other times. */
export type RecordingTimings = {
  /** For as long the recorder may say nothing of what it records before another one takes its place. */
  silentMs: number;
  /** A recorder that has not opened a port by then never will. Longer than `silentMs`: it may have to be replaced. */
  listeningMs: number;
  /** A recorder that dies is back within a second or two; after this long it is not expected any more. */
  awayMs: number;
  /** Whatever recorders there have been: when none has recorded anything for this long, none will. */
  uselessMs: number;
  /** When the store, a document or the media were away. */
  tryAgainMs: number;
};

export const recordingTimings: RecordingTimings = {
  silentMs: 10_000,
  listeningMs: 12_000,
  awayMs: 10_000,
  uselessMs: 35_000,
  tryAgainMs: 1_000,
};
