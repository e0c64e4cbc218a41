import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../sfu/test/kit/random.ts';
import { TrackClock } from './clock.ts';

type Sent = {
  /** When it was made; milliseconds of take time, which nobody tells the clock. */
  madeMs: number;
  timestamp: number;
  arrivalMs: number;
};

const lineMs = 40;
const voice = { rate: 48_000, everyMs: 20 };
const camera = { rate: 90_000, everyMs: 1_000 / 30 };

type Way = { line?: (madeMs: number) => number; drift?: number; first?: number; fromMs?: number };

/** Frames of one packet each, as a sender makes them; `line` is what the way takes, in milliseconds. */
function sent(
  { rate, everyMs }: typeof voice,
  durationMs: number,
  { line = () => lineMs, drift = 0, first = 1_234_567, fromMs = 1_000 }: Way = {},
): Sent[] {
  return Array.from({ length: Math.round(durationMs / everyMs) }, (_, i) => {
    const madeMs = fromMs + i * everyMs;
    const ticks = Math.round(i * everyMs * (rate / 1_000) * (1 + drift));
    return { madeMs, timestamp: (first + ticks) % 2 ** 32, arrivalMs: madeMs + line(madeMs) };
  });
}

/** Shows them to the clock as they come and asks in their order, once it is settled, as capture does. */
function played(clock: TrackClock, frames: Sent[]) {
  const times: { madeMs: number; timeMs: number; arrivalMs: number; askedMs: number }[] = [];
  let given = 0;
  const came = new Set<Sent>();
  const give = (askedMs: number) => {
    for (let next = frames[given]; next && came.has(next) && clock.isSettled(askedMs); next = frames[given]) {
      given += 1;
      const { madeMs, timestamp, arrivalMs } = next;
      times.push({ madeMs, timeMs: clock.timeOf(timestamp, arrivalMs), arrivalMs, askedMs });
    }
  };
  const arriving = frames.toSorted((a, b) => a.arrivalMs - b.arrivalMs);
  for (const each of arriving) {
    clock.observe(each.timestamp, each.arrivalMs);
    came.add(each);
    give(each.arrivalMs);
  }
  for (let later = 0; given < frames.length && later <= 1_000; later += 100) {
    give(arriving.at(-1)!.arrivalMs + later);
  }
  expect(times).toHaveLength(frames.length);
  const wrong = times.filter(
    ({ timeMs, arrivalMs, askedMs }, i) =>
      // Steps of a microsecond where frames of different clocks meet.
      timeMs > arrivalMs + 0.001 * i || timeMs <= (times[i - 1]?.timeMs ?? -1) || askedMs - arrivalMs > 1_100,
  );
  expect(wrong).toEqual([]);
  return times;
}

/** How far the times are from when the frames were made, the way of the quickest taken for given. */
const errors = (times: { madeMs: number; timeMs: number }[], delayMs = lineMs) =>
  times.map(({ madeMs, timeMs }) => timeMs - madeMs - delayMs);

const largest = (values: number[]) => values.reduce((most, each) => Math.max(most, Math.abs(each)), 0);

describe('the time of a frame', () => {
  it('is when it came, less the jitter', () => {
    const { next } = seededRandom(1);
    const times = played(
      new TrackClock(voice.rate),
      sent(voice, 60_000, { line: () => lineMs + next() ** 3 * 120 }),
    );
    expect(largest(errors(times))).toBeLessThan(8);
  });

  it('runs evenly through jitter', () => {
    const { next } = seededRandom(2);
    const times = played(
      new TrackClock(voice.rate),
      sent(voice, 60_000, { line: () => lineMs + next() * 100 }),
    );
    const steps = times.slice(1).map(({ timeMs }, i) => timeMs - times[i]!.timeMs);
    // From the third second on; before, the quickest packet may not have come yet.
    expect(largest(steps.slice(150).map((step) => step - voice.everyMs))).toBeLessThan(2);
  });

  it.each([100e-6, -100e-6])('follows a clock that drifts by %f for an hour, without a jump', (drift) => {
    const { next } = seededRandom(3);
    const times = played(
      new TrackClock(voice.rate),
      sent(voice, 3_600_000, { drift, line: () => lineMs + next() * 20 }),
    );
    expect(largest(errors(times))).toBeLessThan(10);
    const steps = times.slice(1).map(({ timeMs }, i) => timeMs - times[i]!.timeMs);
    expect(largest(steps.slice(250).map((step) => step - voice.everyMs))).toBeLessThan(1);
  });

  it('goes on where the timestamp begins at 0 again', () => {
    const times = played(new TrackClock(camera.rate), sent(camera, 20_000, { first: 2 ** 32 - 900_000 }));
    expect(largest(errors(times))).toBeLessThan(0.1);
  });

  it('has gaps where somebody was silent', () => {
    const frames = sent(voice, 60_000).filter(
      ({ madeMs }) => madeMs < 5_000 || madeMs % 400 === 0 || madeMs > 50_000,
    );
    expect(largest(errors(played(new TrackClock(voice.rate), frames)))).toBeLessThan(0.1);
  });

  it('is right again at once after a pause in which the sender counted on', () => {
    const frames = sent(voice, 600_000).filter(({ madeMs }) => madeMs < 10_000 || madeMs > 590_000);
    expect(largest(errors(played(new TrackClock(voice.rate), frames)))).toBeLessThan(0.1);
  });

  it('is right again at once after a pause in which the clock of the sender stood still', () => {
    const paused = sent(voice, 20_000).map((each) => {
      const laterMs = each.madeMs < 10_000 ? 0 : 60_000;
      return { ...each, madeMs: each.madeMs + laterMs, arrivalMs: each.arrivalMs + laterMs };
    });
    expect(largest(errors(played(new TrackClock(voice.rate), paused)))).toBeLessThan(0.1);
  });

  it.each([7, 2 ** 31 - 7, 2 ** 32 - 90_000 * 60])(
    'is right again at once after the timestamps have jumped by %i',
    (jump) => {
      const { next } = seededRandom(4);
      const jumped = sent(camera, 20_000, { line: () => lineMs + next() * 5 }).map((each) => ({
        ...each,
        timestamp: each.madeMs < 10_000 ? each.timestamp : (each.timestamp + jump) % 2 ** 32,
      }));
      expect(largest(errors(played(new TrackClock(camera.rate), jumped)))).toBeLessThan(8);
    },
  );

  it('is when it was made for frames that a stalling line brings all at once', () => {
    const stalled = sent(voice, 20_000, {
      line: (madeMs) => Math.max(lineMs, 13_000 - madeMs + (madeMs - 10_000) / 20),
    })
      // Until then everything was in time.
      .map((each) => (each.madeMs < 10_000 ? { ...each, arrivalMs: each.madeMs + lineMs } : each));
    expect(largest(errors(played(new TrackClock(voice.rate), stalled)))).toBeLessThan(0.1);
  });

  it('is not moved by one packet with a timestamp out of nowhere', () => {
    const frames = sent(camera, 20_000);
    const clock = new TrackClock(camera.rate);
    played(clock, frames.slice(0, 300));
    const odd = frames[300]!;
    clock.observe((odd.timestamp - 90_000 * 3_600) >>> 0, odd.arrivalMs);
    expect(largest(errors(played(clock, frames.slice(301))))).toBeLessThan(0.1);
  });

  it('comes nearer slowly when the line has become slower, and at once when it is quicker', () => {
    const line = (madeMs: number) => (madeMs < 20_000 ? 40 : madeMs < 100_000 ? 120 : 30);
    const times = played(new TrackClock(voice.rate), sent(voice, 120_000, { line }));
    const at = (ms: number) => times.find(({ madeMs }) => madeMs >= ms)!;
    const steps = times.slice(1).map(({ timeMs }, i) => timeMs - times[i]!.timeMs);
    const rising = steps.slice(0, 4_900).map((step) => step - voice.everyMs);
    expect(largest(rising)).toBeLessThan(0.25);
    expect(at(95_000).timeMs - at(95_000).madeMs).toBeGreaterThan(110);
    expect(at(100_500).timeMs - at(100_500).madeMs).toBeLessThan(31);
  });

  it('is the same for picture and sound of one person, whatever their jitter', () => {
    const { next } = seededRandom(5);
    const options = { line: () => lineMs + next() * 60 };
    const picture = played(new TrackClock(camera.rate), sent(camera, 30_000, { ...options, first: 99 }));
    const sound = played(new TrackClock(voice.rate), sent(voice, 30_000, options));
    expect(largest(errors(picture))).toBeLessThan(30);
    expect(largest(errors(sound))).toBeLessThan(30);
  });

  it('is later than what it must follow', () => {
    const clock = new TrackClock(voice.rate, 5_000);
    const [first] = sent(voice, 20);
    clock.observe(first!.timestamp, first!.arrivalMs);
    expect(clock.timeOf(first!.timestamp, first!.arrivalMs)).toBeGreaterThan(5_000);
  });
});
