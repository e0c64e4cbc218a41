import { Script } from 'node:vm';
import { gzipSync } from 'node:zlib';
import { beforeAll, describe, expect, it } from 'vitest';
import { buildBanner } from '../build/banner.ts';

const buildTimeoutMs = 60_000;
const kB = 1_000;

describe('what a company adds to its page', () => {
  let script = '';

  beforeAll(async () => {
    script = await buildBanner();
  }, buildTimeoutMs);

  it('is 5 kB at the most, as it goes over the line (B4)', () => {
    const bytes = gzipSync(script, { level: 9 }).length;
    process.stdout.write(`    banner.js: ${bytes} bytes gzipped, ${script.length} before\n`);
    expect(bytes).toBeGreaterThan(kB);
    expect(bytes).toBeLessThanOrEqual(5 * kB);
  });

  it('is a script that runs on any page, and fetches no other', () => {
    expect(() => new Script(script)).not.toThrow();
    expect(script).not.toMatch(/\bimport\b/);
  });

  it('writes no HTML and no code, which a strict policy forbids', () => {
    expect(script).not.toMatch(
      /innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\b|new Function/,
    );
  });
});
