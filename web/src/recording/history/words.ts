import type { RecordedMeeting, RecordingEntry } from '../../../../sfu/protocol/recording.ts';
import { h } from '../../i18n/history.ts';
import type { HistoryTexts } from '../../i18n/history-ja.ts';
import { failureText, t } from '../../i18n/index.ts';
import type { Failure } from '../../session/api.ts';

/** What is called how in the history. */

/** Such as 録画, or 録画 第2部 where there are several. */
export function recordingName(
  { kind, part }: Pick<RecordingEntry, 'kind' | 'part'>,
  { recordings }: { recordings: readonly unknown[] },
): string {
  const isOnly = part === 1 && recordings.length === 1;
  return isOnly ? h().kind[kind] : h().part(h().kind[kind], part);
}

/** Who else was there; お客様 for who has given no name. */
export function guestNames({ people }: Pick<RecordedMeeting, 'people'>): string {
  const names = people.filter(({ role }) => role === 'guest').map(({ name }) => name || t().common.guest);
  return names.length > 0 ? names.join(h().meeting.comma) : h().meeting.noGuest;
}

export const hostName = ({ people }: Pick<RecordedMeeting, 'people'>): string | null =>
  people.find(({ role }) => role === 'host')?.name || null;

/** What is wrong and what to do, in the words of the history where it has some. */
export function reason({
  code,
  details = {},
}: {
  code: Failure['code'];
  details?: Failure['details'];
}): string {
  return isOwn(code) ? h().reasons[code] : failureText({ code, details });
}

/** Why there is nothing to play, and whether there will be. */
export function whyFailed({ failure }: RecordingEntry): string {
  const why = reason({ code: failure ?? 'recording-failed' });
  return failure === 'recording-lost' ? why : `${why} ${h().kept}`;
}

const isOwn = (code: string): code is keyof HistoryTexts['reasons'] => Object.hasOwn(h().reasons, code);
