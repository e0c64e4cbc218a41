/**
 * Whether the first bytes of a file are recognisably something that is not shown here: a picture, a program,
 * a text. What is neither this nor a document is damaged, and the person is told so.
 */
export function isAnotherType(head: Buffer): boolean {
  return hasOtherSignature(head) || isText(head);
}

/** Whether it begins as a program, an archive or a picture does, whatever comes after that. */
export function hasOtherSignature(head: Buffer): boolean {
  return signatures.some(({ at, bytes }) => head.subarray(at, at + bytes.length).equals(bytes));
}

const signature = (bytes: string, at = 0) => ({ at, bytes: Buffer.from(bytes, 'latin1') });

const signatures = [
  signature('\x89PNG'),
  signature('\xff\xd8\xff'), // JPEG
  signature('GIF8'),
  signature('RIFF'), // WebP, WAV, AVI
  signature('II*\0'), // TIFF
  signature('MM\0*'),
  signature('8BPS'),
  signature('\0\0\x01\0'), // ICO
  signature('ftyp', 4), // MP4, HEIC
  signature('OggS'),
  signature('ID3'),
  signature('fLaC'),
  signature('\x1aE\xdf\xa3'), // Matroska, WebM
  signature('MZ'),
  signature('PK'),
  signature('#!'),
  signature('\x7fELF'),
  signature('\xca\xfe\xba\xbe'),
  signature('\xcf\xfa\xed\xfe'),
  signature('Rar!'),
  signature("7z\xbc\xaf'\x1c"),
  signature('\x1f\x8b'),
  signature('BZh'),
  signature('\xfd7zXZ'),
  signature('MSCF'),
  signature('SQLite format 3'),
  signature('wOFF'),
  signature('wOF2'),
];

const minTextShare = 0.95;

/** In any encoding: without the control characters that no text has. */
function isText(head: Buffer): boolean {
  if (head.length === 0) return false;
  const isUtf16 = (head[0] === 0xff && head[1] === 0xfe) || (head[0] === 0xfe && head[1] === 0xff);
  if (isUtf16) return true;
  let odd = 0;
  for (const byte of head) {
    if (byte === 0) return false;
    const isControl = byte < 0x20 && !(byte >= 0x08 && byte <= 0x0d) && byte !== 0x1b;
    if (isControl || byte === 0x7f) odd += 1;
  }
  return odd <= head.length * (1 - minTextShare) && (isUtf8(head) || odd === 0);
}

function isUtf8(head: Buffer): boolean {
  try {
    // The last character may have been cut.
    new TextDecoder('utf-8', { fatal: true }).decode(head, { stream: true });
    return true;
  } catch {
    return false;
  }
}
