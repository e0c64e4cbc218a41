/** Reads the bits of an H.264 NAL unit's payload, without its emulation prevention bytes (H.264, 7.4.1). */
export class BitReader {
  readonly #bytes: number[] = [];
  #position = 0;

  /** @param bytesMax no more than so many are looked at. */
  constructor(payload: Buffer, bytesMax: number) {
    let zeros = 0;
    for (const byte of payload.subarray(0, bytesMax)) {
      if (zeros >= 2 && byte === 3) {
        zeros = 0;
        continue;
      }
      zeros = byte === 0 ? zeros + 1 : 0;
      this.#bytes.push(byte);
    }
  }

  /** More was read than there is: what was read is not to be relied on. */
  get isOver(): boolean {
    return this.#position > this.#bytes.length * 8;
  }

  bit(): number {
    const byte = this.#bytes[this.#position >> 3] ?? 0;
    const bit = (byte >> (7 - (this.#position & 7))) & 1;
    this.#position += 1;
    return bit;
  }

  /** At most 32. */
  bits(count: number): number {
    let value = 0;
    for (let i = 0; i < count; i++) value = value * 2 + this.bit();
    return value;
  }

  /** Exp-Golomb, unsigned: ue(v) of H.264, 9.1. */
  unsigned(): number {
    let zeros = 0;
    while (this.bit() === 0) {
      zeros += 1;
      if (zeros > 31 || this.isOver) {
        this.#position = Infinity;
        return 0;
      }
    }
    return 2 ** zeros - 1 + this.bits(zeros);
  }

  /** Exp-Golomb, signed: se(v). */
  signed(): number {
    const value = this.unsigned();
    return value % 2 === 1 ? (value + 1) / 2 : -value / 2;
  }
}
