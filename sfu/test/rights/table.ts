/**
 * A table in plain text: one line for each right, the first cell naming it, the others what each column is answered.
 * Cells are kept apart by two spaces or more; a line that begins with `#` says something to the reader only.
 */
export type RightsTable<C extends string> = {
  columns: readonly C[];
  /** By the name of the row, such as `GET /users?unit`: what stands behind `?` tells rows of one right apart. */
  rows: ReadonlyMap<string, Readonly<Record<C, string>> & { readonly note: string }>;
};

/**
 * @param columns as the first line of the text has to name them; behind the last, a row may have a note
 * @throws Error for a row that is not complete, or stands there twice
 */
export function readTable<C extends string>(text: string, columns: readonly C[]): RightsTable<C> {
  const lines = text.split('\n').filter((line) => line.trim() !== '' && !line.startsWith('#'));
  const [head = [], ...cellsOfRows] = lines.map((line) => line.trim().split(/ {2,}/));
  if (head.slice(1, 1 + columns.length).join() !== columns.join()) {
    throw new Error(`The table has other columns: ${head.join(', ')}.`);
  }
  const rows = new Map<string, Record<C, string> & { note: string }>();
  for (const [name = '', ...cells] of cellsOfRows) {
    const [note = '', ...more] = cells.slice(columns.length);
    if (cells.length < columns.length || more.length > 0) throw new Error(`The row ${name} is not complete.`);
    if (rows.has(name)) throw new Error(`The row ${name} stands there twice.`);
    const answers = Object.fromEntries(columns.map((column, index) => [column, cells[index]]));
    rows.set(name, { ...(answers as Record<C, string>), note });
  }
  return { columns, rows };
}

/** What a row is about. */
export const rightOf = (row: string) => row.split('?')[0]!;

/** The rights that the rows of a table are about, each once. */
export const rightsIn = ({ rows }: Pick<RightsTable<string>, 'rows'>) =>
  [...new Set([...rows.keys()].map(rightOf))].toSorted();
