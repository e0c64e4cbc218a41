import { a } from '../i18n/admin.ts';
import { csvFile } from './csv-file.ts';

/** What a CSV of users looks like in the language of the page, with two people to be written over. */
export const templateFile = (): Blob =>
  csvFile(
    a()
      .import.templateRows()
      .split('\n')
      .map((row) => row.split(',')),
  );
