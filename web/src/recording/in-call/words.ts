import type { RecordingView } from '../../../../sfu/protocol/recording.ts';
import { failureText } from '../../i18n/index.ts';
import { r } from '../../i18n/recording.ts';
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
      const reason = view.host && view.problem && failureText({ code: view.problem, details: {} });
      return reason ? [r().problem.lead, reason] : [r().problem.lead];
    }
  }
}
