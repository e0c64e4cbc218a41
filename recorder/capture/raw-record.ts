import { crc32 } from 'node:zlib';
import type { RawFrame } from './raw.ts';

/**
 * How a frame lies in a raw file. Each record can be checked by itself, so that a torn end and a damaged spot cost
 * no more than themselves. Little endian:
 *
 *     0  4  'TRW1'
 *     4  4  length of the frame, bytes
 *     8  6  time, microseconds from the beginning of the take
 *    14  2  flags: 1 = keyframe
 *    16  2  width, 18  2  height
 *    20  4  CRC-32 of the frame
 *    24  4  CRC-32 of these 24 bytes
 *    28     the frame
 */
const mark = Buffer.from('TRW1', 'latin1');
const headerBytes = 28;
const keyframeFlag = 1;

export function encodeRecord(frame: RawFrame): [header: Buffer, data: Buffer] {
  const header = Buffer.alloc(headerBytes);
  mark.copy(header);
  header.writeUInt32LE(frame.data.length, 4);
  header.writeUIntLE(Math.max(0, Math.round(frame.timeMs * 1_000)), 8, 6);
  header.writeUInt16LE(frame.isKeyframe ? keyframeFlag : 0, 14);
  header.writeUInt16LE(frame.width, 16);
  header.writeUInt16LE(frame.height, 18);
  header.writeUInt32LE(crc32(frame.data), 20);
  header.writeUInt32LE(crc32(header.subarray(0, 24)), 24);
  return [header, frame.data];
}

/** All whole records of a file, in their order; the frames are views into it. */
export function* decodeRecords(file: Buffer): Generator<RawFrame> {
  for (let start = 0; start >= 0 && start + headerBytes <= file.length;) {
    const end = endOfRecord(file, start);
    if (end === null) {
      // Damaged, or the writing broke off here: it goes on with the next record that is whole.
      start = file.indexOf(mark, start + 1);
      continue;
    }
    yield {
      timeMs: file.readUIntLE(start + 8, 6) / 1_000,
      isKeyframe: (file.readUInt16LE(start + 14) & keyframeFlag) !== 0,
      width: file.readUInt16LE(start + 16),
      height: file.readUInt16LE(start + 18),
      data: file.subarray(start + headerBytes, end),
    };
    start = end;
  }
}

/** Null when the record that begins here is not whole. */
function endOfRecord(file: Buffer, start: number): number | null {
  if (file.compare(mark, 0, mark.length, start, start + mark.length) !== 0) return null;
  if (crc32(file.subarray(start, start + 24)) !== file.readUInt32LE(start + 24)) return null;
  const end = start + headerBytes + file.readUInt32LE(start + 4);
  if (end > file.length) return null;
  return crc32(file.subarray(start + headerBytes, end)) === file.readUInt32LE(start + 20) ? end : null;
}
