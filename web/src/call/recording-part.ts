import type * as inCall from '../recording/in-call/index.ts';

/** Recording in a call, which is fetched for whoever may record, and for everybody once it is announced. */
export type RecordingPart = typeof inCall;
