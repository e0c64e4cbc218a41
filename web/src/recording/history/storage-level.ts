import type { StorageView } from '../../../../sfu/protocol/recording.ts';

/** R5: from here on the rep is warned. */
const lowShare = 0.8;
const criticalShare = 0.95;
/** With room for less video than this, nothing is begun. */
const leastVideoMs = 2_000;

/** `nothing`: the account has no room at all, whatever is deleted. */
export type StorageLevel = 'fine' | 'low' | 'critical' | 'full' | 'nothing';

/** Used, and held for what is recorded now: its files count when they are finished. */
export const takenBytes = ({ usedBytes, reservedBytes }: StorageView): number => usedBytes + reservedBytes;

/** Of the room that the account has, from 0 to 1; more is shown as all of it. */
export const shareOf = (bytes: number, { limitBytes }: StorageView): number =>
  limitBytes > 0 ? Math.min(1, bytes / limitBytes) : 1;

export function levelOf(storage: StorageView): StorageLevel {
  if (storage.limitBytes <= 0) return 'nothing';
  const share = shareOf(takenBytes(storage), storage);
  if (share >= 1 || storage.remainingMs.video < leastVideoMs) return 'full';
  if (share >= criticalShare) return 'critical';
  return share >= lowShare ? 'low' : 'fine';
}

/** A recording can begin. */
export function hasRoom(storage: StorageView): boolean {
  const level = levelOf(storage);
  return level !== 'full' && level !== 'nothing';
}

/** What is said while a recording runs; what is full then is about to stop it. */
export function warningOf(storage: StorageView): 'low' | 'critical' | null {
  const level = levelOf(storage);
  if (level === 'full') return 'critical';
  return level === 'low' || level === 'critical' ? level : null;
}
