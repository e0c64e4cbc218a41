import type { StorageView } from '../../../../sfu/protocol/recording.ts';

/** R5: from here on the rep is warned. */
const lowShare = 0.8;
const criticalShare = 0.95;

/** `nothing`: the account has no room at all, whatever is deleted. */
export type StorageLevel = 'fine' | 'low' | 'critical' | 'full' | 'nothing';

/** Of the room that the account has, from 0 to 1; more is shown as all of it. */
export const shareOf = (bytes: number, { limitBytes }: StorageView): number =>
  limitBytes > 0 ? Math.min(1, bytes / limitBytes) : 1;

export function levelOf(storage: StorageView): StorageLevel {
  if (storage.limitBytes <= 0) return 'nothing';
  const share = shareOf(storage.usedBytes, storage);
  if (share >= 1) return 'full';
  if (share >= criticalShare) return 'critical';
  return share >= lowShare ? 'low' : 'fine';
}
