import { limits } from '../protocol/limits.ts';
import type { StorageThreshold } from '../protocol/organization.ts';
import type { RecordingKind, StorageView } from '../protocol/recording.ts';

/** How far a part is. Lengths are recorded time, in milliseconds, counted from the part's own beginning. */
export type PartProgress = {
  part: number;
  recordedMs: number;
  composedMs: number;
  composedBytes: number;
};

/** Of the owner's space. */
export type Space = { usedBytes: number; reservedBytes: number };

/** What an account may keep, and when it is warned, as its organisation has it. */
export type StorageRules = { quotaBytes: number; thresholds: readonly StorageThreshold[] };

const hourMs = 60 * 60_000;
/** What is recorded and not composed yet is taken to become this much larger than usual. */
const caution = 1.2;
/** WebM's headers, cues and chapters … */
const containerBytes = 8_000;
/** … and what it adds to every frame and packet. */
const containerShare = 0.01;
/** A picture to begin with is large, and may not be composed yet. */
const firstPictureBytes = { video: 40_000, audio: 0 };
/** Space is held back for about this much of what comes next. */
const aheadMs = 60_000;
/** From the moment in which it turns out that the space is used up to the last recorded picture. */
const stoppingMs = 1_000;
/** With less room than for this, a recording is not begun. */
const shortestMs = 1_000;

/** Of any two thresholds that people would tell apart, the marks differ. */
const markScale = 100_000_000;
/** Bytes that were remembered so are found again as exactly as this. */
const markPrecision = 1e-7;

/** What a part's file will take at the most, judged by what is there. */
export function neededBytes(
  kind: RecordingKind,
  { recordedMs, composedMs, composedBytes }: Omit<PartProgress, 'part'>,
): number {
  const openMs = Math.max(0, recordedMs - composedMs);
  const open = openMs === 0 ? 0 : openMs * cautiousRate(kind) + firstPictureBytes[kind];
  return Math.ceil(containerBytes + composedBytes * (1 + containerShare) + open);
}

/** What a recording has to find free to begin. */
export function leastBytes(kind: RecordingKind): number {
  return neededBytes(kind, { recordedMs: shortestMs, composedMs: 0, composedBytes: 0 });
}

/**
 * How much to hold back for what comes next: a minute, or half of what is left, so that of two recordings each
 * gets its share to the end.
 *
 * @param leftBytes what nobody holds or needs
 * @returns `isFull`: there is no room for more than it takes to stop
 */
export function reserveAhead(
  kind: RecordingKind,
  leftBytes: number,
): { bytes: number; isAmple: boolean; isFull: boolean } {
  const most = Math.ceil(aheadMs * cautiousRate(kind));
  const least = Math.ceil(stoppingMs * cautiousRate(kind));
  const left = Math.max(0, leftBytes);
  const bytes = Math.min(most, Math.max(Math.floor(left / 2), Math.min(least, left)));
  return { bytes, isAmple: bytes === most, isFull: left < least };
}

/** R5: what the rep sees, with what is left as time at the usual rate. */
export function storageView({ usedBytes, reservedBytes }: Space, limitBytes: number): StorageView {
  const left = Math.max(0, limitBytes - usedBytes - reservedBytes);
  const { video, audio } = limits.recordingBytesPerHour;
  const time = (bytesPerHour: number) => Math.floor((left / bytesPerHour) * hourMs);
  return { usedBytes, reservedBytes, limitBytes, remainingMs: { video: time(video), audio: time(audio) } };
}

/**
 * The threshold that is passed, of several the highest (R5, A7); null: none. Who may not record at all is not warned.
 */
export function thresholdPassed(
  { usedBytes, reservedBytes }: Space,
  { quotaBytes, thresholds }: StorageRules,
): StorageThreshold | null {
  if (quotaBytes === 0) return null;
  const passed = thresholds.filter(
    (threshold) => usedBytes + reservedBytes >= bytesOf(threshold, quotaBytes),
  );
  return passed.toSorted((a, b) => bytesOf(b, quotaBytes) - bytesOf(a, quotaBytes))[0] ?? null;
}

/**
 * A threshold as the store remembers that it was warned of: the logarithm of its bytes, which fits bytes and petabytes
 * into 32 bits, less than nothing; 0: none. Percent are remembered as what they were of the quota then: of a larger one
 * the same percent are more, and worth another warning.
 */
export function markOf(threshold: StorageThreshold | null, quotaBytes: number): number {
  if (!threshold) return 0;
  return -Math.max(1, Math.round(Math.log10(bytesOf(threshold, quotaBytes)) * markScale));
}

/**
 * What a passed threshold means for what was warned of until now. Of a quota that has become smaller, more percent may
 * be fewer bytes than what was warned of: but then as much as that is still taken.
 *
 * @param warned the mark of the threshold that was warned of last
 * @returns `isHigher`: it is time for a warning. `isLower`: there is room again below what was warned of
 */
export function compareToWarned(
  { usedBytes, reservedBytes }: Space,
  passed: StorageThreshold | null,
  warned: number,
  quotaBytes: number,
): { isHigher: boolean; isLower: boolean } {
  const mark = markOf(passed, quotaBytes);
  if (mark === warned) return { isHigher: false, isLower: false };
  const passedBytes = passed ? bytesOf(passed, quotaBytes) : 0;
  // Earlier servers remembered so many percent, more than nothing.
  const warnedBytes = warned < 0 ? 10 ** (-warned / markScale) : (warned * quotaBytes) / 100;
  if (passedBytes > warnedBytes) return { isHigher: true, isLower: false };
  const hasRoom = usedBytes + reservedBytes < warnedBytes * (1 + markPrecision);
  const isOfLess = passed !== null && !hasRoom && passedBytes < warnedBytes;
  return { isHigher: isOfLess, isLower: !isOfLess && passedBytes < warnedBytes };
}

function bytesOf({ unit, value }: StorageThreshold, quotaBytes: number): number {
  return unit === 'percent' ? (value * quotaBytes) / 100 : value;
}

/** Bytes per millisecond. */
function cautiousRate(kind: RecordingKind): number {
  return (limits.recordingBytesPerHour[kind] * caution) / hourMs;
}
