import type { MeetingRecord, OfferRecord, ParticipantRecord } from '../meeting/records.ts';
import type { LogWrite } from './organization-log.ts';

/** What is written down of meetings (A6). Pure. */

/** What has been done between two states of a meeting; before it began, there was none. Without an organisation: nothing. */
export function actsBetween(before: MeetingRecord | null, after: MeetingRecord): LogWrite[] {
  const { organizationId, id: meetingId } = after;
  if (organizationId === null) return [];
  const host = after.participants.find(({ role }) => role === 'host');
  const acts = [
    ...(isNewly(before, after, hasBegun) ? [by(host, 'meeting-started', guestsOf(before, after))] : []),
    ...recordingActs(before, after, host),
    ...documentActs(before, after),
    ...(hasBegun(after) && isNewly(before, after, hasEnded)
      ? [by(host, 'meeting-ended', guestsOf(before, after))]
      : []),
  ];
  return acts.map((act) => ({ organizationId, meetingId, ...act }));
}

/** Somebody has said something in a meeting. */
export function chatAct(
  { organizationId, id: meetingId }: Pick<MeetingRecord, 'organizationId' | 'id'>,
  who: Pick<ParticipantRecord, 'name' | 'accountId'>,
  text: string,
): LogWrite[] {
  return organizationId === null ? [] : [{ organizationId, meetingId, ...by(who, 'chat-sent', text) }];
}

type Act = Pick<LogWrite, 'act' | 'accountId' | 'actor' | 'subject'>;

function by(
  who: Pick<ParticipantRecord, 'name' | 'accountId'> | undefined,
  act: LogWrite['act'],
  subject: string,
): Act {
  return { act, accountId: who?.accountId ?? null, actor: who?.name ?? '', subject };
}

function recordingActs(
  before: MeetingRecord | null,
  after: MeetingRecord,
  host: ParticipantRecord | undefined,
): Act[] {
  const was = before && isRecorded(before) ? before.recording.kind : null;
  const is = isRecorded(after) ? after.recording.kind : null;
  if (was === is) return [];
  return [
    ...(was ? [by(host, 'recording-stopped', was)] : []),
    ...(is ? [by(host, 'recording-started', is)] : []),
  ];
}

function documentActs(before: MeetingRecord | null, after: MeetingRecord): Act[] {
  const acts: Act[] = [];
  const find = (participantId: string) => after.participants.find(({ id }) => id === participantId);
  const { shown } = after.stage;
  if (shown && shown.documentId !== before?.stage.shown?.documentId) {
    acts.push(by(find(shown.shownBy), 'document-shown', shown.title));
  }
  for (const offer of after.stage.offers) {
    const known = before?.stage.offers.find(({ id }) => id === offer.id);
    // Offered again, it has another time.
    if (known?.at !== offer.at) {
      acts.push(by(find(offer.offeredBy), 'document-handed-over', offer.fileName));
    }
    for (const { participantId } of takenSince(known, offer)) {
      acts.push(by(find(participantId), 'document-taken', offer.fileName));
    }
  }
  return acts;
}

function takenSince(before: OfferRecord | undefined, after: OfferRecord) {
  const had = new Set(before?.recipients.filter(isTaken).map(({ participantId }) => participantId));
  return after.recipients.filter((each) => isTaken(each) && !had.has(each.participantId));
}

const isTaken = ({ state }: OfferRecord['recipients'][number]) => state === 'taken';

/** Somebody is face to face, or was. */
const hasBegun = ({ startedAt }: MeetingRecord) => startedAt !== null;
const hasEnded = ({ state }: MeetingRecord) => state === 'ended';
/** A pause is no end. */
const isRecorded = ({ recording: { state } }: MeetingRecord) => state === 'on' || state === 'paused';

function isNewly(
  before: MeetingRecord | null,
  after: MeetingRecord,
  is: (meeting: MeetingRecord) => boolean,
): boolean {
  return is(after) && !(before && is(before));
}

/** Who came in; whoever was at the door to the end has not, and whoever has given no name is not named. */
function guestsOf(before: MeetingRecord | null, { participants }: MeetingRecord): string {
  const atDoor = new Set(
    [...(before?.participants ?? []), ...participants]
      .filter(({ standing }) => standing === 'knocking')
      .map(({ id }) => id),
  );
  return participants
    .filter(({ id, role, name }) => role === 'guest' && !atDoor.has(id) && name !== '')
    .map(({ name }) => name)
    .join('、');
}
