import { mkdirSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import path from 'node:path';
import { shown } from './numbers.ts';

/** A line of a bench's table: what Taimen reaches, beside the baseline of the same run and the aim. */
export type Row = {
  what: string;
  unit: string;
  taimen: number;
  /** Null where a baseline makes no sense. */
  bare: number | null;
  /** The aim, as a sentence of the table, and whether it was reached; null without an aim. */
  aim: string | null;
  reached: boolean | null;
  note?: string;
};

const folder = path.resolve(import.meta.dirname, '../../../var/bench');

/** Prints the table and writes it, with everything measured, to var/bench/NAME.json. */
export function report(name: string, rows: readonly Row[], details: unknown): void {
  const cells = rows.map((row) => [
    row.what,
    `${shown(row.taimen)} ${row.unit}`,
    row.bare === null ? '' : `${shown(row.bare)} ${row.unit}`,
    row.bare === null || !Number.isFinite(row.bare) ? '' : `${(row.taimen / row.bare).toFixed(2)} ×`,
    row.aim ?? '',
    row.reached === null ? '' : row.reached ? 'yes' : 'NO',
    row.note ?? '',
  ]);
  const table = [['', 'Taimen', 'bare', 'ratio', 'aim', 'reached', ''], ...cells];
  const widths = (table[0] ?? []).map((_, column) =>
    Math.max(...table.map((line) => line[column]?.length ?? 0)),
  );
  const text = table.map((line) =>
    line
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  );
  process.stdout.write(`\n${text.join('\n')}\n\n`);

  mkdirSync(folder, { recursive: true });
  const file = path.join(folder, `${name}.json`);
  const machine = { cores: cpus().length, model: cpus()[0]?.model ?? 'unknown', node: process.version };
  // JSON knows no infinity: what never happened is null.
  writeFileSync(
    file,
    `${JSON.stringify({ measuredAt: new Date().toISOString(), machine, rows, details }, null, 2)}\n`,
  );
  process.stdout.write(`Written to ${path.relative(process.cwd(), file)}.\n`);
}
