import { expect } from '@playwright/test';
import type { RecordingEntry } from '../../../sfu/protocol/recording.ts';
import { colourAt, complaintsOf, probe } from '../../../sfu/test/kit/recorded.ts';
import type { Area } from '../../../sfu/test/kit/recorded.ts';
import type { Rgb } from './colours.ts';
import { isNear, toleranceMs } from './film.ts';
import type { Film } from './film.ts';
import type { Stretch } from './story-time.ts';
import { difference, thumbnailOfFile } from './thumbnails.ts';

/* What every recorded file has to be, whatever is in it. */

/** As it is listed, and decoded without a word of complaint. */
export async function isSound(file: string, entry: RecordingEntry): Promise<void> {
  const { durationMs, bytes, codecs, width, height, chapters } = await probe(file);
  const [sound, picture, ...more] = codecs.toReversed();
  expect(sound).toBe('opus');
  if (entry.kind === 'video') {
    expect(['vp8', 'vp9'], 'what WebM is made of').toContain(picture);
    expect([width, height]).toEqual([1_280, 720]);
  } else {
    expect(picture, 'sound only').toBeUndefined();
  }
  expect(more).toEqual([]);
  expect(await complaintsOf(file)).toBe('');
  expect(bytes, 'as listed').toBe(entry.bytes);
  expect(Math.abs(durationMs - entry.durationMs), 'as listed (ms)').toBeLessThan(100);
  expect(chapters.map(({ title }) => title)).toEqual(entry.chapters.map(({ title }) => title));
}

/** As long as the clock on the wall says, which is not sure of the moment either. */
export function lasts(entry: RecordingEntry, { from, to }: Stretch): void {
  expect(entry.durationMs, 'length of the file (ms)').toBeGreaterThan(from - toleranceMs);
  expect(entry.durationMs, 'length of the file (ms)').toBeLessThan(to + toleranceMs);
}

/** R3: about 200 MB an hour; with these cameras, and no more than a minute or two of them. */
export function weighs({ bytes, durationMs }: RecordingEntry): void {
  const megabytesPerHour = (bytes / durationMs) * 3.6;
  console.log(`    ${Math.round(durationMs / 1_000)} s, ${Math.round(megabytesPerHour)} MB an hour`);
  expect(megabytesPerHour, 'about 200 MB an hour').toBeLessThan(260);
  expect(megabytesPerHour).toBeGreaterThan(50);
}

export function hasChapter({ chapters }: RecordingEntry, title: string, { from, to }: Stretch): void {
  const found = chapters.filter((each) => each.title.includes(title)).map(({ startMs }) => startMs);
  const isThere = found.some((ms) => ms > from - toleranceMs && ms < to + toleranceMs);
  const words = `${title}: at ${found.join(', ')} ms, and was from ${Math.round(from)} to ${Math.round(to)} ms`;
  expect(isThere, words).toBe(true);
}

/** Somebody's palm at a place of a page of one colour, in shares of the page: there at one moment, not at others. */
export async function hasPalm(
  { file }: Film,
  page: { area: Area; colour: Rgb; place: { x: number; y: number } },
  { there, gone }: { there: number; gone: readonly number[] },
): Promise<void> {
  const { area, colour, place } = page;
  // The palm is below the tip of its finger.
  const x = Math.round(area.x + place.x * area.width) - 4;
  const y = Math.round(area.y + place.y * area.height) + 12;
  const at = (ms: number) => colourAt(file, ms, { x, y, width: 8, height: 8 });
  const during = await at(there);
  expect(isNear(during, colour), `a palm, not ${during.join(', ')}`).toBe(false);
  expect(Math.min(...during), 'nor the white of a page').toBeLessThan(200);
  for (const ms of gone) {
    const without = await at(ms);
    expect(isNear(without, colour), `the page, not ${without.join(', ')}`).toBe(true);
  }
}

/** A page is in the file as it was on a screen, and is not to be taken for another one. */
export async function hasPage(
  { file }: Film,
  atMs: number,
  area: Area,
  pages: { shown: readonly number[]; other: readonly number[] },
): Promise<void> {
  const found = await thumbnailOfFile(file, atMs, area);
  const apart = difference(found, pages.shown);
  // Another renderer, another size and a lossy picture: of 255.
  expect(apart, 'the page as it was on the screen').toBeLessThan(12);
  expect(apart, 'it is this page, not the other').toBeLessThan(difference(found, pages.other) / 2);
}
