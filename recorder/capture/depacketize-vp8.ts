import { type AssembledFrame, VideoAssembler, type VideoFormat } from './video-assembler.ts';

/** VP8, RFC 7741. Frames of all temporal layers are kept. */
export class Vp8Depacketizer extends VideoAssembler {
  constructor() {
    super(new Vp8Format());
  }
}

const frameTagBytes = 3;
const keyframeHeaderBytes = 10;
const startCode = 0x9d012a;

class Vp8Format implements VideoFormat {
  #parts: Buffer[] = [];

  /** S and PID of the first byte: the start of the first partition. */
  begins(payload: Buffer): boolean {
    const [first = 0] = payload;
    return (first & 0x10) !== 0 && (first & 0x07) === 0;
  }

  add(payload: Buffer): boolean {
    const start = descriptorBytes(payload);
    if (start >= payload.length) return false;
    this.#parts.push(payload.subarray(start));
    return true;
  }

  finish(): AssembledFrame | 'malformed' {
    const data = this.#parts.length === 1 && this.#parts[0] ? this.#parts[0] : Buffer.concat(this.#parts);
    this.#parts = [];
    if (data.length < frameTagBytes) return 'malformed';
    // RFC 6386, section 9.1: the lowest bit of the frame tag is 0 in keyframes, and their size follows it.
    if ((data.readUInt8(0) & 1) !== 0) return { isKeyframe: false, width: 0, height: 0, data };
    if (data.length < keyframeHeaderBytes || data.readUIntBE(3, 3) !== startCode) return 'malformed';
    const width = data.readUInt16LE(6) & 0x3fff;
    const height = data.readUInt16LE(8) & 0x3fff;
    return width > 0 && height > 0 ? { isKeyframe: true, width, height, data } : 'malformed';
  }

  discard(): void {
    this.#parts = [];
  }
}

/** RFC 7741, section 4.2: how long the payload descriptor is; it may claim to be longer than the payload. */
function descriptorBytes(payload: Buffer): number {
  const [first = 0, extension = 0, pictureId = 0] = payload;
  if ((first & 0x80) === 0) return 1;
  let bytes = 2;
  // PictureID, of 7 or of 15 bits; TL0PICIDX; TID and KEYIDX in one.
  if ((extension & 0x80) !== 0) bytes += (pictureId & 0x80) !== 0 ? 2 : 1;
  if ((extension & 0x40) !== 0) bytes += 1;
  if ((extension & 0x30) !== 0) bytes += 1;
  return bytes;
}
