import { ask, failureIn } from '../../documents/http.ts';
import type { Failure } from '../../session/api.ts';

/** What is done with recordings, and who is warned of the space they take, over HTTP. Every function answers; none throws. */

/** For good. */
export const removeRecording = (id: string): Promise<Failure | null> =>
  failureIn(ask('DELETE', `/api/recordings/${id}`));

/** Begins with the MP4 copy; how far it is stands in the list. */
export const makeMp4 = (id: string): Promise<Failure | null> =>
  failureIn(ask('POST', `/api/recordings/${id}/mp4`));

/** Ends the making of the copy; one that is made stays until its day is over. */
export const dropMp4 = (id: string): Promise<Failure | null> =>
  failureIn(ask('DELETE', `/api/recordings/${id}/mp4`));

/** @param mail null: no warnings by mail */
export const changeMail = (mail: string | null): Promise<Failure | null> =>
  failureIn(ask('PUT', '/api/account/mail', { body: { mail } }));

/** Where a recording is played from and, with `download`, saved from. */
export const files = {
  webm: (id: string) => `/api/recordings/${id}/file`,
  mp4: (id: string) => `/api/recordings/${id}/mp4`,
  /** The day in the file's name is that of where the rep is. */
  download: (path: string) => `${path}?${new URLSearchParams({ download: '1', tz: timeZone() }).toString()}`,
} as const;

const timeZone = () => Intl.DateTimeFormat().resolvedOptions().timeZone;
