/** Of a picture inside a document: how many pixels it inflates to, from its first bytes. */

/** This many of a picture's first bytes are worth keeping: a JPEG tells its size after its colour profile. */
export const imageHeadBytes = 512 * 1024;

/** @returns the number of pixels, or null when it is no picture of a kind that is known here */
export function pixelsOf(head: Buffer): number | null {
  if (head.length < 26) return null;
  if (head.readUInt32BE(0) === 0x89504e47) return head.readUInt32BE(16) * head.readUInt32BE(20);
  if (head.toString('latin1', 0, 4) === 'GIF8') return head.readUInt16LE(6) * head.readUInt16LE(8);
  if (head.toString('latin1', 0, 2) === 'BM') {
    return Math.abs(head.readInt32LE(18)) * Math.abs(head.readInt32LE(22));
  }
  if (head.readUInt16BE(0) === 0xffd8) return jpegPixels(head);
  return null;
}

function jpegPixels(head: Buffer): number | null {
  let at = 2;
  while (at + 9 <= head.length) {
    if (head[at] !== 0xff) return null;
    const marker = head.readUInt8(at + 1);
    if (marker === 0xff) {
      at += 1;
      continue;
    }
    // A frame header, except the three markers in that range that are something else.
    const isFrame = marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker);
    if (isFrame) return head.readUInt16BE(at + 5) * head.readUInt16BE(at + 7);
    const hasNoLength = marker === 0x01 || (marker >= 0xd0 && marker <= 0xd8);
    const length = hasNoLength ? 0 : head.readUInt16BE(at + 2);
    if (!hasNoLength && length < 2) return null;
    at += 2 + length;
  }
  return null;
}
