import { expect } from 'vitest';
import { newId } from '../../meeting/identity.ts';
import type { Input } from '../../protocol/requests.ts';
import type { Page } from '../kit/client.ts';
import { seesRecording } from '../kit/recording.ts';
import { dtls, opus } from '../kit/rtp.ts';
import type { Scene } from './socket-scene.ts';

type Make = (scene: Scene, sender: Page) => Promise<object>;

const nothing: Make = async () => ({});
const invited = async ({ host }: Scene) => host.request('invitation:create', {});
/** So that there is something to press. */
const recording: Make = async ({ host }) => {
  await host.request('recording:start', { kind: 'audio' });
  await seesRecording(host, 'on');
  return {};
};
const pausedRecording: Make = async (scene, sender) => {
  await recording(scene, sender);
  await scene.host.request('recording:pause', {});
  return {};
};
const produced = (transportId: string) => ({
  transportId,
  source: 'microphone',
  paused: false,
  rtpParameters: opus(),
});

/** For each row of the table what a message that is in order carries; with what it needs to be so. */
export const socketRequests: Readonly<Record<string, Make>> = {
  'number:issue': nothing,
  'number:prepare': async (scene) => ({ number: await scene.waitingNumber() }),
  'number:release': nothing,
  'number:connect': async (scene) => ({ number: await scene.waitingNumber() }),
  'room:open': nothing,
  'desk:watch': nothing,
  'presence:set': async () => ({ presence: 'away' }),
  'room:ask': async ({ number }) => ({ number, name: '田中' }),
  'invitation:look': async (scene) => ({ token: (await invited(scene)).token }),
  'invitation:accept': async (scene) => ({ token: (await invited(scene)).token, name: '田中' }),
  // Whoever has the token is the guest: that is what it is for (C7).
  'seat:resume': async ({ guest }) => ({ resumeToken: guest.resumeToken }),
  'seat:resume?as the host': async ({ meetingId }) => ({ meetingId }),
  'meeting:snapshot': nothing,
  'meeting:leave': nothing,
  'meeting:end': nothing,

  'guest:admit': async (scene) => ({ participantId: (await scene.page('knocker')).self }),
  'guest:refuse': async (scene) => ({ participantId: (await scene.page('knocker')).self }),
  'guest:remove': async ({ guest }) => ({ participantId: guest.self }),
  'participant:update': async () => ({ microphone: 'off' }),
  'invitation:create': nothing,
  'invitation:revoke': async (scene) => ({ invitationId: (await invited(scene)).invitation.id }),
  'chat:send': async () => ({ id: newId(), text: 'よろしくお願いします' }),

  'document:show': async (scene) => ({ documentId: await scene.hostsDocument() }),
  'document:turn': async (scene) => ({ documentId: await scene.shown(), page: 2 }),
  'document:turn?a guest’s': async (scene) => ({ documentId: await scene.shownByGuest(), page: 2 }),
  'document:close': async (scene) => ({ documentId: await scene.shown() }),
  'document:close?a guest’s': async (scene) => ({ documentId: await scene.shownByGuest() }),
  'document:keep': async (scene) => ({ documentId: await scene.shownByGuest() }),
  'pointer:rest': async (scene) => ({
    place: { documentId: await scene.shown(), page: 1, x: 0.5, y: 0.5 },
  }),
  'offer:make': async (scene) => ({ documentId: await scene.hostsDocument() }),
  'offer:receive': async (scene) => ({ offerId: await scene.offered() }),
  'offer:decline': async (scene) => ({ offerId: await scene.offered() }),

  'recording:start': async () => ({ kind: 'audio' }),
  'recording:decline': nothing,
  'recording:pause': recording,
  'recording:resume': pausedRecording,
  'recording:stop': recording,
  'recording:agree': recording,

  'media:open': nothing,
  'media:connect': async (scene, sender) => ({
    transportId: (await scene.media(sender)).receive,
    dtlsParameters: dtls(),
  }),
  'media:restart-ice': async (scene, sender) => ({ transportId: (await scene.media(sender)).send }),
  'media:produce': async (scene, sender) => produced((await scene.media(sender)).send),
  'media:produce?own': async (scene, sender) => produced((await scene.media(sender)).ownSend),
  'media:pause': async (scene, sender) => ({
    producerId: (await scene.media(sender)).microphone,
    paused: true,
  }),
  'media:close': async (scene, sender) => ({ producerId: (await scene.media(sender)).microphone }),
  'media:consume': async (scene, sender) => {
    const { microphone, rtpCapabilities } = await scene.media(sender);
    return { producerIds: [microphone], rtpCapabilities };
  },
  'media:resume': async (scene, sender) => ({
    consumerIds: [(await scene.media(sender)).consumerId],
    paused: false,
  }),
  'media:layers': async (scene, sender) => ({
    consumerId: (await scene.media(sender)).consumerId,
    spatial: 0,
    temporal: 0,
  }),
};

const isStillShown = async ({ guest }: Scene) => {
  const { shown } = await guest.request('meeting:snapshot', {});
  expect(shown).not.toBeNull();
};

/** That what others have done to it has changed nothing, where that can be seen. */
export const proofs: Readonly<Record<string, (scene: Scene, input: object) => Promise<void>>> = {
  'document:close': isStillShown,
  'document:close?a guest’s': isStillShown,
  'media:close': async ({ host }, input) => {
    // Of one that is closed this is refused.
    const { producerId } = input as Input<'media:close'>;
    await host.request('media:pause', { producerId, paused: false });
  },
};
