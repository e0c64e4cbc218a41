import type { Page } from '@playwright/test';

/**
 * When the first frame came that was sent after `since` on a new way: of a track that had shown nothing
 * before. Media that was made anew comes as new tracks, so that a late frame of the old ones does not count.
 *
 * @param since milliseconds since 1970
 * @returns Infinity when none came within the time given
 */
export async function firstFreshFrame(page: Page, since: number, timeoutMs = 20_000): Promise<number> {
  try {
    const handle = await page.waitForFunction(
      (since) => {
        const { remoteFrames } = window.instruments;
        const known = new Set(remoteFrames.filter(({ at }) => at <= since).map(({ track }) => track));
        return remoteFrames.find(({ at, track }) => at > since && !known.has(track))?.at;
      },
      since,
      { timeout: timeoutMs, polling: 20 },
    );
    return (await handle.jsonValue()) ?? Number.POSITIVE_INFINITY;
  } catch (error) {
    if (error instanceof Error && error.name === 'TimeoutError') return Number.POSITIVE_INFINITY;
    throw error;
  }
}

/** The longest time without a new frame between two moments, in milliseconds. */
export async function longestGap(page: Page, from: number, to: number): Promise<number> {
  return page.evaluate(
    ({ from, to }) => {
      const shown = window.instruments.remoteFrames.map(({ at }) => at).filter((at) => at > from && at < to);
      const times = [from, ...shown, to];
      return Math.max(...times.slice(1).map((time, index) => time - (times[index] ?? time)));
    },
    { from, to },
  );
}

/** When the person at this page last pressed something. */
export async function lastPress(page: Page): Promise<number> {
  return page.evaluate(() => window.instruments.lastPress);
}
