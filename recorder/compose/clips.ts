import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { RawFrame } from '../capture/raw.ts';
import { runFfmpeg } from '../ffmpeg.ts';
import { readIvf } from '../formats/ivf.ts';
import { readOggOpus } from '../formats/ogg.ts';
import { opusRate, opusSamples } from '../formats/opus.ts';
import { picture } from '../timeline/types.ts';

/** For tests: pictures and sounds made by ffmpeg, in the shape in which capture leaves them; and looking at results. */

const timeoutMs = 60_000;

/** Runs a plain command line: `inputs` as lavfi sources or files. */
async function make(inputs: string[], outputs: string[], file: string): Promise<void> {
  await runFfmpeg({
    inputs: inputs.map((source) => ({ file: source, options: ['-f', 'lavfi'] })),
    outputs: [{ file, options: outputs }],
    niceness: 0,
    timeoutMs,
  });
}

let made = 0;

/** @param source a lavfi source with size and rate; @param atMs when its first frame came */
export async function camera(
  folder: string,
  source: string,
  options: { durationMs: number; atMs?: number; codec?: 'vp8' | 'h264'; bitrate?: string },
): Promise<RawFrame[]> {
  const { durationMs, atMs = 0, codec = 'vp8', bitrate = '600k' } = options;
  made += 1;
  const file = join(folder, `camera-${made}.${codec === 'vp8' ? 'ivf' : 'h264'}`);
  const encoder =
    codec === 'vp8'
      ? ['-c:v', 'libvpx', '-deadline', 'realtime', '-cpu-used', '-8', '-auto-alt-ref', '0']
      : ['-c:v', 'libx264', '-preset', 'ultrafast', '-tune', 'zerolatency', '-profile:v', 'baseline'];
  const bits = ['-b:v', bitrate, '-g', '999', '-pix_fmt', 'yuv420p', '-t', String(durationMs / 1000)];
  const colors = ['-vf', 'scale=out_color_matrix=bt601:out_range=tv,setsar=1'];
  if (codec === 'h264') {
    await make([source], [...colors, ...encoder, ...bits, '-x264-params', 'aud=1', '-f', 'h264'], file);
    const units = accessUnits(await readFile(file));
    const everyMs = durationMs / units.length;
    const [, width, height] = (/s=(\d+)x(\d+)/.exec(source) ?? []).map(Number);
    return units.map((data, index) => {
      // A sequence parameter set (type 7) stands before each keyframe.
      const isKeyframe = data.includes(Buffer.from([0, 0, 1, 0x67]));
      return {
        timeMs: atMs + index * everyMs,
        isKeyframe,
        width: isKeyframe ? (width ?? 0) : 0,
        height: isKeyframe ? (height ?? 0) : 0,
        data,
      };
    });
  }
  await make([source], [...colors, ...encoder, ...bits, '-f', 'ivf'], file);
  const { all, timeBase } = readIvf(await readFile(file));
  return all.map(({ time, data }) => {
    const isKeyframe = ((data[0] ?? 1) & 1) === 0;
    return {
      timeMs: atMs + (time * 1000 * timeBase.numerator) / timeBase.denominator,
      isKeyframe,
      // RFC 6386, section 9.1.
      width: isKeyframe ? data.readUInt16LE(6) & 0x3fff : 0,
      height: isKeyframe ? data.readUInt16LE(8) & 0x3fff : 0,
      data: Buffer.from(data),
    };
  });
}

/** Cut before each access unit delimiter (type 9). */
function accessUnits(bytes: Buffer): Buffer[] {
  const delimiter = Buffer.from([0, 0, 0, 1, 9]);
  const units: Buffer[] = [];
  let start = bytes.indexOf(delimiter);
  while (start !== -1) {
    const end = bytes.indexOf(delimiter, start + delimiter.length);
    units.push(bytes.subarray(start, end === -1 ? bytes.length : end));
    start = end;
  }
  return units;
}

/** @param source such as `sine=frequency=440:sample_rate=48000` */
export async function microphone(
  folder: string,
  source: string,
  options: { durationMs: number; atMs?: number; bitrate?: string },
): Promise<RawFrame[]> {
  const { durationMs, atMs = 0, bitrate = '48k' } = options;
  made += 1;
  const file = join(folder, `microphone-${made}.ogg`);
  await make(
    [source],
    ['-c:a', 'libopus', '-b:a', bitrate, '-t', String(durationMs / 1000), '-f', 'ogg'],
    file,
  );
  let timeMs = atMs;
  return readOggOpus(await readFile(file)).packets.map((data) => {
    const frame = { timeMs, isKeyframe: true, width: 0, height: 0, data: Buffer.from(data) };
    timeMs += (opusSamples(data) * 1000) / opusRate;
    return frame;
  });
}

/** What capture gives for a stretch: of video from the keyframe before. */
export function framesBetween(frames: RawFrame[], from: number, to: number): RawFrame[] {
  const isVideo = frames.some(({ width }) => width > 0);
  const key = frames.findLast(({ isKeyframe, timeMs }) => isKeyframe && timeMs <= from);
  const begin = isVideo && key ? key.timeMs : from;
  return frames.filter(({ timeMs }) => timeMs >= begin && timeMs < to);
}

/** A picture of one colour, or of text, as PNG. */
export async function png(folder: string, source: string): Promise<string> {
  made += 1;
  const file = join(folder, `still-${made}.png`);
  await make([source], ['-frames:v', '1', '-c:v', 'png', '-f', 'image2', '-update', '1'], file);
  return file;
}

/** Pixels of single frames, as red, green and blue. */
export class Pictures {
  readonly #bytes: Buffer;

  private constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  /** @param fromSecond where a player would be asked to go to */
  static async of(file: string, folder: string, fromSecond = 0): Promise<Pictures> {
    made += 1;
    const raw = join(folder, `pictures-${made}.rgb`);
    // Every fourth pixel of every fourth line is enough to look at.
    const scale = `scale=${seen.width}:${seen.height}:in_color_matrix=bt601:flags=neighbor`;
    const options = ['-map', '0:v', '-vf', scale, '-pix_fmt', 'rgb24', '-fps_mode', 'passthrough'];
    await runFfmpeg({
      inputs: [{ file, options: ['-ss', String(fromSecond)] }],
      outputs: [{ file: raw, options: [...options, '-f', 'rawvideo'] }],
      niceness: 0,
      timeoutMs,
    });
    return new Pictures(await readFile(raw));
  }

  get count(): number {
    return this.#bytes.length / (seen.width * seen.height * 3);
  }

  /** @param x pixels of the recorded picture */
  at(frame: number, x: number, y: number): [number, number, number] {
    const [column, row] = [Math.floor(x / seen.step), Math.floor(y / seen.step)];
    const offset = ((frame * seen.height + row) * seen.width + column) * 3;
    return [...this.#bytes.subarray(offset, offset + 3)] as [number, number, number];
  }
}

const seen = { step: 4, width: picture.width / 4, height: picture.height / 4 };

/** ffmpeg's own way of mixing two equal channels into one makes them louder. */
const mono = 'aformat=channel_layouts=stereo,pan=mono|c0=0.5*c0+0.5*c1';

/** Samples of a file's sound at 48 kHz, mono, from -1 to 1. */
export async function samplesOf(file: string, folder: string): Promise<Float32Array> {
  made += 1;
  const raw = join(folder, `sound-${made}.f32`);
  await runFfmpeg({
    inputs: [{ file, options: ['-c:a', 'libopus'] }],
    outputs: [{ file: raw, options: ['-map', '0:a', '-af', mono, '-ar', String(opusRate), '-f', 'f32le'] }],
    niceness: 0,
    timeoutMs,
  });
  const bytes = await readFile(raw);
  return new Float32Array(bytes.buffer, bytes.byteOffset, bytes.length / 4);
}

/** How strong a frequency is in a stretch: the amplitude of that sine (Goertzel). */
export function strengthOf(
  samples: Float32Array,
  frequency: number,
  { fromMs, toMs }: { fromMs: number; toMs: number },
): number {
  const part = samples.subarray((fromMs * opusRate) / 1000, (toMs * opusRate) / 1000);
  const coefficient = 2 * Math.cos((2 * Math.PI * frequency) / opusRate);
  let [a, b] = [0, 0];
  for (const sample of part) [a, b] = [sample + coefficient * a - b, a];
  return (2 * Math.sqrt(Math.max(0, a * a + b * b - coefficient * a * b))) / part.length;
}
