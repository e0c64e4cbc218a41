import type { Locator } from '@playwright/test';
import type { Area } from '../../../sfu/test/kit/recorded.ts';
import { colours } from './colours.ts';
import type { Rgb } from './colours.ts';
import { eventually, itIs, notYet } from './eventually.ts';
import type { Participant } from './participant.ts';

/* A recording that is played in a page. */

/** The picture, or the sound without one, of the page of a recording. */
export const player = (who: Participant): Locator =>
  who.page.getByRole('region', { name: 'プレーヤー', exact: true }).locator('video, audio');

const look = (media: Locator) =>
  media.evaluate((element: HTMLMediaElement) => ({
    atMs: element.currentTime * 1_000,
    durationMs: element.duration * 1_000,
    rate: element.playbackRate,
    isPlaying: !element.paused && !element.ended,
    isSeeking: element.seeking,
    error: element.error?.message ?? null,
  }));

/** It goes on by itself. @returns how fast: milliseconds of the recording in one of the clock */
export async function plays(media: Locator, forMs = 1_500): Promise<number> {
  let speed = 0;
  await eventually('the recording should play', async () => {
    const { isPlaying, error } = await look(media);
    if (error !== null) throw new Error(error);
    if (!isPlaying) return notYet('it stands');
    speed = await media.evaluate(async (element: HTMLMediaElement, ms) => {
      const [from, at] = [performance.now(), element.currentTime];
      await new Promise((resolve) => setTimeout(resolve, ms));
      return ((element.currentTime - at) * 1_000) / (performance.now() - from);
    }, forMs);
    return speed > 0.3 ? itIs : notYet(`it goes on at a speed of ${speed.toFixed(2)}`);
  });
  return speed;
}

/** As the browser's own slider does. */
export async function seeks(media: Locator, ms: number): Promise<void> {
  await media.evaluate((element: HTMLMediaElement, seconds) => {
    element.pause();
    element.currentTime = seconds;
  }, ms / 1_000);
  await isAt(media, ms, 300);
}

export async function isAt(media: Locator, ms: number, mostMs: number): Promise<void> {
  await eventually(`the recording should be at ${Math.round(ms)} ms`, async () => {
    const { atMs, isSeeking } = await look(media);
    if (isSeeking) return notYet('it is still on its way');
    return Math.abs(atMs - ms) <= mostMs ? itIs : notYet(`it is at ${Math.round(atMs)} ms`);
  });
}

/** The average colour of an area of the picture, in pixels of the recording. */
export async function showsColour(
  media: Locator,
  what: string,
  area: Area,
  isSo: (rgb: Rgb) => boolean,
): Promise<void> {
  await eventually(`the recording should show ${what}`, async () => {
    const rgb = await media.evaluate((element, { x, y, width, height }) => {
      const context = new OffscreenCanvas(1_280, 720).getContext('2d', { willReadFrequently: true });
      if (!context) throw new Error('This browser cannot look at a picture.');
      context.drawImage(element as HTMLVideoElement, 0, 0, 1_280, 720);
      const { data } = context.getImageData(x, y, width, height);
      const sums: [number, number, number] = [0, 0, 0];
      data.forEach((value, index) => {
        if (index % 4 < 3) sums[index % 4] = (sums[index % 4] ?? 0) + value;
      });
      const mean = (sum: number) => Math.round(sum / (width * height));
      return [mean(sums[0]), mean(sums[1]), mean(sums[2])] as const;
    }, area);
    return isSo(rgb) ? itIs : notYet(`it is ${rgb.join(', ')} there`);
  });
}

/** Louder than this is heard. */
const audibleDb = -45;

/** It plays from its beginning, and somebody's tone is in what comes out of it. */
export async function sounds(media: Locator, { who, colour }: Participant): Promise<void> {
  await eventually(`${who} should be heard in the recording`, async () => {
    const level = await media.evaluate(
      async (element: HTMLMediaElement & { captureStream(): MediaStream }, toneHz) => {
        element.currentTime = 0;
        await element.play();
        const context = new AudioContext();
        const analyser = context.createAnalyser();
        analyser.fftSize = 4_096;
        context.createMediaStreamSource(element.captureStream()).connect(analyser);
        const spectrum = new Float32Array(analyser.frequencyBinCount);
        const bin = Math.round((toneHz * analyser.fftSize) / context.sampleRate);
        let loudest = -200;
        const until = performance.now() + 2_000;
        while (performance.now() < until) {
          analyser.getFloatFrequencyData(spectrum);
          loudest = Math.max(loudest, spectrum[bin] ?? -200);
          await new Promise((resolve) => setTimeout(resolve, 50));
        }
        await context.close();
        return loudest;
      },
      colours[colour].toneHz,
    );
    return level > audibleDb ? itIs : notYet(`it was ${Math.round(level)} dBFS loud`);
  });
}

export const durationOf = async (media: Locator): Promise<number> => (await look(media)).durationMs;
