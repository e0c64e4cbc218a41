import { opusHead, opusSamples } from './opus.ts';

/** Opus in Ogg: RFC 7845, in the pages of RFC 3533. A file can grow page by page. */

const captured = 'OggS';
const pageHeaderBytes = 27;
const maxSegments = 255;
const segmentBytes = 255;
/** How many packets go into one page at the most: a second of sound in packets of 20 ms. */
const packetsPerPage = 50;

const flags = { continued: 1, first: 2, last: 4 } as const;

const checksums = Uint32Array.from({ length: 256 }, (_, index) => {
  let value = index << 24;
  for (let bit = 0; bit < 8; bit += 1) value = (value << 1) ^ (value & 0x80000000 ? 0x04c11db7 : 0);
  return value;
});

/** RFC 3533, section 6: polynomial 0x04c11db7, neither reflected nor inverted. */
export function oggChecksum(page: Buffer): number {
  let sum = 0;
  for (const byte of page) sum = (sum << 8) ^ (checksums[(sum >>> 24) ^ byte] ?? 0);
  return sum >>> 0;
}

function oggPage(packets: Buffer[], granule: number, serial: number, sequence: number, flag: number): Buffer {
  const segments = packets.flatMap((packet) => {
    const whole = Math.floor(packet.length / segmentBytes);
    return [...Array.from({ length: whole }, () => segmentBytes), packet.length % segmentBytes];
  });
  if (segments.length > maxSegments) throw new Error('These packets are too large for one page of Ogg.');
  const head = Buffer.alloc(pageHeaderBytes);
  head.write(captured, 0, 'latin1');
  head.writeUInt8(flag, 5);
  head.writeBigInt64LE(BigInt(granule), 6);
  head.writeUInt32LE(serial, 14);
  head.writeUInt32LE(sequence, 18);
  head.writeUInt8(segments.length, 26);
  const page = Buffer.concat([head, Buffer.from(segments), ...packets]);
  page.writeUInt32LE(oggChecksum(page), 22);
  return page;
}

/** Where a growing file stands: what is needed to write the next page. */
export type OggPosition = { pages: number; samples: number };

/** One logical stream only, so its number may be any. */
const serial = 1;

/** The two header pages of a file. */
export function oggOpusBeginning(channels: 1 | 2, preSkip: number): { bytes: Buffer; position: OggPosition } {
  const vendor = Buffer.from('Taimen');
  const tags = Buffer.alloc(8 + 4 + vendor.length + 4);
  tags.write('OpusTags', 0, 'latin1');
  tags.writeUInt32LE(vendor.length, 8);
  vendor.copy(tags, 12);
  return {
    bytes: Buffer.concat([
      oggPage([opusHead(channels, preSkip)], 0, serial, 0, flags.first),
      oggPage([tags], 0, serial, 1, 0),
    ]),
    position: { pages: 2, samples: 0 },
  };
}

/** Whole pages with these packets, to be appended. */
export function oggOpusPages(
  packets: Buffer[],
  after: OggPosition,
): { bytes: Buffer; position: OggPosition } {
  const pages: Buffer[] = [];
  const position = { ...after };
  let waiting: Buffer[] = [];
  let segments = 0;
  const flush = () => {
    if (waiting.length === 0) return;
    position.samples += waiting.reduce((sum, packet) => sum + opusSamples(packet), 0);
    pages.push(oggPage(waiting, position.samples, serial, position.pages, 0));
    position.pages += 1;
    waiting = [];
    segments = 0;
  };
  for (const packet of packets) {
    const needed = Math.floor(packet.length / segmentBytes) + 1;
    if (waiting.length >= packetsPerPage || segments + needed > maxSegments) flush();
    waiting.push(packet);
    segments += needed;
  }
  flush();
  return { bytes: Buffer.concat(pages), position };
}

/**
 * The packets of an Ogg Opus file with one stream, without its two headers.
 *
 * @throws when a page is damaged, or the file is no such thing
 */
export function readOggOpus(bytes: Buffer): { channels: number; preSkip: number; packets: Buffer[] } {
  const packets: Buffer[] = [];
  let begun: Buffer[] = [];
  let offset = 0;
  while (offset < bytes.length) {
    const count = bytes[offset + 26] ?? 0;
    const table = offset + pageHeaderBytes;
    const segments = bytes.subarray(table, table + count);
    const body = table + count;
    const end = body + segments.reduce((sum, length) => sum + length, 0);
    if (bytes.toString('latin1', offset, offset + 4) !== captured || end > bytes.length) {
      throw new Error(`There is no whole page of Ogg at byte ${offset}.`);
    }
    const page = Buffer.from(bytes.subarray(offset, end));
    const sum = page.readUInt32LE(22);
    page.writeUInt32LE(0, 22);
    if (oggChecksum(page) !== sum) throw new Error(`The page of Ogg at byte ${offset} is damaged.`);
    let at = body;
    for (const length of segments) {
      begun.push(bytes.subarray(at, at + length));
      at += length;
      if (length < segmentBytes) {
        packets.push(Buffer.concat(begun));
        begun = [];
      }
    }
    offset = end;
  }
  const [head, tags, ...sound] = packets;
  if (head?.toString('latin1', 0, 8) !== 'OpusHead' || tags?.toString('latin1', 0, 8) !== 'OpusTags') {
    throw new Error('This is not an Ogg Opus file.');
  }
  return { channels: head.readUInt8(9), preSkip: head.readUInt16LE(10), packets: sound };
}
