import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { Locator } from '@playwright/test';
import type { Area } from '../../../sfu/test/kit/recorded.ts';
import { eventually, itIs, notYet } from './eventually.ts';

/* Small pictures of a page, to see whether two of them are the same page. */

const run = promisify(execFile);
/** So coarse that another renderer's letters are the same. */
const grid = { width: 24, height: 24 };

export type Thumbnail = { size: { width: number; height: number }; pixels: number[] };

/** Of a page as it is on a screen. @returns its size there as well, for its shape */
export async function thumbnailOfCanvas(canvas: Locator): Promise<Thumbnail> {
  let thumbnail: Thumbnail | null = null;
  await eventually('the page should be painted', async () => {
    thumbnail = await lookAt(canvas);
    return thumbnail ? itIs : notYet('it is being painted anew');
  });
  return thumbnail!;
}

function lookAt(canvas: Locator): Promise<Thumbnail | null> {
  return canvas.evaluate((element, { width, height }) => {
    const page = element as HTMLCanvasElement;
    // In the moment in which another canvas takes its place.
    if (!page.isConnected || page.width === 0) return null;
    const context = new OffscreenCanvas(page.width, page.height).getContext('2d', {
      willReadFrequently: true,
    });
    if (!context) throw new Error('This browser cannot look at a page.');
    context.fillStyle = 'white';
    context.fillRect(0, 0, page.width, page.height);
    context.drawImage(page, 0, 0);
    const { data } = context.getImageData(0, 0, page.width, page.height);
    const sums = new Float64Array(width * height * 3);
    const counts = new Float64Array(width * height);
    for (let y = 0; y < page.height; y += 1) {
      for (let x = 0; x < page.width; x += 1) {
        const cell = Math.floor((y * height) / page.height) * width + Math.floor((x * width) / page.width);
        counts[cell] = (counts[cell] ?? 0) + 1;
        for (const channel of [0, 1, 2]) {
          const value = data[(y * page.width + x) * 4 + channel] ?? 0;
          sums[cell * 3 + channel] = (sums[cell * 3 + channel] ?? 0) + value;
        }
      }
    }
    return {
      size: { width: page.width, height: page.height },
      pixels: Array.from(sums, (sum, index) => sum / (counts[Math.floor(index / 3)] ?? 1)),
    };
  }, grid);
}

/** Of what is in a recorded file at a moment, in an area. */
export async function thumbnailOfFile(file: string, atMs: number, area: Area): Promise<number[]> {
  const crop = `crop=${area.width}:${area.height}:${area.x}:${area.y}`;
  const { stdout } = await run(
    'ffmpeg',
    [
      ...['-v', 'error', '-ss', String(atMs / 1_000), '-i', file, '-frames:v', '1'],
      ...['-vf', `${crop},scale=${grid.width}:${grid.height}:flags=area`],
      ...['-pix_fmt', 'rgb24', '-f', 'rawvideo', '-'],
    ],
    { encoding: 'buffer' },
  );
  if (stdout.length === 0) throw new Error(`${file} has no picture at ${atMs} ms.`);
  return [...stdout];
}

/** How far two of them are apart: the average difference of a value, 0 to 255. */
export function difference(one: readonly number[], other: readonly number[]): number {
  return one.reduce((sum, value, index) => sum + Math.abs(value - (other[index] ?? 0)), 0) / one.length;
}
