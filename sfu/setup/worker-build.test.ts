import { expect, it } from 'vitest';
import { progress } from './worker-build.mjs';

it('tells now and then how far the build is, whatever pieces the output comes in', () => {
  const told: number[] = [];
  const read = progress((percent) => told.push(percent));
  for (let step = 1; step <= 259; step++) read(`[${step}/259] Building CXX object x.o\n`);
  expect(told).toEqual([20, 40, 60, 80]);
});
