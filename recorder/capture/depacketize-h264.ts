import {
  pictureParametersOf,
  readPictureParameters,
  readSequenceParameters,
  type SequenceParameters,
} from './h264-parameter-sets.ts';
import { type AssembledFrame, VideoAssembler, type VideoFormat } from './video-assembler.ts';

/**
 * H.264, RFC 6184 in packetization mode 1: single NAL units, STAP-A, FU-A. Frames are access units in Annex B form;
 * in front of every keyframe (IDR) stand all parameter sets, also such as came long before it.
 */
export class H264Depacketizer extends VideoAssembler {
  constructor() {
    super(new H264Format());
  }
}

const unit = { slice: 1, idr: 5, sequence: 7, picture: 8, delimiter: 9, filler: 12, last: 23 } as const;
const aggregate = 24; // STAP-A
const fragment = 28; // FU-A
const fragmentHeaderBytes = 2;
const startCode = Buffer.from([0, 0, 0, 1]);
/** Encoders in browsers use one of each; who sends many would make us keep them all. */
const parameterSetsMax = 8;
const parameterSetBytesMax = 1_024;

const typeOf = (first: number) => first & 0x1f;

class H264Format implements VideoFormat {
  readonly #sequences = new ParameterSets<SequenceParameters>();
  readonly #pictures = new ParameterSets<{ id: number; sequenceId: number }>();
  /** Whole NAL units of the access unit, without parameter sets. */
  #units: Buffer[] = [];
  #fragments: Buffer[] = [];

  begins(payload: Buffer): boolean {
    const [first = 0, second = 0, third = 0, fourth = 0, fifth = 0] = payload;
    const type = typeOf(first);
    // Behind the header of the aggregate and the length of its first unit.
    if (type === aggregate) return beginsPicture(typeOf(fourth), fifth);
    if (type === fragment) return (second & 0x80) !== 0 && beginsPicture(typeOf(second), third);
    return beginsPicture(type, second);
  }

  add(payload: Buffer): boolean {
    const type = typeOf(payload.readUInt8(0));
    if (type === fragment) return this.#addFragment(payload);
    // Between the fragments of a unit there is nothing else.
    if (this.#fragments.length > 0) return false;
    if (type === aggregate) return this.#addAggregate(payload);
    return this.#addUnit(payload);
  }

  finish(): AssembledFrame | 'malformed' | null {
    const units = this.#units;
    const isBroken = this.#fragments.length > 0;
    this.discard();
    if (isBroken) return 'malformed';
    const slices = units.filter((each) => isSlice(typeOf(each.readUInt8(0))));
    // Parameter sets that were sent by themselves.
    if (slices.length === 0) return null;

    const idr = slices.find((each) => typeOf(each.readUInt8(0)) === unit.idr);
    if (!idr) return { isKeyframe: false, width: 0, height: 0, data: annexB(units) };
    const picture = this.#pictures.get(pictureParametersOf(idr));
    const sequence = this.#sequences.get(picture?.sequenceId ?? null);
    if (!sequence) return 'malformed';
    const data = annexB([...this.#sequences.units(), ...this.#pictures.units(), ...units]);
    return { isKeyframe: true, width: sequence.width, height: sequence.height, data };
  }

  discard(): void {
    this.#units = [];
    this.#fragments = [];
  }

  /** RFC 6184, section 5.8 */
  #addFragment(payload: Buffer): boolean {
    if (payload.length <= fragmentHeaderBytes) return false;
    const header = payload.readUInt8(1);
    const isFirst = (header & 0x80) !== 0;
    if (isFirst !== (this.#fragments.length === 0)) return false;
    if (isFirst) {
      const indicator = payload.readUInt8(0);
      this.#fragments.push(Buffer.from([(indicator & 0xe0) | typeOf(header)]));
    }
    this.#fragments.push(payload.subarray(fragmentHeaderBytes));
    if ((header & 0x40) === 0) return true;
    const whole = Buffer.concat(this.#fragments);
    this.#fragments = [];
    return this.#addUnit(whole);
  }

  /** RFC 6184, section 5.7.1 */
  #addAggregate(payload: Buffer): boolean {
    let position = 1;
    while (position + 2 < payload.length) {
      const end = position + 2 + payload.readUInt16BE(position);
      const each = payload.subarray(position + 2, end);
      if (end > payload.length || each.length === 0 || !this.#addUnit(each)) return false;
      position = end;
    }
    return position === payload.length && position > 1;
  }

  #addUnit(each: Buffer): boolean {
    const type = typeOf(each.readUInt8(0));
    if (type === 0 || type > unit.last) return false;
    if (type === unit.sequence) return this.#sequences.set(each, readSequenceParameters(each));
    if (type === unit.picture) return this.#pictures.set(each, readPictureParameters(each));
    if (type !== unit.delimiter && type !== unit.filler) this.#units.push(each);
    return true;
  }
}

/** The parameter sets of one kind that hold at present, by their number. */
class ParameterSets<T extends { id: number }> {
  readonly #sets = new Map<number, { read: T; unit: Buffer }>();

  /** @returns false when it is malformed. */
  set(each: Buffer, read: T | null): boolean {
    if (!read || each.length > parameterSetBytesMax) return false;
    this.#sets.delete(read.id);
    // A copy: it would keep the whole datagram.
    this.#sets.set(read.id, { read, unit: Buffer.from(each) });
    const [oldest] = this.#sets.keys();
    if (this.#sets.size > parameterSetsMax && oldest !== undefined) this.#sets.delete(oldest);
    return true;
  }

  get(id: number | null): T | null {
    return (id !== null && this.#sets.get(id)?.read) || null;
  }

  units(): Buffer[] {
    return [...this.#sets.values()].map((each) => each.unit);
  }
}

const isSlice = (type: number) => type >= unit.slice && type <= unit.idr;

/** Slices begin a picture when they begin with its first macroblock: ue(v) of 0 is a single bit. */
function beginsPicture(type: number, afterHeader: number): boolean {
  return isSlice(type) ? (afterHeader & 0x80) !== 0 : true;
}

function annexB(units: Buffer[]): Buffer {
  return Buffer.concat(units.flatMap((each) => [startCode, each]));
}
