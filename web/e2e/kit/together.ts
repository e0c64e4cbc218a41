import { expect } from '@playwright/test';
import { eventually, itIs, notYet } from './eventually.ts';
import type { Participant } from './participant.ts';

const pairsOf = (people: readonly Participant[]) =>
  people.flatMap((viewer) => people.filter((other) => other !== viewer).map((other) => ({ viewer, other })));

/** All see and hear each other, themselves too, and there are exactly as many tiles as people. */
export async function areTogether(people: readonly Participant[], timeoutMs?: number): Promise<void> {
  await Promise.all([
    ...people.map((each) => each.seesExactly(people, timeoutMs)),
    ...people.map((each) => each.sees(each, timeoutMs)),
    ...pairsOf(people).map(({ viewer, other }) => viewer.sees(other, timeoutMs)),
  ]);
  await Promise.all(pairsOf(people).map(({ viewer, other }) => viewer.hears(other, timeoutMs)));
}

/** Nobody's picture of anybody stood still between two moments. */
export async function motionWent(people: readonly Participant[], from: number, to: number): Promise<void> {
  const stillMaxMs = 2_000;
  for (const { viewer, other } of pairsOf(people)) {
    const times = await viewer.frameTimesOf(other);
    const gaps = gapsOf([from, ...times.filter((time) => time > from && time < to), to]);
    const longestMs = Math.max(...gaps.map(({ lengthMs }) => lengthMs));
    expect(longestMs, `${viewer.who} should have seen ${other.who} move all the time (ms)`).toBeLessThan(
      stillMaxMs,
    );
  }
}

/** At fifteen frames a second, a picture that stands this long was stopped. */
const breakMinMs = 300;
/** No stop in so long a time: the picture came back faster than that. */
const settledMs = 5_000;

export type Comeback = { viewer: string; other: string; afterMs: number };

/**
 * Waits until every side has a fresh picture of every other after a break, and measures when.
 *
 * @param brokenAt when the pictures were stopped
 * @param since from when the time is taken
 */
export async function comebacks(
  people: readonly Participant[],
  brokenAt: number,
  since: number,
): Promise<Comeback[]> {
  return Promise.all(
    pairsOf(people).map(async ({ viewer, other }) => {
      let resumedAt = 0;
      await eventually(`${viewer.who} should see a fresh picture of ${other.who}`, async () => {
        const times = (await viewer.frameTimesOf(other)).filter((time) => time > brokenAt);
        const isMoving = times.filter((time) => time > Date.now() - 1_000).length > 3;
        if (!isMoving) return notYet('no new frames have come');
        // What was under way is still shown for a moment after the break; then comes the gap.
        const gaps = gapsOf([brokenAt, ...times]).filter(({ end }) => end > since);
        const isSettled = Date.now() - since > settledMs;
        const gap = gaps.find(({ lengthMs }) => lengthMs > breakMinMs) ?? (isSettled ? gaps[0] : undefined);
        if (!gap) return notYet('the pictures have not stopped');
        resumedAt = gap.end;
        return itIs;
      });
      return { viewer: viewer.who, other: other.who, afterMs: resumedAt - since };
    }),
  );
}

/** Said in the output of the run, so that a slow recovery is seen before it is a failure. */
export function reportComebacks(what: string, times: readonly Comeback[]): void {
  const saneMaxMs = 10_000;
  const all = times.map(({ afterMs }) => afterMs);
  console.log(`    ${what}: first fresh pictures after ${Math.min(...all)} to ${Math.max(...all)} ms`);
  for (const { viewer, other, afterMs } of times) {
    expect(afterMs, `${viewer} should soon see ${other} again (ms)`).toBeLessThan(saneMaxMs);
  }
}

function gapsOf(times: readonly number[]): { lengthMs: number; end: number }[] {
  return times.slice(1).map((end, index) => ({ lengthMs: end - (times[index] ?? end), end }));
}
