import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import type { RawFrame, TrackInfo } from '../capture/raw.ts';
import { oggOpusBeginning, oggOpusPages } from '../formats/ogg.ts';
import { opusRate } from '../formats/opus.ts';
import { framesBetween, microphone, samplesOf, strengthOf } from './clips.ts';
import { preSkipSamples } from './encoding.ts';
import { composePiece, type ComposedPiece } from './piece.ts';

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

let folder = '';

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'taimen-sound-'));
});

afterAll(() => rm(folder, { recursive: true, force: true }));

type Stretch = { from: number; to: number };

/** Sound only, of a stretch of a span without pauses; all times from the beginning of the take. */
async function compose(
  piece: Stretch,
  span: Stretch,
  media: Record<string, RawFrame[]>,
  source: TrackInfo['source'] = 'microphone',
): Promise<ComposedPiece> {
  return await composePiece({
    plan: { durationMs: piece.to - piece.from, layers: null, sounds: Object.keys(media) },
    tracks: Object.keys(media).map((trackId) => ({ trackId, participantId: 'p', source, codec: 'opus' })),
    frames: async (id, from, to) =>
      framesBetween(media[id] ?? [], piece.from + from, piece.from + to).map((frame) => ({
        ...frame,
        timeMs: frame.timeMs - piece.from,
      })),
    still: () => Promise.reject(new Error('There is no picture.')),
    around: { beforeMs: piece.from - span.from, afterMs: span.to - piece.to },
    workDir: folder,
    niceness: 0,
  });
}

async function heard(...pieces: ComposedPiece[]): Promise<Float32Array> {
  const file = join(folder, `joined-${Math.random()}.ogg`);
  const { bytes, position } = oggOpusBeginning(2, preSkipSamples);
  const packets = pieces.flatMap(({ sound }) => sound);
  await writeFile(file, Buffer.concat([bytes, oggOpusPages(packets, position).bytes]));
  return await samplesOf(file, folder);
}

const sine = (frequency: number, amplitude = 0.2) =>
  `aevalsrc=${amplitude}*sin(2*PI*${frequency}*t):s=${opusRate}`;

test('everybody who speaks is heard, in the seconds in which they speak, and nobody else', async () => {
  const media = {
    a: await microphone(folder, sine(400), { durationMs: 2000 }),
    b: await microphone(folder, sine(700), { durationMs: 1500, atMs: 1000 }),
    c: await microphone(folder, sine(1100), { durationMs: 600, atMs: 3000 }),
  };
  const span = { from: 0, to: 4000 };
  const piece = await compose(span, span, media);
  expect(piece.sound).toHaveLength(200);
  expect(piece.video).toBeNull();
  const samples = await heard(piece);

  const isHeard = (frequency: number) =>
    [0, 1000, 2000, 3000].map((fromMs) => {
      const strength = strengthOf(samples, frequency, { fromMs: fromMs + 100, toMs: fromMs + 400 });
      expect(strength < 0.004 || strength > 0.1, `${frequency} Hz at ${fromMs} ms: ${strength}`).toBe(true);
      return strength > 0.1;
    });
  expect(isHeard(400)).toEqual([true, true, false, false]);
  expect(isHeard(700)).toEqual([false, true, true, false]);
  expect(isHeard(1100)).toEqual([false, false, false, true]);
  expect(isHeard(900)).toEqual([false, false, false, false]);
});

test('nobody speaks: silence of the right length', async () => {
  const span = { from: 0, to: 1200 };
  const piece = await compose(span, span, { a: [] });
  expect(piece.sound).toHaveLength(60);
  const samples = await heard(piece);
  expect(samples.every((sample) => Math.abs(sample) < 0.001)).toBe(true);
});

test('what was not sent during silence (DTX) leaves a gap, and what follows is in time', async () => {
  const all = await microphone(folder, sine(500), { durationMs: 3000 });
  // Nothing from 1 s to 2 s but a packet every 400 ms, as browsers do.
  const media = { a: all.filter(({ timeMs }) => timeMs < 1000 || timeMs >= 2000 || timeMs === 1400) };
  const span = { from: 0, to: 3000 };
  const samples = await heard(await compose(span, span, media));
  const at = (fromMs: number, toMs: number) => strengthOf(samples, 500, { fromMs, toMs });
  expect(at(500, 970)).toBeGreaterThan(0.15);
  expect(at(1100, 1300)).toBeLessThan(0.004);
  expect(at(1600, 1950)).toBeLessThan(0.004);
  expect(at(2100, 2900)).toBeGreaterThan(0.15);
  // To a few milliseconds: half of the sine is in a window that lies half before the edge.
  const edge = at(1980, 2040) / at(2100, 2160);
  expect(edge).toBeGreaterThan(0.5);
  expect(edge).toBeLessThan(0.85);
});

test('a sine through six pieces has no click at any joint', async () => {
  const media = { a: await microphone(folder, sine(440, 0.25), { durationMs: 7300, bitrate: '96k' }) };
  const span = { from: 0, to: 7200 };
  const pieces: ComposedPiece[] = [];
  for (let from = 0; from < 7200; from += 1200) {
    pieces.push(await compose({ from, to: from + 1200 }, span, media));
  }
  const samples = await heard(...pieces);
  expect(samples.length).toBe((7200 * opusRate) / 1000 - preSkipSamples);
  const { atJoints, elsewhere } = residuals(samples, 440, 1200);
  expect(atJoints.length).toBe(5);
  // In thousandths of full scale. Of pieces that are encoded each on its own, joints have more than 100.
  expect(Math.max(...atJoints), `at joints ${atJoints.join()}, elsewhere ${elsewhere}`).toBeLessThan(
    Math.max(5, 2 * elsewhere),
  );
});

/** What remains when the sine that is there is taken away: the largest, near joints and far from them. */
function residuals(samples: Float32Array, frequency: number, everyMs: number) {
  const perMs = opusRate / 1000;
  const window = 40 * perMs;
  const within = (start: number) => {
    let [s, c] = [0, 0];
    const angle = (index: number) => (2 * Math.PI * frequency * index) / opusRate;
    // 440 Hz has a whole number of periods in 50 ms.
    for (let i = start - 5 * perMs; i < start + 45 * perMs; i += 1) {
      s += samples[i]! * Math.sin(angle(i));
      c += samples[i]! * Math.cos(angle(i));
    }
    const scale = 2 / (50 * perMs);
    let worst = 0;
    for (let i = start; i < start + window; i += 1) {
      const rest = samples[i]! - scale * (s * Math.sin(angle(i)) + c * Math.cos(angle(i)));
      worst = Math.max(worst, Math.abs(rest));
    }
    return Math.round(worst * 10_000) / 10;
  };
  const atJoints: number[] = [];
  let elsewhere = 0;
  for (let ms = 200; ms < samples.length / perMs - 200; ms += 40) {
    const phase = ms % everyMs;
    if (phase >= everyMs - 40 || phase < 20) {
      if (phase >= everyMs - 40) atJoints.push(within((ms - (phase - (everyMs - 40)) + 20) * perMs));
    } else if (phase > 60) {
      elsewhere = Math.max(elsewhere, within(ms * perMs));
    }
  }
  return { atJoints, elsewhere };
}

test('voices of different loudness come nearer to one another, and joints between them do not jump', async () => {
  const speech = (frequency: number, amplitude: number) =>
    `aevalsrc=${amplitude}*sin(2*PI*${frequency}*t)*(0.6+0.4*sin(2*PI*2.5*t)):s=${opusRate}`;
  const media = {
    quiet: await microphone(folder, speech(300, 0.05), { durationMs: 6000 }),
    loud: await microphone(folder, speech(900, 0.6), { durationMs: 6000 }),
  };
  const span = { from: 0, to: 6000 };
  const whole = await heard(await compose(span, span, media));
  const joined = await heard(
    await compose({ from: 0, to: 2400 }, span, media),
    await compose({ from: 2400, to: 4400 }, span, media),
    await compose({ from: 4400, to: 6000 }, span, media),
  );
  const stretch = { fromMs: 2000, toMs: 4000 };
  const ratio = strengthOf(whole, 900, stretch) / strengthOf(whole, 300, stretch);
  expect(ratio).toBeGreaterThan(1);
  expect(ratio).toBeLessThan(6);
  // In pieces it is as loud everywhere as in one piece.
  for (let fromMs = 200; fromMs < 5800; fromMs += 200) {
    for (const frequency of [300, 900]) {
      const window = { fromMs, toMs: fromMs + 200 };
      const off = strengthOf(joined, frequency, window) / strengthOf(whole, frequency, window);
      expect(Math.abs(20 * Math.log10(off)), `${frequency} Hz at ${fromMs} ms`).toBeLessThan(0.5);
    }
  }
});

test('nobody is faded out before a silence', async () => {
  const media = { a: await microphone(folder, sine(500, 0.3), { durationMs: 2000 }) };
  const span = { from: 0, to: 4000 };
  const samples = await heard(await compose(span, span, media));
  const early = strengthOf(samples, 500, { fromMs: 500, toMs: 700 });
  expect(strengthOf(samples, 500, { fromMs: 1750, toMs: 1950 })).toBeGreaterThan(0.9 * early);
});

test('a hissing background is not pumped up', async () => {
  const hiss = `anoisesrc=a=0.002:r=${opusRate}:c=white`;
  const span = { from: 0, to: 2000 };
  const samples = await heard(
    await compose(span, span, { a: await microphone(folder, hiss, { durationMs: 2000 }) }),
  );
  const softest = 0.008;
  expect(Math.max(...samples.map(Math.abs))).toBeLessThan(softest);
  // Not behind something loud either.
  const loud = await compose(span, span, {
    a: await microphone(folder, sine(300, 0.9), { durationMs: 2000 }),
  });
  const hissing = await compose(span, span, { a: await microphone(folder, hiss, { durationMs: 2000 }) });
  const both = await heard(loud, hissing);
  const behind = both.subarray((2000 * opusRate) / 1000);
  expect(Math.max(...behind.map(Math.abs))).toBeLessThan(softest);
});

test('many who shout at once do not distort', async () => {
  const media = Object.fromEntries(
    await Promise.all(
      [300, 500, 800, 1300].map(async (frequency) => [
        String(frequency),
        await microphone(folder, sine(frequency, 0.9), { durationMs: 1600 }),
      ]),
    ),
  ) as Record<string, RawFrame[]>;
  const span = { from: 0, to: 1600 };
  const samples = await heard(await compose(span, span, media));
  expect(Math.max(...samples.map(Math.abs))).toBeLessThanOrEqual(1);
  for (const frequency of [300, 500, 800, 1300]) {
    expect(strengthOf(samples, frequency, { fromMs: 400, toMs: 1400 })).toBeGreaterThan(0.1);
  }
});

test('nothing of what was said in a pause is heard, and the pause does not click', async () => {
  // 440 Hz is said in the pause from 2 s to 4 s, 1000 Hz around it.
  const said = await microphone(folder, `${sine(1000)},volume=0:enable='between(t,2,4)'`, {
    durationMs: 6000,
  });
  const secret = await microphone(folder, sine(440), { durationMs: 2000, atMs: 2000 });
  const media = { said, secret };
  const samples = await heard(
    await compose({ from: 0, to: 2000 }, { from: 0, to: 2000 }, media),
    await compose({ from: 4000, to: 6000 }, { from: 4000, to: 6000 }, media),
  );
  expect(samples.length).toBe((4000 * opusRate) / 1000 - preSkipSamples);
  for (let fromMs = 0; fromMs < 3900; fromMs += 100) {
    expect(strengthOf(samples, 440, { fromMs, toMs: fromMs + 100 }), `at ${fromMs} ms`).toBeLessThan(0.008);
  }
  const steps = samples.slice(1).map((sample, index) => Math.abs(sample - samples[index]!));
  const largest = (fromMs: number, toMs: number) =>
    Math.max(...steps.subarray((fromMs * opusRate) / 1000, (toMs * opusRate) / 1000));
  expect(largest(1950, 2050)).toBeLessThan(1.2 * largest(1000, 1500));
});

test('what a shared screen plays stays stereo, in the same part as pieces of mono', async () => {
  const left = `aevalsrc=0.3*sin(2*PI*600*t)|0:s=${opusRate}:c=stereo`;
  const span = { from: 0, to: 1000 };
  const media = { s: await microphone(folder, left, { durationMs: 1000, bitrate: '96k' }) };
  const stereo = await compose(span, span, media, 'screen-audio');
  const mono = await compose(span, span, { a: await microphone(folder, sine(400), { durationMs: 1000 }) });
  // RFC 6716, 3.1: the bit for stereo in the first byte of a packet.
  expect(stereo.sound.slice(5).every((packet) => (packet[0]! & 4) === 4)).toBe(true);
  expect(mono.sound.every((packet) => (packet[0]! & 4) === 0)).toBe(true);
  const samples = await heard(mono, stereo, mono);
  expect(strengthOf(samples, 400, { fromMs: 300, toMs: 900 })).toBeGreaterThan(0.1);
  expect(strengthOf(samples, 600, { fromMs: 1300, toMs: 1900 })).toBeGreaterThan(0.1);
  expect(strengthOf(samples, 400, { fromMs: 2300, toMs: 2900 })).toBeGreaterThan(0.1);
});
