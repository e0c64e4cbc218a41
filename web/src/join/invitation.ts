import type { Failure } from '../session/api.ts';

/** What the page knows of the invitation that brought somebody here. */
export type Looked =
  | { state: 'looking' }
  | { state: 'known'; meetingId: string; hostName: string; organizationName: string | null }
  /** It could not be found out now, which keeps nobody from trying to join. */
  | { state: 'unknown'; failure: Failure };
