import { setImmediate as turn } from 'node:timers/promises';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { Parser } from 'csv-parse';

/** Every file in CSV that the organisation reads or writes: RFC 4180, as Excel opens and writes it. */

/** Stands before the first line: without the BOM Excel takes UTF-8 for the encoding of its country. */
export const csvHead = '\uFEFF';

/*
 * What a spreadsheet would calculate instead of showing it (OWASP, "CSV Injection"; ASVS 1.2.10), also in the
 * full-width forms that Excel in Japanese understands, and behind spaces. Apostrophes before it count, so that
 * what `plainCell` takes away is exactly what `csvLine` has put there.
 */
const formula = /^'*\s*[=+\-@＝＋－＠\t\r\n]/u;
const needsQuotes = /[",;\t\r\n]|^\s|\s$/u;

/**
 * A line with its CRLF. A cell that a spreadsheet would take for a formula gets an apostrophe before it, and so do
 * `-5` and `+81-3-1234-5678`: they are text. Null is an empty cell.
 */
export function csvLine(cells: readonly (string | number | null)[]): string {
  return `${cells.map(written).join(',')}\r\n`;
}

function written(cell: string | number | null): string {
  const text = String(cell ?? '');
  const safe = formula.test(text) ? `'${text}` : text;
  return needsQuotes.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

/** What a cell was before `csvLine` made it harmless. */
export function plainCell(cell: string): string {
  const rest = cell.slice(1);
  return cell.startsWith("'") && formula.test(rest) ? rest : cell;
}

export type CsvEncoding = 'utf-8' | 'shift_jis';

/* Text has no others; UTF-16 without BOM and pictures have many. ICU answers U+001A for what it does not know. */
const noText = /[^\P{Cc}\t\r\n]/u;

/** Where ICU's table of Shift_JIS is not that of Windows and of the Encoding Standard. */
const windowsForms: Readonly<Record<string, string>> = {
  '\u301C': '～',
  '\u2016': '∥',
  '\u2212': '－',
  '¢': '￠',
  '£': '￡',
  '¬': '￢',
};

/** UTF-8, with or without BOM, or else Shift_JIS, each to the letter. @returns null for what is neither */
export function decodeCsv(bytes: Uint8Array): { encoding: CsvEncoding; text: string } | null {
  const utf8 = decodedAs('utf-8', bytes);
  if (utf8 !== null) return noText.test(utf8) ? null : { encoding: 'utf-8', text: utf8 };
  const hasBom = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf;
  const shiftJis = hasBom ? null : decodedAs('shift_jis', bytes);
  if (shiftJis === null || noText.test(shiftJis)) return null;
  const text = shiftJis.replace(/[\u301C\u2016\u2212¢£¬]/gu, (sign) => windowsForms[sign] ?? sign);
  return { encoding: 'shift_jis', text };
}

function decodedAs(encoding: CsvEncoding, bytes: Uint8Array): string | null {
  try {
    return new TextDecoder(encoding, { fatal: true }).decode(bytes);
  } catch {
    return null;
  }
}

export type CsvRow = {
  /** As a spreadsheet counts: from 1, empty rows too, and a cell of several lines is in one row. */
  row: number;
  /** As they stand there; `plainCell` takes the apostrophes away. */
  cells: string[];
};

/** Why a file cannot be read any further. */
export type CsvFault = { row: number; code: 'broken-quotes' | 'too-many-rows' };

/** Between two pieces others have their turn: it takes a few milliseconds to read this much. */
const pieceBytes = 64 * 1_024;
/** More than this no spreadsheet holds, empty rows included. */
const physicalRowsMax = 1_048_576;

/**
 * Reads a text; rows without any content are left out.
 *
 * @param rowsMax so many may have content
 * @returns what could be read, and what stopped it
 */
export async function parseCsv(
  text: string,
  rowsMax: number,
): Promise<{ rows: CsvRow[]; fault: CsvFault | null }> {
  const rows: CsvRow[] = [];
  let physical = 0;
  // The parser as a stream, not csv-parse/sync: ten megabytes would keep everybody's meeting waiting for a second.
  const parser = new Parser({
    record_delimiter: ['\r\n', '\n', '\r'],
    // How many cells a row has to have is known to whoever knows the columns.
    relax_column_count: true,
    on_record: (cells: string[]) => {
      physical += 1;
      if (cells.some((cell) => cell.trim() !== '')) rows.push({ row: physical, cells });
      if (rows.length > rowsMax || physical > physicalRowsMax) throw new TooManyRows();
      return null;
    },
  });
  parser.resume();
  try {
    await pipeline(Readable.from(inPieces(text)), parser);
    return { rows, fault: null };
  } catch (error) {
    if (error instanceof TooManyRows) return { rows, fault: { row: physical, code: 'too-many-rows' } };
    if (!isAboutQuotes(error)) throw error;
    return { rows, fault: { row: physical + 1, code: 'broken-quotes' } };
  }
}

class TooManyRows extends Error {}

const quoteFaults: ReadonlySet<unknown> = new Set([
  'CSV_INVALID_CLOSING_QUOTE',
  'INVALID_OPENING_QUOTE',
  'CSV_QUOTE_NOT_CLOSED',
]);

function isAboutQuotes(error: unknown): boolean {
  return error instanceof Error && 'code' in error && quoteFaults.has(error.code);
}

async function* inPieces(text: string): AsyncGenerator<Buffer> {
  const bytes = Buffer.from(text);
  for (let start = 0; start < bytes.length; start += pieceBytes) {
    yield bytes.subarray(start, start + pieceBytes);
    await turn();
  }
}
