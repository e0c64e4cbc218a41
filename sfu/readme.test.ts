import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { settings } from './config.ts';

test('the README lists every setting with its default and meaning', () => {
  const readme = readFileSync(path.resolve(import.meta.dirname, '../README.md'), 'utf8');
  const rows = settings.map(({ name, default: value, meaning }) => `| \`${name}\` | ${value} | ${meaning} |`);
  expect(readme.split('\n').filter((line) => line.startsWith('| `') && /^\| `[A-Z_]+` /.test(line))).toEqual(
    rows,
  );
});
