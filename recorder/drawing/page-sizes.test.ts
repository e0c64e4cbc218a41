import { expect, test } from 'vitest';
import { readPageSizes } from './page-sizes.ts';

test('a page that lies on its side in the file is read as it is shown', () => {
  const text = [
    'Title:  a title',
    'Page    1 size:  612 x 792 pts (letter)',
    'Page    1 rot:   270',
    'Page    2 size:  2.5e+02 x 841.89 pts',
    'Page    2 rot:   180',
    'Page    3 size:  0 x 0 pts',
    'Page size:       1 x 1 pts',
  ].join('\n');
  expect([...readPageSizes(text)]).toEqual([
    [1, { width: 792, height: 612, isTurned: true }],
    [2, { width: 250, height: 841.89, isTurned: false }],
  ]);
});
