import { Refusal } from '../../protocol/codes.ts';
import type { Peer } from '../../media/peer.ts';
import type { MeetingMedia } from '../../media/meeting-media.ts';
import type { Connection, SeatOf } from '../connection.ts';
import { seatOf } from '../context.ts';
import type { Context, Handlers } from '../context.ts';

/** @throws Refusal media-stale when media has to be opened (again) first */
function mediaOf(context: Context): { media: MeetingMedia; peer: Peer } {
  const { meeting: live, participantId } = seatOf(context);
  const media = live.media.current;
  const peer = media?.peer(participantId);
  if (!media || !peer) throw new Refusal('media-stale', 'Open media first.');
  return { media, peer };
}

/** By this page, also if it was preparing and has connected meanwhile, or by a newer one of the same person. */
function isStillHeld({ meeting, participantId }: SeatOf, { seat }: Connection): boolean {
  const isHeldHere = seat?.meeting === meeting && seat.participantId === participantId;
  return isHeldHere || meeting.connectionOf(participantId) !== null;
}

export const mediaHandlers: Pick<
  Handlers,
  | 'media:open'
  | 'media:connect'
  | 'media:restart-ice'
  | 'media:produce'
  | 'media:pause'
  | 'media:close'
  | 'media:consume'
  | 'media:resume'
  | 'media:layers'
> = {
  'media:open': async (context) => {
    const seat = seatOf(context);
    const media = await seat.meeting.media.get();
    const opening = await media.open(seat.participantId);
    // The seat may have been given up while transports were made: leave nothing behind.
    if (!isStillHeld(seat, context.connection)) media.closePeer(seat.participantId);
    return opening;
  },

  'media:connect': async (context, { transportId, dtlsParameters }) => {
    await mediaOf(context).peer.connect(transportId, {
      fingerprints: dtlsParameters.fingerprints as Parameters<Peer['connect']>[1]['fingerprints'],
      ...(dtlsParameters.role ? { role: dtlsParameters.role } : {}),
    });
    return {};
  },

  'media:restart-ice': async (context, { transportId }) => {
    const iceParameters = await mediaOf(context).peer.restartIce(transportId);
    return { iceParameters: { ...iceParameters } };
  },

  'media:produce': async (context, { transportId, source, rtpParameters, paused }) => {
    const { participantId } = seatOf(context);
    const { media, peer } = mediaOf(context);
    const producer = await peer.produce({
      transportId,
      source,
      paused,
      // Its outline is checked; mediasoup checks the rest and says what is wrong.
      rtpParameters: rtpParameters as Parameters<Peer['produce']>[0]['rtpParameters'],
    });
    if (source === 'microphone') await media.watchVoice(participantId, producer);
    return { producerId: producer.id };
  },

  'media:pause': async (context, { producerId, paused }) => {
    await mediaOf(context).peer.pauseProducer(producerId, paused);
    return {};
  },

  'media:close': async (context, { producerId }) => {
    mediaOf(context).peer.closeProducer(producerId);
    return {};
  },

  'media:consume': async (context, { producerIds, rtpCapabilities }) => {
    const { meeting: live, participantId } = seatOf(context);
    const allowed = live.consumable(participantId, producerIds);
    const capabilities = rtpCapabilities as Parameters<Peer['consume']>[1];
    return { consumers: await mediaOf(context).peer.consume(allowed, capabilities) };
  },

  'media:resume': async (context, { consumerIds, paused }) => {
    const { meeting: live, participantId, preparing } = seatOf(context);
    const isPresent = !preparing && live.meeting.participant(participantId).standing === 'present';
    if (!paused && !isPresent) {
      throw new Refusal('not-allowed', 'Nobody sees or hears a meeting before being in it.');
    }
    const { peer } = mediaOf(context);
    if (paused) await peer.pauseConsumers(consumerIds);
    else await peer.resumeConsumers(consumerIds, live.sentByPresent());
    return {};
  },

  'media:layers': async (context, { consumerId, spatial, temporal }) => {
    await mediaOf(context).peer.preferLayers(consumerId, spatial, temporal);
    return {};
  },
};
