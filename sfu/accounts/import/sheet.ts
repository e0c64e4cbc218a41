import { limits } from '../../protocol/limits.ts';
import { printable } from '../../protocol/values.ts';
import { decodeCsv, parseCsv, plainCell, type CsvEncoding, type CsvRow } from '../csv.ts';
import { columnNamed, columnNames, type ColumnKey, type ColumnLanguage } from './columns.ts';
import { ImportErrors } from './errors.ts';

/** A file of users whose columns are understood; whether the rows make sense is another matter. */
export type Sheet = {
  /** Where each column stands. */
  columns: ReadonlyMap<ColumnKey, number>;
  /** How they are called in this file. */
  titles: Readonly<Record<ColumnKey, string>>;
  /** The row with the names of the columns. */
  headRow: number;
  /** So many cells each row has to have. */
  width: number;
  rows: readonly CsvRow[];
};

/** Longer than the name of any column; a cell can be as long as the file. */
const titleCharactersMax = 100;

export type ReadFile = { encoding: CsvEncoding; sheet: Sheet | null; rows: number; errors: ImportErrors };

/** Reads the bytes of a file of users. @returns without a sheet, why there is none */
export async function readSheet(bytes: Uint8Array): Promise<ReadFile> {
  const errors = new ImportErrors();
  const decoded = decodeCsv(bytes);
  if (!decoded) {
    errors.add(1, null, 'not-text');
    return { encoding: 'utf-8', sheet: null, rows: 0, errors };
  }
  const { encoding, text } = decoded;
  // One more for the names of the columns.
  const { rows: all, fault } = await parseCsv(text, limits.usersPerFile + 1);
  const [head, ...rows] = all;
  const without = { encoding, sheet: null, rows: rows.length, errors };
  if (fault) {
    errors.add(
      fault.row,
      null,
      fault.code,
      fault.code === 'too-many-rows' ? String(limits.usersPerFile) : '',
    );
    return without;
  }
  if (!head) {
    errors.add(1, null, 'empty-file');
    return without;
  }
  const understood = readHead(head, errors);
  if (rows.length === 0) errors.add(head.row, null, 'empty-file');
  if (errors.any) return without;
  return { encoding, sheet: { ...understood, headRow: head.row, rows }, rows: rows.length, errors };
}

function readHead({ row, cells }: CsvRow, errors: ImportErrors): Pick<Sheet, 'columns' | 'titles' | 'width'> {
  const names = cells.map((cell) =>
    printable(plainCell(cell).slice(0, titleCharactersMax), titleCharactersMax),
  );
  // Spreadsheets write empty columns along with those that are used.
  const width = names.findLastIndex((name) => name !== '') + 1;
  const columns = new Map<ColumnKey, number>();
  const written = new Map<ColumnKey, string>();
  let language: ColumnLanguage = 'ja';
  for (const [index, name] of names.slice(0, width).entries()) {
    const known = columnNamed(name);
    if (!known) {
      errors.add(row, name, 'unknown-column', name);
    } else if (columns.has(known.key)) {
      errors.add(row, name, 'duplicate', name);
    } else {
      columns.set(known.key, index);
      written.set(known.key, name);
      language = known.language;
    }
  }
  const titles = { ...columnNames[language], ...Object.fromEntries(written) };
  if (!columns.has('login')) errors.add(row, titles.login, 'missing-column', titles.login);
  return { columns, titles, width };
}
