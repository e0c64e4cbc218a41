import type { MeetingMedia } from '../media/meeting-media.ts';
import type { Meeting } from '../meeting/meeting.ts';
import type { Participant } from '../meeting/participant.ts';
import type { Scene } from '../protocol/recorder.ts';
import type { RecordingKind } from '../protocol/recording.ts';
import type { MediaSource } from '../protocol/view.ts';

/** What recording needs of a meeting that runs. */
export interface RecordableMeeting {
  readonly id: string;
  /** To look at only. */
  readonly meeting: Meeting;
  readonly media: { readonly current: MeetingMedia | null };
  /** Whether there is a page that can be told something, or one on its way. */
  isConnected(participantId: string): boolean;
  /** False while the line is lost and being restored. */
  isOnLine(participantId: string): boolean;
  change<T>(act: (meeting: Meeting, now: number) => T): Promise<T>;
  /** The host's space is another one: they are told. */
  storageChanged(): Promise<void>;
}

/** What should be recorded of a meeting now. */
export type Wanted = {
  captureId: string;
  kind: RecordingKind;
  /** Null only where a defect has lost the host; nothing can be kept then. */
  accountId: string | null;
  /** False while it is paused, and while nobody who may be recorded is on the line. */
  isRunning: boolean;
  scene: Scene;
  /** By the producer's ID. */
  streams: ReadonlyMap<string, { participantId: string; source: MediaSource }>;
};

const audible: ReadonlySet<MediaSource> = new Set(['microphone', 'screen-audio']);

/**
 * Reads off a meeting what should be recorded of it: nothing of whoever has not been told or agreed, neither their
 * face, voice and screen nor their name, nor a document of theirs.
 *
 * @param before what was wanted until now: who shares a screen keeps their place in the order of beginning
 * @returns null while nothing is recorded, or is announced only
 */
export function wantedOf(live: RecordableMeeting, before: Wanted | null): Wanted | null {
  const { recording, facts, present } = live.meeting;
  const { captureId, kind, state } = recording;
  if (captureId === null || (state !== 'on' && state !== 'paused')) return null;
  const people = present.filter((each) => recording.consentOf(each) === 'given');
  const streams = new Map<string, { participantId: string; source: MediaSource }>();
  for (const { id: participantId } of people) {
    for (const { id, source } of live.media.current?.peer(participantId)?.producers ?? []) {
      if (kind === 'video' || audible.has(source)) streams.set(id, { participantId, source });
    }
  }
  return {
    captureId,
    kind,
    accountId: facts.hostAccountId,
    isRunning: state === 'on' && people.some(({ id }) => live.isOnLine(id)),
    scene: {
      people: people.map(({ id, name, role, microphone, camera }) => ({
        participantId: id,
        name,
        role,
        microphone,
        camera,
        isConnected: live.isOnLine(id),
      })),
      shown: shownOf(live.meeting),
      screens: inOrder(
        [...streams.values()].flatMap((each) => (each.source === 'screen' ? [each.participantId] : [])),
        before?.scene.screens ?? [],
      ),
    },
    streams,
  };
}

/**
 * Whoever brought it must have agreed, also when they have left since and the host turns its pages; of what nobody
 * has brought, whoever shows it.
 */
function shownOf({ stage, participants, recording }: Meeting): Scene['shown'] {
  const { shown } = stage;
  if (!shown) return null;
  const brought = stage.brought.find((each) => each.documentId === shown.documentId);
  const ownerId = brought?.participantId ?? shown.shownBy;
  const isGiven = (who: Participant | undefined) => who && recording.consentOf(who) === 'given';
  if (!isGiven(participants.find(({ id }) => id === ownerId))) return null;
  const { documentId, version, title, page, pages } = shown;
  return { documentId, version, title, page, pages };
}

function inOrder(now: readonly string[], before: readonly string[]): string[] {
  return [...new Set([...before.filter((id) => now.includes(id)), ...now])];
}
