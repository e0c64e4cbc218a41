import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { hashFiles, listFiles, readStamp, writeStamp } from './stamp.mjs';

let root: string;

beforeEach(() => {
  root = mkdtempSync(path.join(os.tmpdir(), 'taimen-stamp-'));
  mkdirSync(path.join(root, 'pages/dist'), { recursive: true });
  writeFileSync(path.join(root, 'pages/b.ts'), 'two');
  writeFileSync(path.join(root, 'pages/a.ts'), 'one');
  writeFileSync(path.join(root, 'pages/dist/out.js'), 'made from them');
});

afterEach(() => {
  rmSync(root, { recursive: true });
});

const stampOf = (...extras: string[]) =>
  hashFiles(
    root,
    listFiles(root, ['pages'], (file) => file === 'pages/dist'),
    extras,
  );

describe('listing the files that a result is made of', () => {
  it('walks folders, leaves out what is to be skipped and what is not there', () => {
    expect(listFiles(root, ['pages', 'nowhere'], (file) => file.endsWith('/dist'))).toEqual([
      'pages/a.ts',
      'pages/b.ts',
    ]);
  });

  it('takes a single file', () => {
    expect(listFiles(root, ['pages/b.ts'])).toEqual(['pages/b.ts']);
  });
});

describe('the hash of a result', () => {
  it('stays the same as long as nothing changes, and when only the result changes', () => {
    const before = stampOf();
    writeFileSync(path.join(root, 'pages/dist/out.js'), 'made again');
    expect(stampOf()).toBe(before);
  });

  it.each([
    ['a content', () => writeFileSync(path.join(root, 'pages/a.ts'), 'One')],
    ['a new file', () => writeFileSync(path.join(root, 'pages/c.ts'), '')],
    ['a missing file', () => rmSync(path.join(root, 'pages/b.ts'))],
  ])('changes with %s', (_what, change) => {
    const before = stampOf();
    change();
    expect(stampOf()).not.toBe(before);
  });

  it('changes with the extras, and tells them apart', () => {
    expect(new Set([stampOf(), stampOf('ab', 'c'), stampOf('a', 'bc')]).size).toBe(3);
  });
});

describe('a stamp', () => {
  it('is read as it was written, in a folder that was not there', () => {
    const file = path.join(root, 'new/.stamp');
    expect(readStamp(file)).toBeUndefined();
    writeStamp(file, 'abc');
    expect(readStamp(file)).toBe('abc');
  });
});
