import { createSocket } from 'node:dgram';
import type { Socket } from 'node:dgram';
import { once } from 'node:events';
import { randomInt } from 'node:crypto';
import { createWorker } from 'mediasoup';
import type { types } from 'mediasoup';
import { mediaCodecs } from '../../media/codecs.ts';

/** A router on a real worker, which media can be sent to without a browser. */
export async function realRouter(): Promise<{ router: types.Router; worker: types.Worker }> {
  const workerBin = process.env['MEDIASOUP_WORKER_BIN'];
  const worker = await createWorker({ logLevel: 'error', ...(workerBin ? { workerBin } : {}) });
  return { router: await worker.createRouter({ mediaCodecs }), worker };
}

const packetsMs = 20;
const packetsPerReport = 5;
/** From 1900, where NTP counts from, to 1970. */
const ntpOffsetSeconds = 2_208_988_800;
const pictureLossIndication = { type: 206, format: 1 };

/** Packets of one producer, sent for as long as nobody stops it. The last byte says which layer it is. */
export class Sender {
  readonly producer: types.Producer;
  readonly #socket: Socket;
  readonly #sending: NodeJS.Timeout;
  /** When whole pictures were asked for, of whichever layer. */
  readonly keyframesAskedAtMs: number[] = [];

  private constructor(producer: types.Producer, socket: Socket, port: number, ssrcs: readonly number[]) {
    this.producer = producer;
    this.#socket = socket;
    const { kind } = producer;
    const payload = kind === 'audio' ? [0xf8] : [0x10, 0x00, 0x00, 0x00];
    let sequence = 0;
    const send = (packet: Buffer) => {
      socket.send(packet, port, '127.0.0.1');
    };
    this.#sending = setInterval(() => {
      sequence += 1;
      const timestamp = sequence * (kind === 'audio' ? 960 : 1_800);
      ssrcs.forEach((ssrc, layer) => {
        const head = Buffer.alloc(12);
        head.writeUInt8(0x80, 0);
        head.writeUInt8(0x80 | payloadTypeOf(kind), 1);
        head.writeUInt16BE(sequence & 0xffff, 2);
        head.writeUInt32BE(timestamp, 4);
        head.writeUInt32BE(ssrc, 8);
        send(Buffer.concat([head, Buffer.from([...payload, layer])]));
        if (sequence % packetsPerReport === 0) send(senderReport(ssrc, timestamp));
      });
    }, packetsMs);
    socket.on('message', (packet) => {
      const { type, format } = pictureLossIndication;
      if (packet.readUInt8(1) === type && (packet.readUInt8(0) & 0x1f) === format)
        this.keyframesAskedAtMs.push(performance.now());
    });
  }

  /** A voice, or a camera in so many sizes. */
  static async begin(router: types.Router, kind: types.MediaKind, layers = 1): Promise<Sender> {
    const transport = await router.createPlainTransport({
      listenInfo: { protocol: 'udp', ip: '127.0.0.1' },
      rtcpMux: true,
      comedia: true,
    });
    const ssrcs = Array.from({ length: layers }, () => randomInt(1, 0x7fff_ffff));
    const codec =
      kind === 'audio'
        ? { mimeType: 'audio/opus', clockRate: 48_000, channels: 2 }
        : { mimeType: 'video/VP8', clockRate: 90_000, rtcpFeedback: [{ type: 'nack', parameter: 'pli' }] };
    const producer = await transport.produce({
      kind,
      rtpParameters: {
        codecs: [{ ...codec, payloadType: payloadTypeOf(kind) }],
        encodings: ssrcs.map((ssrc) => ({ ssrc })),
      },
    });
    const socket = createSocket('udp4');
    socket.bind(0, '127.0.0.1');
    await once(socket, 'listening');
    return new Sender(producer, socket, transport.tuple.localPort, ssrcs);
  }

  /** How often a whole picture was asked for. */
  get keyframesAsked(): number {
    return this.keyframesAskedAtMs.length;
  }

  close(): void {
    clearInterval(this.#sending);
    this.#socket.close();
  }
}

/** RFC 3550, 6.4.1: without one, sizes of a picture cannot follow one another. */
function senderReport(ssrc: number, timestamp: number): Buffer {
  const now = Date.now();
  const packet = Buffer.alloc(28);
  packet.writeUInt8(0x80, 0);
  packet.writeUInt8(200, 1);
  packet.writeUInt16BE(packet.length / 4 - 1, 2);
  packet.writeUInt32BE(ssrc, 4);
  packet.writeUInt32BE(Math.floor(now / 1_000) + ntpOffsetSeconds, 8);
  packet.writeUInt32BE(Math.floor(((now % 1_000) / 1_000) * 2 ** 32), 12);
  packet.writeUInt32BE(timestamp, 16);
  return packet;
}

const payloadTypeOf = (kind: types.MediaKind) => (kind === 'audio' ? 100 : 101);

/** Whatever arrives at a port of this machine, by its SSRC: how much, and from which layers. */
export class Receiver {
  readonly #socket: Socket;
  readonly #packets = new Map<number, { count: number; layers: Set<number>; layer: number }>();

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.on('message', (packet) => {
      const isRtcp = packet.readUInt8(1) >= 192 && packet.readUInt8(1) <= 223;
      if (isRtcp) return;
      const ssrc = packet.readUInt32BE(8);
      const known = this.#packets.get(ssrc) ?? { count: 0, layers: new Set(), layer: -1 };
      known.count += 1;
      known.layer = packet.at(-1)!;
      known.layers.add(known.layer);
      this.#packets.set(ssrc, known);
    });
  }

  static async open(): Promise<Receiver> {
    const socket = createSocket('udp4');
    socket.bind(0, '127.0.0.1');
    await once(socket, 'listening');
    return new Receiver(socket);
  }

  get port(): number {
    return this.#socket.address().port;
  }

  get ssrcs(): number[] {
    return [...this.#packets.keys()];
  }

  countOf(ssrc: number): number {
    return this.#packets.get(ssrc)?.count ?? 0;
  }

  layersOf(ssrc: number): number[] {
    return [...(this.#packets.get(ssrc)?.layers ?? [])];
  }

  /** Of the latest packet. */
  layerOf(ssrc: number): number {
    return this.#packets.get(ssrc)?.layer ?? -1;
  }

  close(): void {
    this.#socket.close();
  }
}
