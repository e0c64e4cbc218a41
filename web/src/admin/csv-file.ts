/** Files of CSV that are made in the page; RFC 4180, as Excel opens them. */

/*
 * What a spreadsheet would calculate instead of showing it, also in full width and behind spaces. Apostrophes before it
 * count: what the server takes away when it reads such a cell is what was put there.
 */
const formula = /^'*\s*[=+\-@＝＋－＠\t\r\n]/u;

/** Quoted, because a login ID may have a comma or a quotation mark in it; a formula is made harmless. */
export function csvCell(text: string): string {
  const safe = formula.test(text) ? `'${text}` : text;
  return `"${safe.replaceAll('"', '""')}"`;
}

/** With a byte order mark: without it Excel takes UTF-8 for something else. */
export function csvText(rows: readonly (readonly string[])[]): string {
  return `\uFEFF${rows.map((cells) => `${cells.map(csvCell).join(',')}\r\n`).join('')}`;
}

export const csvFile = (rows: readonly (readonly string[])[]): Blob =>
  new Blob([csvText(rows)], { type: 'text/csv' });
