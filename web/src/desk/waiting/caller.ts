import type { WaitingCaller } from '../../../../sfu/protocol/desk.ts';
import { d } from '../../i18n/desk.ts';
import { failureText, t } from '../../i18n/index.ts';
import type { Failure } from '../../session/api.ts';

/** How one who waits is shown. */

const minuteMs = 60_000;

/** Whole minutes; a clock that is slow makes nobody wait less than none. */
export const waitedMinutes = (since: number, now: number): number =>
  Math.max(0, Math.floor((now - since) / minuteMs));

export const callerName = ({ name }: Pick<WaitingCaller, 'name'>): string => name || t().common.guest;

/** Why somebody in the list could not be taken: no number was typed that could be wrong. */
export function notTaken(failure: Failure): string {
  if (failure.code === 'number-taken') return d().waiting.taken;
  if (failure.code === 'number-expired' || failure.code === 'number-unknown') return d().waiting.gone;
  return failureText(failure);
}

/** As it is spoken on the telephone: 12 345. */
export const spacedNumber = (number: string): string => number.replace(/^(\d{2})(\d{3})$/, '$1 $2');

/**
 * The page that somebody came from, as people write addresses: www.acme.example/商品. Signs that could turn the rest of
 * the line around are left as they were sent.
 *
 * @returns '' where it is not known
 */
export function shownOrigin(origin: string | null): string {
  if (origin === null) return '';
  const bare = origin.replace(/^https?:\/\//, '').replace(/\/$/, '');
  try {
    const read = decodeURI(bare);
    return /[\p{C}\p{Z}]/u.test(read) ? bare : read;
  } catch {
    return bare;
  }
}
