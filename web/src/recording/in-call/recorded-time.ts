import type { RecordingView } from '../../../../sfu/protocol/recording.ts';

const secondMs = 1_000;

/** How much is recorded by now, in milliseconds. */
export function recordedMs({ state, recordedMs: then, at }: RecordingView, now: number): number {
  return state === 'on' ? then + Math.max(0, now - at) : then;
}

/** Whole seconds until what is announced begins; 0: any moment now. */
export function secondsUntil({ startsAt }: RecordingView, now: number): number {
  return startsAt === null ? 0 : Math.max(0, Math.ceil((startsAt - now) / secondMs));
}
