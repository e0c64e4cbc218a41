import { EventEmitter } from 'node:events';
import { expect, test } from 'vitest';
import { KeyframeRequests } from './keyframe-requests.ts';
import { Peer } from './peer.ts';

type Given = ConstructorParameters<typeof Peer>;

/** As much of mediasoup as making and resuming consumers needs. */
function scene() {
  const resumed: string[] = [];
  const transport = () =>
    Object.assign(new EventEmitter(), {
      setMaxIncomingBitrate: async () => undefined,
      consume: async ({ producerId }: { producerId: string }) => ({
        id: `consumer of ${producerId}`,
        producerId,
        kind: 'audio',
        rtpParameters: {},
        observer: new EventEmitter(),
        resume: async () => void resumed.push(producerId),
      }),
    });
  const router = { createWebRtcTransport: async () => transport(), canConsume: () => true };
  const events = { producersChanged: () => undefined, lineChanged: () => undefined };
  return {
    resumed,
    peer: new Peer(
      router as unknown as Given[0],
      null as unknown as Given[1],
      new KeyframeRequests(),
      events,
    ),
  };
}

test('of what was made ready, only what comes from those who are there is let flow', async () => {
  const { peer, resumed } = scene();
  await peer.open();
  const consumers = await peer.consume(['rep', 'another rep'], {});
  const consumerIds = [...consumers.map(({ id }) => id), 'nobody’s'];
  await peer.resumeConsumers(consumerIds, new Set(['rep', 'somebody else']));
  expect(resumed).toEqual(['rep']);
});
