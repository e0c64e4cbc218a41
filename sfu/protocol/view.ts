import { z } from 'zod';
import { broughtDocument, offerView, shownDocument } from './documents.ts';
import { recordingView } from './recording.ts';
import { id, mediaId } from './values.ts';

/** How a meeting looks to the people in it. Everything here may be read by every participant. */

export const role = z.enum(['host', 'guest']);

/**
 * Where a person stands: `waiting` with a number that no rep has taken yet, `knocking` at a room until the
 * host lets them in, `present` with a tile, or `gone`.
 */
export const standing = z.enum(['waiting', 'knocking', 'present', 'gone']);

/** `none`: there is no such device, or the browser was not allowed to use it. */
export const deviceState = z.enum(['on', 'off', 'none']);

export const mediaSource = z.enum(['microphone', 'camera', 'screen', 'screen-audio']);

export const producerView = z.object({ id: mediaId, source: mediaSource });

export const participantView = z.object({
  id,
  role,
  name: z.string(),
  standing,
  /** `restoring`: the server has no line to this person at the moment; the last picture stays, dimmed. */
  line: z.enum(['connected', 'restoring']),
  microphone: deviceState,
  camera: deviceState,
  speaker: z.enum(['on', 'off']),
  /** What can be consumed from this person now; empty while they are not present. */
  producers: z.array(producerView),
  joinedAt: z.number(),
});

export const chatMessage = z.object({
  id,
  participantId: id,
  name: z.string(),
  text: z.string(),
  /** Milliseconds since 1970. */
  at: z.number(),
});

export const leaveReason = z.enum(['left', 'lost', 'removed', 'refused', 'ended']);

export const endReason = z.enum(['ended-by-host', 'abandoned', 'expired', 'cancelled']);

export const invitationView = z.object({ id, expiresAt: z.number(), revoked: z.boolean(), uses: z.number() });

export const snapshot = z.object({
  meetingId: id,
  /** Where this seat's sequence of notices stands; the next notice carries one more. */
  revision: z.number().int(),
  state: z.enum(['waiting', 'live', 'ended']),
  connectionNumber: z.string().nullable(),
  /** When the number stops being valid if nobody connects; null once somebody has. */
  numberExpiresAt: z.number().nullable(),
  organizationName: z.string().nullable(),
  startedAt: z.number().nullable(),
  endReason: endReason.nullable(),
  /** Changes when the media of a meeting had to be made anew (worker or server replaced). */
  mediaEpoch: z.string(),
  self: id,
  participants: z.array(participantView),
  chat: z.array(chatMessage),
  shown: shownDocument.nullable(),
  /** Those that this person has made or got. */
  offers: z.array(offerView),
  /** For the host only; empty for guests. */
  brought: z.array(broughtDocument),
  /** Null before somebody is present. */
  recording: recordingView.nullable(),
  /** For the host only; empty for guests. */
  invitations: z.array(invitationView),
  /** The server's clock when this was written, for showing durations. */
  now: z.number(),
});

export type Role = z.infer<typeof role>;
export type Standing = z.infer<typeof standing>;
export type DeviceState = z.infer<typeof deviceState>;
export type MediaSource = z.infer<typeof mediaSource>;
export type ProducerView = z.infer<typeof producerView>;
export type ParticipantView = z.infer<typeof participantView>;
export type ChatMessage = z.infer<typeof chatMessage>;
export type LeaveReason = z.infer<typeof leaveReason>;
export type EndReason = z.infer<typeof endReason>;
export type InvitationView = z.infer<typeof invitationView>;
export type Snapshot = z.infer<typeof snapshot>;
