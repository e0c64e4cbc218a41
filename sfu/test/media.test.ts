import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { newId } from '../meeting/identity.ts';
import type { Input } from '../protocol/requests.ts';
import { codeOf } from './kit/client.ts';
import type { Page } from './kit/client.ts';
import { seededRandom } from './kit/random.ts';
import { openDesk } from './kit/rep.ts';
import { capabilities, dtls, opus, sendAll, vp8Simulcast } from './kit/rtp.ts';
import { TestServer } from './kit/server.ts';
import { call, comeByLink, customerWithNumber, say } from './kit/stories.ts';

let server: TestServer;
let workers: number[];

beforeAll(async () => {
  server = await TestServer.start();
  workers = server.workerPids;
});
afterEach(async () => {
  await server.closePages();
  // Whatever was sent: the worker that carries everybody's voice is still the same.
  expect(server.workerPids).toEqual(workers);
});
afterAll(() => server.stop());

const sees = (page: Page, whose: Page, sources: string[]) =>
  page.sees(`${sources.join(' and ') || 'nothing'} of the other`, (view) => {
    const producers = view.of(whose.self)?.producers ?? [];
    return (
      sources.length === producers.length && sources.every((each) => producers.some((p) => p.source === each))
    );
  });

describe('a call', () => {
  test('what one sends the other is told of, and can receive it, pause it and choose its size', async () => {
    const { rep, customer } = await call(server);
    const { microphone, camera } = await sendAll(customer);
    await sees(rep, customer, ['microphone', 'camera']);
    const opening = await rep.request('media:open', {});
    expect(opening.epoch).toBe(rep.view.mediaEpoch);
    await rep.request('media:connect', { transportId: opening.receive.id, dtlsParameters: dtls() });
    const { consumers } = await rep.request('media:consume', {
      producerIds: [microphone, camera],
      rtpCapabilities: capabilities(opening),
    });
    expect(consumers.map(({ producerId, kind }) => [producerId, kind])).toEqual([
      [microphone, 'audio'],
      [camera, 'video'],
    ]);
    const consumerIds = consumers.map(({ id }) => id);
    await rep.request('media:resume', { consumerIds, paused: false });
    await rep.request('media:resume', { consumerIds, paused: true });
    await rep.request('media:layers', { consumerId: consumerIds[1]!, spatial: 0, temporal: 1 });
    await rep.request('media:layers', { consumerId: consumerIds[0]!, spatial: 3, temporal: 3 });
    await customer.request('media:pause', { producerId: camera, paused: true });
    await customer.request('media:pause', { producerId: camera, paused: false });
    await customer.request('media:close', { producerId: camera });
    await sees(rep, customer, ['microphone']);
    expect(await codeOf(customer.request('media:pause', { producerId: camera, paused: true }))).toBe(
      'media-stale',
    );
  });

  test('of a rep who has made ready before connecting: what they send is there at once', async () => {
    const { customer, number } = await customerWithNumber(server);
    await sendAll(customer);
    const rep = await openDesk(server);
    await rep.request('number:prepare', { number });
    const sent = await sendAll(rep);
    // The own voice may be tried; nobody else is there yet.
    const own = await rep.request('media:consume', {
      producerIds: [sent.microphone],
      rtpCapabilities: capabilities(sent.opening),
    });
    expect(own.consumers).toHaveLength(1);
    const { snapshot } = await rep.request('number:connect', { number });
    expect(snapshot.mediaEpoch).toBe(sent.opening.epoch);
    expect(snapshot.participants.map((each) => each.producers.length)).toEqual([2, 2]);
    const told = (await customer.nextWhisper('seat:admitted')).snapshot;
    expect(told.participants.map((each) => each.producers.length)).toEqual([2, 2]);
    expect(told.participants.map((each) => each.line)).toEqual(['connected', 'connected']);
  });

  test('sending the same source again replaces it', async () => {
    const { rep, customer } = await call(server);
    const { opening, camera } = await sendAll(customer);
    const produce = () =>
      customer.request('media:produce', {
        transportId: opening.send.id,
        source: 'camera',
        paused: false,
        rtpParameters: vp8Simulcast(),
      });
    const { producerId } = await produce();
    await rep.sees('the new camera only', (view) => {
      const producers = view.of(customer.self)?.producers ?? [];
      return producers.length === 2 && producers.some(({ id }) => id === producerId);
    });
    expect(await codeOf(customer.request('media:pause', { producerId: camera, paused: true }))).toBe(
      'media-stale',
    );
    await Promise.all([produce(), produce(), produce()]);
    const { participants } = await rep.request('meeting:snapshot', {});
    const sources = participants
      .find(({ id }) => id === customer.self)
      ?.producers.map(({ source }) => source);
    expect(sources?.toSorted()).toEqual(['camera', 'microphone']);
  });

  test('two microphones in the same moment: one stays', async () => {
    const { rep, customer } = await call(server);
    const { send } = await customer.request('media:open', {});
    const produce = () =>
      codeOf(
        customer.request('media:produce', {
          transportId: send.id,
          source: 'microphone',
          paused: false,
          rtpParameters: opus(),
        }),
      );
    const codes = await Promise.all(Array.from({ length: 8 }, produce));
    expect(codes).toContain('accepted');
    expect(codes.every((code) => code === 'accepted' || code === 'media-stale')).toBe(true);
    await sees(rep, customer, ['microphone']);
  });

  test('opening again, on a new line, closes what was there', async () => {
    const { rep, customer } = await call(server);
    const first = await sendAll(customer);
    await sees(rep, customer, ['microphone', 'camera']);
    const second = await customer.request('media:open', {});
    expect(second.epoch).toBe(first.opening.epoch);
    expect(second.send.id).not.toBe(first.opening.send.id);
    await sees(rep, customer, []);
    expect(await codeOf(customer.request('media:restart-ice', { transportId: first.opening.send.id }))).toBe(
      'media-stale',
    );
    const { iceParameters } = await customer.request('media:restart-ice', { transportId: second.send.id });
    expect(iceParameters).not.toEqual(second.send.iceParameters);
  });

  test('two openings in the same moment: the later one holds', async () => {
    const { customer } = await call(server);
    const openings = await Promise.all([1, 2, 3].map(() => customer.request('media:open', {})));
    const codes = await Promise.all(
      openings.map(({ send }) => codeOf(customer.request('media:restart-ice', { transportId: send.id }))),
    );
    expect(codes.filter((code) => code === 'accepted')).toHaveLength(1);
    expect(codes.filter((code) => code === 'media-stale')).toHaveLength(2);
  });

  test('who leaves takes their picture along', async () => {
    const { rep, customer } = await call(server);
    const guest = await comeByLink(server, rep, '鈴木');
    const { microphone } = await sendAll(guest);
    await sees(customer, guest, ['microphone', 'camera']);
    await guest.request('meeting:leave', {});
    await customer.nextNotice('participant:left');
    const opening = await customer.request('media:open', {});
    const { consumers } = await customer.request('media:consume', {
      producerIds: [microphone],
      rtpCapabilities: capabilities(opening),
    });
    expect(consumers).toEqual([]);
  });
});

test('nothing of another meeting can be received, whatever IDs somebody knows', async () => {
  const one = await call(server);
  const other = await call(server);
  const { microphone, camera, opening: theirs } = await sendAll(one.customer);
  const opening = await other.customer.request('media:open', {});
  const { consumers } = await other.customer.request('media:consume', {
    producerIds: [microphone, camera, newId()],
    rtpCapabilities: capabilities(opening),
  });
  expect(consumers).toEqual([]);
  const dtlsParameters = dtls();
  expect(
    await codeOf(other.rep.request('media:connect', { transportId: theirs.send.id, dtlsParameters })),
  ).toBe('media-stale');
  expect(await codeOf(other.customer.request('media:pause', { producerId: microphone, paused: true }))).toBe(
    'media-stale',
  );
  await other.customer.request('media:close', { producerId: microphone });
  await sees(one.rep, one.customer, ['microphone', 'camera']);
});

test('out of order is refused as stale, and a page without a seat has no media', async () => {
  const { customer } = await call(server);
  const transportId = newId();
  const produce = { transportId, source: 'camera', paused: false, rtpParameters: vp8Simulcast() } as const;
  expect(await codeOf(customer.request('media:produce', produce))).toBe('media-stale');
  expect(await codeOf(customer.request('media:connect', { transportId, dtlsParameters: dtls() }))).toBe(
    'media-stale',
  );
  const consume = { producerIds: [newId()], rtpCapabilities: {} };
  expect(await codeOf(customer.request('media:consume', consume))).toBe('media-stale');
  const opening = await customer.request('media:open', {});
  expect(await codeOf(customer.request('media:produce', produce))).toBe('media-stale');
  expect(
    await codeOf(customer.request('media:produce', { ...produce, transportId: opening.receive.id })),
  ).toBe('media-stale');
  expect(await codeOf(customer.request('media:pause', { producerId: newId(), paused: true }))).toBe(
    'media-stale',
  );
  await customer.request('media:resume', { consumerIds: [newId()], paused: false });
  await customer.request('media:layers', { consumerId: newId(), spatial: 0, temporal: 0 });
  await customer.request('media:close', { producerId: newId() });
  const connect = { transportId: opening.send.id, dtlsParameters: dtls() };
  await customer.request('media:connect', connect);
  await customer.request('media:connect', connect);
  const stranger = await server.openPage();
  expect(await codeOf(stranger.request('media:open', {}))).toBe('not-allowed');
  expect(await codeOf(stranger.request('media:consume', consume))).toBe('not-allowed');
});

describe('media parameters that make no sense', () => {
  type Parameters = Input<'media:produce'>['rtpParameters'];
  type Spoil = (parameters: Parameters) => unknown;
  const spoilt = (source: string, parameters: Parameters, spoil: Spoil) => {
    spoil(parameters);
    return { source, parameters };
  };
  const voice = (spoil: Spoil) => spoilt('microphone', opus(), spoil);
  const picture = (spoil: Spoil) => spoilt('camera', vp8Simulcast(), spoil);

  const nonsense: [string, { source: string; parameters: unknown }][] = [
    ['an unknown codec', voice((p) => (p.codecs[0]!.mimeType = 'audio/unknown'))],
    ['no codec name at all', voice((p) => (p.codecs[0]!.mimeType = '🙃'))],
    ['a clock that no codec has', voice((p) => (p.codecs[0]!.clockRate = 2 ** 53 - 1))],
    ['a voice as a picture', { source: 'camera', parameters: opus() }],
    ['a picture as a voice', { source: 'microphone', parameters: vp8Simulcast() }],
    ['no codecs', voice((p) => (p.codecs = []))],
    ['a payload type that cannot be', voice((p) => (p.codecs[0]!.payloadType = 128))],
    ['the same payload type twice', picture((p) => (p.codecs[1]!.payloadType = 96))],
    ['retransmission of nothing', picture((p) => (p.codecs[1]!.parameters = { apt: 5 }))],
    ['retransmission of text', picture((p) => (p.codecs[1]!.parameters = { apt: 'x' }))],
    ['no encodings', voice((p) => (p.encodings = []))],
    ['missing encodings', voice((p) => delete p.encodings)],
    ['an encoding that says nothing', voice((p) => (p.encodings = [{}, {}]))],
    ['a stream number beyond 32 bits', voice((p) => (p.encodings = [{ ssrc: 2 ** 32 }]))],
    ['the same stream twice', picture((p) => (p.encodings = [{ ssrc: 7 }, { ssrc: 7 }]))],
    ['the same size twice', picture((p) => (p.encodings = [{ rid: 'a' }, { rid: 'a' }]))],
    ['a codec by a number that none has', voice((p) => (p.encodings = [{ ssrc: 1, codecPayloadType: 3 }]))],
    ['codec parameters that are objects', voice((p) => (p.codecs[0]!.parameters = { a: { b: [] } }))],
    ['a header extension that nobody knows', voice((p) => (p.headerExtensions = [{ uri: 'x', id: 1 }]))],
    ['layers beyond counting', picture((p) => (p.encodings![0]!.scalabilityMode = 'L99T99'))],
    ['layers in words', picture((p) => (p.encodings![0]!.scalabilityMode = 'many'))],
    ['a bit rate beyond counting', picture((p) => (p.encodings![0]!.maxBitrate = 2 ** 53 - 1))],
    ['nothing', { source: 'camera', parameters: null }],
    ['no source', { source: 'hologram', parameters: opus() }],
  ];

  test.each(nonsense)('%s: answered, and the meeting goes on', async (_, { source, parameters }) => {
    const { rep, customer } = await call(server);
    const opening = await customer.request('media:open', {});
    const answer = (await customer.raw('media:produce', {
      transportId: opening.send.id,
      source,
      paused: false,
      rtpParameters: parameters,
    })) as { ok: boolean; code?: string };
    expect(['bad-request', 'media-parameters', undefined]).toContain(answer.code);
    // Some of it means something to mediasoup after all; then it is a producer like any other.
    const sent = await sendAll(customer);
    await sees(rep, customer, ['microphone', 'camera']);
    const { consumers } = await customer.request('media:consume', {
      producerIds: [sent.microphone, sent.camera],
      rtpCapabilities: capabilities(sent.opening),
    });
    expect(consumers).toHaveLength(2);
  });

  test('the wrong kind of certificate', async () => {
    const { customer } = await call(server);
    const { send } = await customer.request('media:open', {});
    for (const fingerprint of [
      { algorithm: 'md5', value: 'AA' },
      { algorithm: 'sha-256', value: '' },
      { algorithm: '', value: '' },
    ]) {
      const code = await codeOf(
        customer.request('media:connect', {
          transportId: send.id,
          dtlsParameters: { fingerprints: [fingerprint] },
        }),
      );
      expect(['media-parameters', 'accepted', 'bad-request']).toContain(code);
    }
    const { send: next } = await customer.request('media:open', {});
    await customer.request('media:connect', { transportId: next.id, dtlsParameters: dtls() });
  });

  test('a browser that can receive nothing receives nothing', async () => {
    const { rep, customer } = await call(server);
    const { microphone, camera } = await sendAll(rep);
    await customer.request('media:open', {});
    for (const rtpCapabilities of [
      {},
      { codecs: [] },
      { codecs: [{ kind: 'audio', mimeType: 'audio/opus', clockRate: 1 }] },
      { codecs: [{ kind: 'audio', mimeType: 'nonsense', clockRate: 48_000 }] },
      { codecs: [{ kind: 'video', mimeType: 'video/VP8', clockRate: 90_000, preferredPayloadType: 1 }] },
    ] as Input<'media:consume'>['rtpCapabilities'][]) {
      const answer = (await customer.raw('media:consume', {
        producerIds: [microphone],
        rtpCapabilities,
      })) as {
        ok: boolean;
        code?: string;
        value?: unknown;
      };
      expect(answer.ok ? answer.value : answer.code).toEqual(
        answer.ok ? { consumers: [] } : 'media-parameters',
      );
    }
    expect(camera).toBeTruthy();
  });
});

test('hundreds of messages of random nonsense crash nothing and change nothing', async () => {
  const { rep, customer } = await call(server);
  await sendAll(rep);
  await say(rep, 'はじめに');
  const opening = await customer.request('media:open', {});
  const { now: _, revision: __, ...before } = await rep.request('meeting:snapshot', {});
  const random = seededRandom(20_261_122);
  const templates: [string, Record<string, unknown>][] = [
    ['media:connect', { transportId: opening.send.id, dtlsParameters: dtls() }],
    [
      'media:produce',
      { transportId: opening.send.id, source: 'camera', paused: false, rtpParameters: vp8Simulcast() },
    ],
    [
      'media:produce',
      { transportId: opening.send.id, source: 'microphone', paused: true, rtpParameters: opus() },
    ],
    ['media:consume', { producerIds: ['x'], rtpCapabilities: capabilities(opening) }],
    ['media:resume', { consumerIds: ['x'], paused: false }],
    ['media:layers', { consumerId: 'x', spatial: 1, temporal: 1 }],
    ['chat:send', { id: 'x', text: 'x' }],
    // The devices as they are: what is left of it when it makes sense changes nothing.
    ['participant:update', { microphone: 'none', camera: 'none', speaker: 'on' }],
    ['seat:resume', { resumeToken: 'x' }],
    ['invitation:accept', { token: 'x', name: 'x' }],
    ['number:connect', { number: '12345' }],
    ['guest:admit', { participantId: newId() }],
  ];
  for (let round = 0; round < 400; round++) {
    const [name, template] = templates[random.below(templates.length)]!;
    const answer = (await customer.raw(name, random.spoiled(template))) as { ok: boolean; code?: string };
    expect(answer.code).not.toBe('internal');
    if (!answer.ok) continue;
    // It made sense by chance: undo it, so that the comparison below is of refused messages only.
    expect(name).toMatch(/^(media:|participant:update$)/);
    const { participants } = await customer.request('meeting:snapshot', {});
    for (const { id: producerId } of participants.find(({ id }) => id === customer.self)!.producers) {
      await customer.request('media:close', { producerId });
    }
  }
  const { now: ___, revision: ____, ...after } = await rep.request('meeting:snapshot', {});
  expect(after).toEqual(before);
}, 60_000);
