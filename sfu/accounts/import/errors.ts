import type { ImportError } from '../../protocol/organization.ts';
import { printable } from '../../protocol/values.ts';

export type ImportErrorCode = ImportError['code'];

/** More than this nobody reads at once; the rest shows after these are mended. */
const errorsMax = 200;
const valueCharacters = 60;
/** So much of a value is looked at: a cell can be as long as the file. */
const lookedAtMax = 1_000;

/** What is wrong with a file, row by row. */
export class ImportErrors {
  readonly #listed: ImportError[] = [];
  #count = 0;

  /**
   * @param column as it is called in the file; null: it concerns the whole row
   * @param value what stands there; never a password
   */
  add(row: number, column: string | null, code: ImportErrorCode, value = ''): void {
    this.#count += 1;
    if (this.#listed.length >= errorsMax) return;
    this.#listed.push({ row, column, code, value: printable(value.slice(0, lookedAtMax), valueCharacters) });
  }

  get any(): boolean {
    return this.#count > 0;
  }

  report(): { errors: ImportError[]; moreErrors: boolean } {
    const errors = this.#listed.toSorted((a, b) => a.row - b.row);
    return { errors, moreErrors: this.#count > errors.length };
  }
}
