import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { colours as palette } from '../../../web/e2e/kit/colours.ts';
import { Server } from '../../../web/e2e/kit/server.ts';
import { layoutOf } from '../../../recorder/timeline/layout.ts';
import { soundOf } from '../../test/kit/recorded.ts';
import { median } from '../kit/numbers.ts';
import { colours, fourPeople, startRecording } from './four-people.ts';
import { download, whenReady } from './history.ts';
import { installMetronome } from './metronome.ts';

/** Every so often all cameras flash and all microphones beep, at the same moment of the machine's clock. */
const periodMs = 1_970;
const stretchMs = 12_000;
const framesPerSecond = 15;

export type Offsets = {
  /** Sound after picture of the same person, milliseconds; the worst of the four. */
  soundAfterPicture: number;
  /** Between the first and the last of the four, for pictures and for sounds. */
  betweenPictures: number;
  betweenSounds: number;
};

/** (d) Beep and flash of four people in a recording of so many seconds: at its start and at its end. */
export async function measureSync(seconds: number): Promise<{ start: Offsets; end: Offsets }> {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'taimen-sync-'));
  const server = await Server.start();
  try {
    const { rep, goHome } = await fourPeople(server, async (context, colour) => {
      await context.addInitScript(installMetronome, { toneHz: palette[colour].toneHz, periodMs });
    });
    const file = path.join(folder, 'sync.webm');
    try {
      await startRecording(rep);
      await delay(seconds * 1_000);
      await rep.endsCall('全員の接続を終了する');
      const { entry } = await whenReady(rep);
      await download(rep, entry, file);
      const endMs = entry.durationMs;
      return {
        start: await offsetsIn(file, 4_000, 4_000 + stretchMs),
        end: await offsetsIn(file, endMs - stretchMs - 1_000, endMs - 1_000),
      };
    } finally {
      await goHome();
    }
  } finally {
    await server.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

async function offsetsIn(file: string, fromMs: number, toMs: number): Promise<Offsets> {
  const sound = await soundOf(file, fromMs, toMs);
  const people = colours.map((colour, index) => {
    const flashes = flashesOf(file, index, fromMs, toMs);
    const beeps = beepsIn(sound, palette[colour].toneHz);
    const gaps = flashes.flatMap((flash) => {
      const beep = beeps.find((each) => Math.abs(each - flash) < periodMs / 2);
      return beep === undefined ? [] : [beep - flash];
    });
    if (gaps.length < 3) throw new Error(`Only ${gaps.length} flashes with beeps of ${colour} were found.`);
    return { flashes, beeps, gap: median(gaps) };
  });
  const between = (what: 'flashes' | 'beeps') => {
    const [first, ...rest] = people.map((person) => person[what]);
    const shifts = rest.map((times) => {
      const pairs = (first ?? []).flatMap((time) => {
        const other = times.find((each) => Math.abs(each - time) < periodMs / 2);
        return other === undefined ? [] : [other - time];
      });
      return median(pairs);
    });
    return Math.max(0, ...shifts) - Math.min(0, ...shifts);
  };
  const worst = people.map(({ gap }) => gap).toSorted((a, b) => Math.abs(b) - Math.abs(a))[0];
  return {
    soundAfterPicture: worst ?? Number.NaN,
    betweenPictures: between('flashes'),
    betweenSounds: between('beeps'),
  };
}

/** When a face turns white; on the average a flash is seen half a frame after it began. */
function flashesOf(file: string, index: number, fromMs: number, toMs: number): number[] {
  const people = colours.map((colour) => ({
    participantId: colour,
    name: '',
    role: 'guest' as const,
    microphone: 'on' as const,
    camera: 'on' as const,
    isConnected: true,
  }));
  const tile = layoutOf({ people, shown: null, screens: [] }).seats[index]?.tile;
  if (!tile) throw new Error(`There is no tile ${index}.`);
  const { x, y, width, height } = tile;
  const light = execFileSync('ffmpeg', [
    ...['-v', 'error', '-ss', String(fromMs / 1_000), '-t', String((toMs - fromMs) / 1_000), '-i', file],
    ...['-vf', `crop=${width}:${height}:${x}:${y},scale=1:1:flags=area,format=gray`],
    ...['-f', 'rawvideo', '-'],
  ]);
  const threshold = (Math.max(...light) + Math.min(...light)) / 2;
  const frameMs = 1_000 / framesPerSecond;
  return [...light].flatMap((value, frame) =>
    value > threshold && (light[frame - 1] ?? 255) <= threshold ? [frame * frameMs - frameMs / 2] : [],
  );
}

/** When a tone begins: the first window of 5 ms in which it has half of its strength. */
function beepsIn(sound: Float32Array, hertz: number): number[] {
  const rate = 48_000;
  const step = rate / 200;
  const length = rate / 50;
  const levels: number[] = [];
  for (let start = 0; start + length <= sound.length; start += step) {
    let [real, imaginary] = [0, 0];
    for (let index = 0; index < length; index += 1) {
      const angle = (2 * Math.PI * hertz * index) / rate;
      real += (sound[start + index] ?? 0) * Math.cos(angle);
      imaginary += (sound[start + index] ?? 0) * Math.sin(angle);
    }
    levels.push(Math.hypot(real, imaginary));
  }
  const threshold = Math.max(...levels) / 2;
  // A window that is half filled has half the strength: its middle is the beginning.
  return levels.flatMap((level, index) =>
    level > threshold && (levels[index - 1] ?? level) <= threshold
      ? [((index * step + length / 2) / rate) * 1_000]
      : [],
  );
}
