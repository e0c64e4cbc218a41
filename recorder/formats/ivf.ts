/**
 * IVF: a header of 32 bytes, then each frame behind 12 bytes that hold its length and time. Made by the authors of
 * VP8; a file can grow by appending. Numbers are little-endian.
 */

export type IvfHeader = {
  fourcc: 'VP80' | 'VP90' | 'H264';
  width: number;
  height: number;
  /** What a time of 1 means: `numerator / denominator` seconds. */
  timeBase: { numerator: number; denominator: number };
  /** Readers do not rely on it. */
  frames: number;
};

export type IvfFrame = { time: number; data: Buffer };

export const ivfHeaderBytes = 32;
const frameHeaderBytes = 12;
const framesOffset = 24;

export function ivfHeader(header: IvfHeader): Buffer {
  const bytes = Buffer.alloc(ivfHeaderBytes);
  bytes.write('DKIF', 0, 'latin1');
  bytes.writeUInt16LE(0, 4);
  bytes.writeUInt16LE(ivfHeaderBytes, 6);
  bytes.write(header.fourcc, 8, 'latin1');
  bytes.writeUInt16LE(header.width, 12);
  bytes.writeUInt16LE(header.height, 14);
  bytes.writeUInt32LE(header.timeBase.denominator, 16);
  bytes.writeUInt32LE(header.timeBase.numerator, 20);
  bytes.writeUInt32LE(header.frames, framesOffset);
  return bytes;
}

/** What stands at `offset` in the header, to be written anew when the file has grown. */
export function ivfFrameCount(frames: number): { offset: number; bytes: Buffer } {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(frames);
  return { offset: framesOffset, bytes };
}

export function ivfFrames(frames: IvfFrame[]): Buffer {
  const parts: Buffer[] = [];
  for (const { time, data } of frames) {
    const head = Buffer.alloc(frameHeaderBytes);
    head.writeUInt32LE(data.length, 0);
    head.writeBigUInt64LE(BigInt(time), 4);
    parts.push(head, data);
  }
  return Buffer.concat(parts);
}

/** @throws when it is not a whole IVF file */
export function readIvf(bytes: Buffer): IvfHeader & { all: IvfFrame[] } {
  if (bytes.length < ivfHeaderBytes || bytes.toString('latin1', 0, 4) !== 'DKIF') {
    throw new Error('This is not an IVF file.');
  }
  const all: IvfFrame[] = [];
  let offset = bytes.readUInt16LE(6);
  while (offset < bytes.length) {
    const start = offset + frameHeaderBytes;
    const length = start <= bytes.length ? bytes.readUInt32LE(offset) : Infinity;
    if (start + length > bytes.length) throw new Error('The IVF file ends within a frame.');
    all.push({
      time: Number(bytes.readBigUInt64LE(offset + 4)),
      data: bytes.subarray(start, start + length),
    });
    offset = start + length;
  }
  return {
    fourcc: bytes.toString('latin1', 8, 12) as IvfHeader['fourcc'],
    width: bytes.readUInt16LE(12),
    height: bytes.readUInt16LE(14),
    timeBase: { numerator: bytes.readUInt32LE(20), denominator: bytes.readUInt32LE(16) },
    frames: bytes.readUInt32LE(framesOffset),
    all,
  };
}

/**
 * Whether a VP9 frame can be decoded without those before it: `frame_type` in its uncompressed header (VP9 bitstream
 * specification, 6.2).
 */
export function isVp9Keyframe(data: Buffer): boolean {
  const first = data[0] ?? 0;
  if (first >> 6 !== 2) return false;
  const profile = ((first >> 5) & 1) | ((first >> 3) & 2);
  // Profile 3 has one more reserved bit; then show_existing_frame, then frame_type: 0 is a keyframe.
  const at = profile === 3 ? 2 : 3;
  return ((first >> at) & 1) === 0 && ((first >> (at - 1)) & 1) === 0;
}
