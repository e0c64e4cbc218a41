import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { layoutOf } from '../timeline/layout.ts';
import { page, person, sceneOf } from '../timeline/test-kit.ts';
import { backdrop } from './backdrop.ts';
import { palm } from './palm.ts';
import { Stills } from './stills.ts';

let cacheDir: string;
let stills: Stills;
beforeEach(async () => {
  cacheDir = await mkdtemp(path.join(os.tmpdir(), 'taimen-stills-'));
  stills = await Stills.create({ cacheDir });
});
afterEach(() => rm(cacheDir, { recursive: true, force: true }));

const square = (colour: string) =>
  `<svg xmlns="http://www.w3.org/2000/svg" width="8" height="6"><rect width="8" height="6" fill="${colour}"/></svg>`;
const still = (svg: string, width = 8, height = 6) => ({ kind: 'svg' as const, svg, width, height });

/** Width and height as the PNG says them. */
async function sizeOf(file: string): Promise<[number, number]> {
  const png = await readFile(file);
  expect(png.toString('latin1', 1, 4)).toBe('PNG');
  return [png.readUInt32BE(16), png.readUInt32BE(20)];
}

describe('a still', () => {
  test('is painted in its size', async () => {
    const painted = await stills.paint(still(square('red')));
    expect(painted).toMatchObject({ width: 8, height: 6 });
    expect(await sizeOf(painted.file)).toEqual([8, 6]);
  });

  test('is painted once, however many ask for it and whenever, also by the next process', async () => {
    const asked = await Promise.all(Array.from({ length: 12 }, () => stills.paint(still(square('red')))));
    expect(new Set(asked.map(({ file }) => file)).size).toBe(1);
    const { mtimeNs } = await stat(asked[0]!.file, { bigint: true });
    await stills.paint(still(square('blue')));
    const again = await (await Stills.create({ cacheDir })).paint(still(square('red')));
    expect((await stat(again.file, { bigint: true })).mtimeNs).toBe(mtimeNs);
    expect(await readdir(cacheDir)).toHaveLength(2);
  });

  test('that cannot be painted is told of, leaves nothing behind, and can be tried again', async () => {
    const wrong = still('<svg xmlns="http://www.w3.org/2000/svg"><text>&nothing;</svg>');
    await expect(stills.paint(wrong)).rejects.toThrow('cannot paint');
    await expect(stills.paint(wrong)).rejects.toThrow('cannot paint');
    await expect(stills.paint(still(square('red'), 100_000))).rejects.toThrow('too large');
    expect(await readdir(cacheDir)).toEqual([]);
  });
});

const names = [
  '',
  '佐藤 花子',
  '寿限無寿限無五劫の擦り切れ海砂利水魚の水行末雲来末風来末',
  `<b>&amp;"'</text><image href="file:///etc/passwd"/>]]>`,
  'a\u0000\u0001\u001f\u007f\u0085b',
  '\u202Eesrever\u2066\u2069',
  'محمد بن سلمان',
  '\uD800\uDFFF\uDC00 \uFFFE\uFFFF',
  '👩‍💼👨‍👩‍👧‍👦🏳️‍🌈',
  'Ｗ'.repeat(60),
  '\u0301\u0301\u0301',
];

test.each(names)('%j is a name that can be painted, on a plate, below it and beside a hand', async (name) => {
  const scene = sceneOf([person('host'), person('Sato')], page('doc', 1));
  const people = layoutOf(scene).seats.map((seat, index) => ({
    ...seat,
    name,
    role: index === 0 ? '担当者' : 'お客様',
    isHost: index === 0,
    isMuted: index === 1,
    isConnected: index === 0,
  }));
  const whole = await stills.paint(still(backdrop({ people, middle: null }), 1_280, 720));
  expect(await sizeOf(whole.file)).toEqual([1_280, 720]);
  const hand = palm(name, 2, { left: true, above: false });
  expect([hand.width % 2, hand.height % 2]).toEqual([0, 0]);
  expect(hand.width).toBeLessThan(260);
  expect(await sizeOf((await stills.paint({ kind: 'svg', ...hand })).file)).toEqual([
    hand.width,
    hand.height,
  ]);
});
