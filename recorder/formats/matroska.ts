import { opusHead, opusRate } from './opus.ts';

/**
 * The least of Matroska (RFC 9559) that carries one Opus track with a time on every packet. Ogg will not do for what
 * browsers send: its pages count samples, and where a packet is missing because of silence (DTX), ffmpeg puts the
 * packet behind the gap at a wrong place.
 */

const ids = {
  ebml: 0x1a45dfa3,
  docType: 0x4282,
  docTypeVersion: 0x4287,
  docTypeReadVersion: 0x4285,
  segment: 0x18538067,
  info: 0x1549a966,
  timestampScale: 0x2ad7b1,
  tracks: 0x1654ae6b,
  trackEntry: 0xae,
  trackNumber: 0xd7,
  trackUid: 0x73c5,
  trackType: 0x83,
  codecId: 0x86,
  codecPrivate: 0x63a2,
  audio: 0xe1,
  samplingFrequency: 0xb5,
  channels: 0x9f,
  cluster: 0x1f43b675,
  timestamp: 0xe7,
  simpleBlock: 0xa3,
} as const;

/** A block's time is a signed 16-bit number of milliseconds from its cluster's. */
const clusterMs = 5_000;
const audioTrack = 2;
const keyframe = 0x80;

/** @param packets in the order of their times, which are whole milliseconds from 0 */
export function matroskaOpus(channels: 1 | 2, packets: { timeMs: number; data: Buffer }[]): Buffer {
  const clusters: Buffer[] = [];
  let blocks: Buffer[] = [];
  let began = 0;
  const flush = () => {
    if (blocks.length > 0) {
      clusters.push(element(ids.cluster, element(ids.timestamp, number(began)), ...blocks));
    }
    blocks = [];
  };
  for (const { timeMs, data } of packets) {
    if (blocks.length === 0 || timeMs - began >= clusterMs) {
      flush();
      began = timeMs;
    }
    const head = Buffer.from([0x81, 0, 0, keyframe]);
    head.writeInt16BE(timeMs - began, 1);
    blocks.push(element(ids.simpleBlock, head, data));
  }
  flush();

  const frequency = Buffer.alloc(8);
  frequency.writeDoubleBE(opusRate);
  const entry = element(
    ids.trackEntry,
    element(ids.trackNumber, number(1)),
    element(ids.trackUid, number(1)),
    element(ids.trackType, number(audioTrack)),
    element(ids.codecId, Buffer.from('A_OPUS')),
    // Nothing is skipped: in the middle of a stream there is no beginning to be cut off.
    element(ids.codecPrivate, opusHead(channels, 0)),
    element(ids.audio, element(ids.samplingFrequency, frequency), element(ids.channels, number(channels))),
  );
  return Buffer.concat([
    element(
      ids.ebml,
      element(ids.docType, Buffer.from('matroska')),
      element(ids.docTypeVersion, number(4)),
      element(ids.docTypeReadVersion, number(2)),
    ),
    element(
      ids.segment,
      element(ids.info, element(ids.timestampScale, number(1_000_000))),
      element(ids.tracks, entry),
      ...clusters,
    ),
  ]);
}

/** An element's length is always written in eight bytes, which is allowed and simple. */
function element(id: number, ...content: Buffer[]): Buffer {
  const head = Buffer.from(id.toString(16).padStart(id > 0xffffff ? 8 : id > 0xffff ? 6 : 2, '0'), 'hex');
  const length = Buffer.alloc(8);
  length.writeBigUInt64BE(BigInt(content.reduce((sum, part) => sum + part.length, 0)));
  length.writeUInt8(1, 0);
  return Buffer.concat([head, length, ...content]);
}

function number(value: number): Buffer {
  const bytes = Buffer.alloc(6);
  bytes.writeUIntBE(value, 0, 6);
  return bytes;
}
