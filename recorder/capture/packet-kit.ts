import type { ArrivedPacket } from './rtp.ts';

/** RTP, for tests. */

/** Of a sender with one stream: what is not given is what comes next, or plain. */
export function packet(fields: Partial<ArrivedPacket> = {}): ArrivedPacket {
  return {
    marker: false,
    payloadType: 96,
    sequenceNumber: 0,
    timestamp: 0,
    ssrc: 1,
    payload: Buffer.from([1]),
    arrivalMs: 0,
    ...fields,
  };
}

export type DatagramExtras = {
  /** Contributing sources. */
  sources?: number;
  /** Words of header extension. */
  extension?: number;
  padding?: number;
};

/** RFC 3550, section 5.1. */
export function datagram(
  { marker, payloadType, sequenceNumber, timestamp, ssrc, payload }: Omit<ArrivedPacket, 'arrivalMs'>,
  { sources = 0, extension, padding = 0 }: DatagramExtras = {},
): Buffer {
  const head = Buffer.alloc(12 + sources * 4, 0xcc);
  head.writeUInt8(0x80 | (padding > 0 ? 0x20 : 0) | (extension === undefined ? 0 : 0x10) | sources, 0);
  head.writeUInt8((marker ? 0x80 : 0) | payloadType, 1);
  head.writeUInt16BE(sequenceNumber & 0xffff, 2);
  head.writeUInt32BE(timestamp >>> 0, 4);
  head.writeUInt32BE(ssrc, 8);
  const parts: Buffer[] = [head];
  if (extension !== undefined) {
    const words = Buffer.alloc(4 + extension * 4, 0xee);
    words.writeUInt16BE(extension, 2);
    parts.push(words);
  }
  parts.push(payload);
  if (padding > 0) parts.push(Buffer.alloc(padding, padding));
  return Buffer.concat(parts);
}

/** The payload of a VP8 packet with a descriptor of its shortest form (RFC 7741, section 4.2). */
export function vp8Payload(isStart: boolean, data: Buffer): Buffer {
  return Buffer.concat([Buffer.from([isStart ? 0x10 : 0]), data]);
}

/** Begins like a VP8 frame (RFC 6386, section 9.1); no picture is in it. */
export function vp8Frame(isKeyframe: boolean, bytes = 40, width = 640, height = 360): Buffer {
  const data = Buffer.alloc(bytes, 0x55);
  data.writeUInt8(isKeyframe ? 0x10 : 0x11, 0);
  if (isKeyframe) {
    data.writeUIntBE(0x9d012a, 3, 3);
    data.writeUInt16LE(width, 6);
    data.writeUInt16LE(height, 8);
  }
  return data;
}
