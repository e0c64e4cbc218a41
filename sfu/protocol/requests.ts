import { z } from 'zod';
import { bannerKey } from './banner.ts';
import type { ErrorCode } from './codes.ts';
import { chosenPresence, deskView, originPage } from './desk.ts';
import { pointerPlace } from './documents.ts';
import { consumerOptions, dtlsParameters, mediaOpening, rtpCapabilities, rtpParameters } from './media.ts';
import { recordingKind } from './recording.ts';
import { id, mediaId, organizationId, personName, secret, typedNumber } from './values.ts';
import { chatMessage, deviceState, invitationView, mediaSource, role, snapshot } from './view.ts';

/**
 * Who may send a request.
 * - `anyone`: every page that reached the server;
 * - `rep`: somebody signed in to the dashboard;
 * - `seat`: whoever holds a seat in a meeting, also while waiting or knocking, also a rep who prepares;
 * - `present`: whoever has a tile;
 * - `host`: the rep who runs the meeting, present.
 */
export type Sender = 'anyone' | 'rep' | 'seat' | 'present' | 'host';

/** A place in a meeting. The resume token brings its holder back, whatever broke (C7). */
export const seat = z.object({ role, resumeToken: secret, snapshot });

const nothing = z.object({});
const pageNumber = z.number().int().min(1).max(100_000);

function request<I extends z.ZodType, O extends z.ZodType>(from: Sender, input: I, output: O) {
  return { from, input, output };
}

/** Every request, with who may send it, what it carries and what is answered. */
export const requests = {
  // numbers and joining
  // through a banner (B4), its organisation counts; the origin is the page the customer came from
  'number:issue': request(
    'anyone',
    z.object({
      organization: organizationId.optional(),
      banner: bannerKey.optional(),
      origin: originPage.nullish(),
    }),
    seat,
  ),
  'number:prepare': request(
    'rep',
    z.object({ number: typedNumber }),
    z.object({ meetingId: id, guestName: z.string() }),
  ),
  'number:release': request('rep', nothing, nothing),
  'number:connect': request('rep', z.object({ number: typedNumber }), seat),
  'room:open': request('rep', nothing, seat),
  // the desk (B1): from the answer on, this page is told by whispers who waits and who is there
  'desk:watch': request('rep', nothing, deskView),
  'presence:set': request('rep', z.object({ presence: chosenPresence }), nothing),
  'room:ask': request('anyone', z.object({ number: typedNumber, name: personName }), seat),
  'invitation:look': request(
    'anyone',
    z.object({ token: secret }),
    z.object({ meetingId: id, hostName: z.string(), organizationName: z.string().nullable() }),
  ),
  'invitation:accept': request('anyone', z.object({ token: secret, name: personName }), seat),
  'seat:resume': request(
    'anyone',
    z.union([z.object({ resumeToken: secret }), z.object({ meetingId: id })]),
    seat,
  ),
  'meeting:snapshot': request('seat', nothing, snapshot),
  'meeting:leave': request('seat', nothing, nothing),
  'meeting:end': request('host', nothing, nothing),
  // people
  'guest:admit': request('host', z.object({ participantId: id }), nothing),
  'guest:refuse': request('host', z.object({ participantId: id }), nothing),
  'guest:remove': request('host', z.object({ participantId: id }), nothing),
  'participant:update': request(
    'seat',
    z.object({
      microphone: deviceState.optional(),
      camera: deviceState.optional(),
      speaker: z.enum(['on', 'off']).optional(),
    }),
    nothing,
  ),
  'invitation:create': request(
    'host',
    nothing,
    z.object({ invitation: invitationView, token: secret, path: z.string() }),
  ),
  'invitation:revoke': request('host', z.object({ invitationId: id }), nothing),
  // chat; the sender makes the ID, so that a message sent again after a broken line stands there once
  'chat:send': request('present', z.object({ id, text: z.string().max(8_000) }), chatMessage),
  // documents (D3, D5): own ones are shown; whoever shows turns the pages
  'document:show': request('present', z.object({ documentId: id, page: pageNumber.default(1) }), nothing),
  'document:turn': request('present', z.object({ documentId: id, page: pageNumber }), nothing),
  'document:close': request('present', z.object({ documentId: id }), nothing),
  // D7: the rep gets a copy of what a guest has brought
  'document:keep': request('host', z.object({ documentId: id }), nothing),
  // D4: where a pointer has come to rest, or that it has left; its moves are presence
  'pointer:rest': request('present', z.object({ place: pointerPlace.nullable() }), nothing),
  // D6: offered to everybody else who is present; the path serves the original for a few minutes
  'offer:make': request('present', z.object({ documentId: id }), z.object({ offerId: id })),
  'offer:receive': request('present', z.object({ offerId: id }), z.object({ path: z.string() })),
  'offer:decline': request('present', z.object({ offerId: id }), nothing),
  // recording (R1, R4); asked again for what is so already, each does nothing
  'recording:start': request('host', z.object({ kind: recordingKind }), nothing),
  'recording:decline': request('host', nothing, nothing),
  'recording:pause': request('host', nothing, nothing),
  'recording:resume': request('host', nothing, nothing),
  'recording:stop': request('host', nothing, nothing),
  // who came while it was on agrees; who does not, leaves
  'recording:agree': request('present', nothing, nothing),
  // media
  'media:open': request('seat', nothing, mediaOpening),
  'media:connect': request('seat', z.object({ transportId: mediaId, dtlsParameters }), nothing),
  'media:restart-ice': request(
    'seat',
    z.object({ transportId: mediaId }),
    z.object({ iceParameters: z.looseObject({}) }),
  ),
  'media:produce': request(
    'seat',
    z.object({ transportId: mediaId, source: mediaSource, rtpParameters, paused: z.boolean() }),
    z.object({ producerId: mediaId }),
  ),
  'media:pause': request('seat', z.object({ producerId: mediaId, paused: z.boolean() }), nothing),
  'media:close': request('seat', z.object({ producerId: mediaId }), nothing),
  'media:consume': request(
    'seat',
    z.object({ rtpCapabilities, producerIds: z.array(mediaId).min(1).max(16) }),
    z.object({ consumers: z.array(consumerOptions) }),
  ),
  'media:resume': request(
    'seat',
    z.object({ consumerIds: z.array(mediaId).min(1).max(16), paused: z.boolean() }),
    nothing,
  ),
  'media:layers': request(
    'seat',
    z.object({
      consumerId: mediaId,
      spatial: z.number().int().min(0).max(3),
      temporal: z.number().int().min(0).max(3),
    }),
    nothing,
  ),
} as const;

export type Requests = typeof requests;
export type RequestName = keyof Requests;
/** What a sender may write; the gateway turns it into `Checked`. */
export type Input<N extends RequestName> = z.input<Requests[N]['input']>;
export type Checked<N extends RequestName> = z.output<Requests[N]['input']>;
export type Output<N extends RequestName> = z.infer<Requests[N]['output']>;
export type Seat = z.infer<typeof seat>;

/** Every request is answered, with one of these two. */
export type Answer<N extends RequestName> =
  | { ok: true; value: Output<N> }
  | { ok: false; code: ErrorCode; message: string; details?: Readonly<Record<string, string | number>> };
