/** Opus packets: RFC 6716, section 3.1. */

/** Opus counts in this rate whatever it was made from. */
export const opusRate = 48_000;

/** How long what is in the packet sounds, in samples at 48 kHz; 0 for what is no packet. */
export function opusSamples(packet: Buffer): number {
  const toc = packet[0];
  if (toc === undefined) return 0;
  const configuration = toc >> 3;
  const frame =
    configuration < 12
      ? ([480, 960, 1920, 2880][configuration & 3] ?? 0)
      : configuration < 16
        ? ([480, 960][configuration & 1] ?? 0)
        : ([120, 240, 480, 960][configuration & 3] ?? 0);
  const frames = [1, 2, 2, (packet[1] ?? 0) & 0x3f][toc & 3] ?? 0;
  return frame * frames;
}

/** The identification header of RFC 7845, section 5.1; also the private data of a Matroska track. */
export function opusHead(channels: 1 | 2, preSkip: number): Buffer {
  const head = Buffer.alloc(19);
  head.write('OpusHead', 0, 'latin1');
  head.writeUInt8(1, 8);
  head.writeUInt8(channels, 9);
  head.writeUInt16LE(preSkip, 10);
  head.writeUInt32LE(opusRate, 12);
  return head;
}
