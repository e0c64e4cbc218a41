import { limits } from '../../../../sfu/protocol/limits.ts';
import type { RecordingKind, RecordingView } from '../../../../sfu/protocol/recording.ts';
import { failureText } from '../../i18n/index.ts';
import { r } from '../../i18n/recording.ts';
import type { Failure } from '../../session/api.ts';
import { levelOf } from '../history/storage-level.ts';
import type { Change } from './telling.svelte.ts';

/** What has happened, in a line. */
export function headingOf(change: Change, { kind }: RecordingView): string {
  switch (change) {
    case 'announced':
      return r().notice.startsNow[kind];
    case 'began':
      return r().notice.began[kind];
    case 'running':
      return r().notice.running[kind];
    case 'changed':
      return r().notice.changed[kind];
    case 'paused':
      return r().notice.paused[kind];
    case 'resumed':
      return r().notice.resumed[kind];
    case 'stopped':
      return r().notice.stopped[kind];
    case 'failed':
      return r().problem.heading[kind];
  }
}

/** What it means for who reads it. */
export function moreOf(change: Change, view: RecordingView): string[] {
  switch (change) {
    case 'announced':
    case 'began':
    case 'running':
    case 'changed':
      return view.host ? [r().notice.content[view.kind]] : [r().notice.content[view.kind], r().notice.wayOut];
    case 'paused':
      return [r().notice.pausedMore];
    case 'resumed':
      return [];
    case 'stopped':
      return [view.host && view.recordedMs > 0 ? r().notice.kept : r().notice.stoppedMore];
    case 'failed': {
      // Why, and what to do, is the host's business.
      const reason = view.host && view.problem && problemText({ code: view.problem, details: {} }, view);
      return reason ? [r().problem.lead, reason] : [r().problem.lead];
    }
  }
}

/** What is wrong and what to do. Where there is no room at all, it does not help to delete anything. */
export function problemText(failure: Failure, { host }: RecordingView): string {
  const hasNone = host !== null && levelOf(host.storage) === 'nothing';
  return failure.code === 'recording-quota' && hasNone ? r().storage.nothing : failureText(failure);
}

/** @param to what is recorded instead from here on */
export function changeLead(to: RecordingKind, isPaused: boolean): string {
  if (isPaused) return r().panel.changeLead.paused;
  return to === 'audio'
    ? r().panel.changeLead.audio
    : r().panel.changeLead.video(limits.recordingNoticeMs / 1_000);
}
