import { open, readFile } from 'node:fs/promises';
import { eachXmlPart } from './ooxml.ts';

/** Names of fonts inside documents: what an Office file mentions, and what a PDF really contains. */

export type MentionedFonts = {
  /** Those that a text, a style or a theme chooses. */
  chosen: string[];
  /** Those in lists: the fonts of a theme for all the scripts of the world, or a table of fonts. */
  others: string[];
};

const maxNames = 2_000;
/** A name that stands across the border of two pieces of a file is found all the same. */
const overlap = 300;
const pieceBytes = 1 << 20;

/**
 * In the order of the alternatives: an entry of a theme's list or of Word's font table; typeface="…" in
 * drawings, w:ascii="…" and its like in Word; <name val="…"/> and <rFont val="…"/> in Excel.
 */
const mention =
  /(?:(?<list><(?:a:font\s[^<>]{0,100}typeface|w:font\s{1,5}w:name))|\b(?:typeface|w:(?:ascii|hAnsi|eastAsia|cs))|<(?:\w{1,20}:)?(?:name|rFont)\s{1,5}val)\s{0,5}=\s{0,5}(?:"(?<quoted>[^"<>]{1,100})"|'(?<apostrophed>[^'<>]{1,100})')/g;

export async function namesInOoxml(path: string): Promise<MentionedFonts> {
  const chosen = new Set<string>();
  const others = new Set<string>();
  await eachXmlPart(path, async (chunks) => {
    const decoder = new TextDecoder();
    let rest = '';
    for await (const chunk of chunks) {
      const text = rest + decoder.decode(chunk, { stream: true });
      let read = 0;
      for (const match of text.matchAll(mention)) {
        const { list, quoted, apostrophed } = match.groups ?? {};
        const names = list === undefined ? chosen : others;
        if (names.size < maxNames) names.add(unescapeXml(quoted ?? apostrophed ?? ''));
        read = match.index + match[0].length;
      }
      rest = text.slice(Math.max(read, text.length - overlap));
    }
  });
  return { chosen: [...chosen], others: [...others] };
}

const entities: Record<string, string> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

function unescapeXml(text: string): string {
  return text.replace(/&(?:#(\d{1,7})|#x([\da-f]{1,6})|(\w{2,4}));/gi, (whole, decimal, hex, name) => {
    const code = decimal ? Number(decimal) : hex ? Number.parseInt(String(hex), 16) : null;
    if (code !== null) return code <= 0x10ffff ? String.fromCodePoint(code) : whole;
    return entities[String(name)] ?? whole;
  });
}

/** Before 2007, names stood in UTF-16, and before 1997 in the code page of whoever wrote the document. */
export async function namesInOle(path: string, names: string[]): Promise<string[]> {
  const bytes = await readFile(path);
  return names.filter(
    (name) =>
      bytes.includes(Buffer.from(name, 'utf16le')) ||
      [isLatin1(name) ? Buffer.from(name, 'latin1') : null, toShiftJis(name)].some(
        (encoded) => encoded !== null && bytes.includes(encoded),
      ),
  );
}

const isLatin1 = (text: string) => [...text].every((character) => (character.codePointAt(0) ?? 0) <= 0xff);

let shiftJis: Map<string, Buffer> | undefined;

/** @returns null when a character is not in that code page */
function toShiftJis(text: string): Buffer | null {
  shiftJis ??= shiftJisTable();
  const bytes: Buffer[] = [];
  for (const character of text) {
    const encoded = shiftJis.get(character);
    if (!encoded) return null;
    bytes.push(encoded);
  }
  return Buffer.concat(bytes);
}

/** Node decodes Shift_JIS but does not encode it, so the table is turned round. */
function shiftJisTable(): Map<string, Buffer> {
  const decoder = new TextDecoder('shift_jis');
  const table = new Map<string, Buffer>();
  const add = (...bytes: number[]) => {
    const character = decoder.decode(Uint8Array.from(bytes));
    if ([...character].length === 1 && !table.has(character)) table.set(character, Buffer.from(bytes));
  };
  for (let byte = 0x20; byte <= 0xdf; byte += 1) if (byte < 0x7f || byte > 0xa0) add(byte);
  for (let lead = 0x81; lead <= 0xfc; lead += 1) {
    if (lead >= 0xa0 && lead <= 0xdf) continue;
    for (let trail = 0x40; trail <= 0xfc; trail += 1) add(lead, trail);
  }
  return table;
}

/** LibreOffice writes the font dictionaries of a PDF in the clear. */
export async function fontsOfPdf(path: string): Promise<string[]> {
  const names = new Set<string>();
  for await (const piece of piecesOf(path)) {
    for (const [, name] of piece.matchAll(
      /\/BaseFont\s{0,5}\/(?:[A-Z]{6}\+)?([^\s/<>[\]()]{1,120})[\s/<>]/g,
    )) {
      if (names.size < maxNames) names.add(name as string);
    }
  }
  return [...names];
}

/** The bytes of a file piece by piece, each beginning with the end of the one before. */
export async function* piecesOf(path: string): AsyncGenerator<string, void, undefined> {
  const file = await open(path);
  try {
    const buffer = Buffer.alloc(pieceBytes);
    let rest = '';
    for (;;) {
      const { bytesRead } = await file.read(buffer, 0, pieceBytes);
      if (bytesRead === 0) break;
      const piece = rest + buffer.toString('latin1', 0, bytesRead);
      yield piece;
      rest = piece.slice(-overlap);
    }
  } finally {
    await file.close();
  }
}
