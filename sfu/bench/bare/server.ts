import { createServer } from 'node:http';
import { readFile } from 'node:fs/promises';
import { createWorker } from 'mediasoup';
import type { types } from 'mediasoup';
import { Server } from 'socket.io';
import { mediaCodecs } from '../../media/codecs.ts';
import type { Asked, Told } from './messages.ts';

type Opened = Parameters<Parameters<Asked['open']>[1]>[0]['send'];

/*
 * The baseline: mediasoup and mediasoup-client with just enough around them to hold one meeting. No rooms, no
 * checks, no store, no recovery. What Taimen costs or saves is measured against this, in the same run.
 *
 * Environment: PORT, RTC_PORT, PAGE_DIR (the built page).
 */

const env = (name: string): string => {
  const value = process.env[name];
  if (value === undefined) throw new Error(`${name} is not set.`);
  return value;
};

const worker = await createWorker({ logLevel: 'error' });
const port = Number(env('RTC_PORT'));
const webRtcServer = await worker.createWebRtcServer({
  listenInfos: [
    { protocol: 'udp', ip: '127.0.0.1', port },
    { protocol: 'tcp', ip: '127.0.0.1', port },
  ],
});
const router = await worker.createRouter({ mediaCodecs });

const contentTypes: Record<string, string> = { html: 'text/html', js: 'text/javascript' };
const http = createServer((request, response) => {
  const name = request.url === '/' ? 'index.html' : (request.url ?? '').slice(1).replaceAll('..', '');
  readFile(`${env('PAGE_DIR')}/${name}`).then(
    (body) =>
      response.setHeader('Content-Type', contentTypes[name.split('.').pop() ?? ''] ?? 'text/plain').end(body),
    () => response.writeHead(404).end(),
  );
});

const io = new Server<Asked, Told>(http, { serveClient: false });
const producers = new Map<string, types.Producer>();

io.on('connection', (socket) => {
  const transports = new Map<string, types.WebRtcTransport>();
  const consumers = new Map<string, types.Consumer>();
  const own = new Set<string>();

  socket.on('open', async (_, answer) => {
    const create = async () => {
      const transport = await router.createWebRtcTransport({
        webRtcServer,
        preferUdp: true,
        initialAvailableOutgoingBitrate: 1_500_000,
      });
      transports.set(transport.id, transport);
      const { id, iceParameters, iceCandidates, dtlsParameters } = transport;
      // The two packages name the same things by types of their own.
      return { id, iceParameters, iceCandidates, dtlsParameters } as Opened;
    };
    const [send, receive] = await Promise.all([create(), create()]);
    answer({
      send,
      receive,
      routerRtpCapabilities: router.rtpCapabilities as never,
      producerIds: [...producers.keys()],
    });
  });
  socket.on('connectTransport', async ({ id, dtlsParameters }, answer) => {
    await transports.get(id)?.connect({ dtlsParameters });
    answer({});
  });
  socket.on('produce', async ({ id, kind, rtpParameters }, answer) => {
    const producer = await transports.get(id)?.produce({ kind, rtpParameters });
    if (!producer) return;
    producers.set(producer.id, producer);
    own.add(producer.id);
    answer({ id: producer.id });
    socket.broadcast.emit('produced', producer.id);
  });
  socket.on('consume', async ({ id, producerIds, rtpCapabilities }, answer) => {
    const made = await Promise.all(
      producerIds.map(async (producerId) =>
        transports.get(id)?.consume({ producerId, rtpCapabilities, paused: true }),
      ),
    );
    answer(
      made.flatMap((consumer) => {
        if (!consumer) return [];
        consumers.set(consumer.id, consumer);
        return [
          {
            id: consumer.id,
            producerId: consumer.producerId,
            kind: consumer.kind,
            rtpParameters: consumer.rtpParameters as never,
          },
        ];
      }),
    );
  });
  socket.on('resume', async (ids, answer) => {
    await Promise.all(ids.map(async (id) => consumers.get(id)?.resume()));
    answer({});
  });
  socket.on('disconnect', () => {
    for (const transport of transports.values()) transport.close();
    for (const id of own) producers.delete(id);
  });
});

http.listen(Number(env('PORT')), '127.0.0.1', () => {
  process.stdout.write('ready\n');
});
process.on('SIGTERM', () => {
  worker.close();
  process.exit(0);
});
