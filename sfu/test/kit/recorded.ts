import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

/** Eyes and ears for a recorded file: what ffprobe and ffmpeg make of it, as numbers. */

const run = promisify(execFile);
const outputBytesMax = 64_000_000;
const samplesPerSecond = 48_000;

export type Probed = {
  durationMs: number;
  bytes: number;
  /** Such as `vp8` and `opus`, in the order of the file. */
  codecs: string[];
  width: number;
  height: number;
  chapters: { startMs: number; endMs: number; title: string }[];
};

type ProbeJson = {
  format: { duration?: string; size: string };
  streams: { codec_name: string; width?: number; height?: number }[];
  chapters?: { start_time: string; end_time: string; tags?: { title?: string } }[];
};

const inMs = (seconds: string | undefined) => Math.round(Number(seconds) * 1_000);

export async function probe(file: string): Promise<Probed> {
  const { stdout, stderr } = await run('ffprobe', [
    ...['-v', 'error', '-of', 'json', '-show_format', '-show_streams', '-show_chapters'],
    file,
  ]);
  if (stderr !== '') throw new Error(`ffprobe complains of ${file}: ${stderr}`);
  const { format, streams, chapters = [] } = JSON.parse(stdout) as ProbeJson;
  const picture = streams.find(({ width }) => width !== undefined);
  return {
    durationMs: inMs(format.duration),
    bytes: Number(format.size),
    codecs: streams.map(({ codec_name: name }) => name),
    width: picture?.width ?? 0,
    height: picture?.height ?? 0,
    chapters: chapters.map(({ start_time: start, end_time: end, tags }) => ({
      startMs: inMs(start),
      endMs: inMs(end),
      title: tags?.title ?? '',
    })),
  };
}

/** What decoding the whole file complains of; '' when all is well. */
export async function complaintsOf(file: string): Promise<string> {
  const { stderr } = await run('ffmpeg', ['-v', 'warning', '-xerror', '-i', file, '-f', 'null', '-'], {
    maxBuffer: outputBytesMax,
  }).catch((error: unknown) => ({ stderr: `failed: ${(error as { stderr?: string }).stderr ?? ''}` }));
  return stderr.trim();
}

/** Pixels of the recorded picture. */
export type Area = { x: number; y: number; width: number; height: number };
export type Colour = [red: number, green: number, blue: number];

/** The average colour of an area, 0 to 255, at one moment. */
export async function colourAt(file: string, atMs: number, area: Area): Promise<Colour> {
  const [colour] = await coloursAt(file, atMs, [area]);
  if (!colour) throw new Error(`${file} has no picture at ${atMs} ms.`);
  return colour;
}

/** The same for several areas of one picture. */
export async function coloursAt(file: string, atMs: number, areas: readonly Area[]): Promise<Colour[]> {
  const { width, height } = await probe(file);
  const { stdout } = await run(
    'ffmpeg',
    [
      ...['-v', 'error', '-ss', String(atMs / 1_000), '-i', file, '-frames:v', '1'],
      ...['-pix_fmt', 'rgb24', '-f', 'rawvideo', '-'],
    ],
    { encoding: 'buffer', maxBuffer: outputBytesMax },
  );
  if (stdout.length < width * height * 3) throw new Error(`${file} has no picture at ${atMs} ms.`);
  return areas.map((area) => average(stdout, width, area));
}

function average(pixels: Buffer, width: number, area: Area): Colour {
  const sums: Colour = [0, 0, 0];
  for (let y = area.y; y < area.y + area.height; y += 1) {
    for (let x = area.x; x < area.x + area.width; x += 1) {
      const at = (y * width + x) * 3;
      sums[0] += pixels[at] ?? 0;
      sums[1] += pixels[at + 1] ?? 0;
      sums[2] += pixels[at + 2] ?? 0;
    }
  }
  const count = area.width * area.height;
  return sums.map((sum) => Math.round(sum / count)) as Colour;
}

/** The sound of a file, one channel, from -1 to 1 at 48 kHz. */
export async function soundOf(file: string, fromMs = 0, toMs = Infinity): Promise<Float32Array> {
  const until = toMs === Infinity ? [] : ['-t', String((toMs - fromMs) / 1_000)];
  const { stdout } = await run(
    'ffmpeg',
    [
      ...['-v', 'error', '-ss', String(fromMs / 1_000), ...until, '-i', file, '-vn'],
      ...['-ac', '1', '-ar', String(samplesPerSecond), '-f', 'f32le', '-'],
    ],
    { encoding: 'buffer', maxBuffer: outputBytesMax * 4 },
  );
  return new Float32Array(stdout.buffer.slice(stdout.byteOffset, stdout.byteOffset + stdout.length));
}

/**
 * How loud a frequency is, in dB of a full sine: the loudest stretch of 100 ms between two moments, by Goertzel's
 * algorithm. -200 for none.
 */
export async function toneIn(file: string, hertz: number, fromMs: number, toMs: number): Promise<number> {
  const sound = await soundOf(file, fromMs, toMs);
  const windowSamples = samplesPerSecond / 10;
  let loudest = 0;
  for (let start = 0; start + windowSamples <= sound.length; start += windowSamples / 2) {
    loudest = Math.max(loudest, amplitude(sound.subarray(start, start + windowSamples), hertz));
  }
  return loudest === 0 ? -200 : 20 * Math.log10(loudest);
}

function amplitude(samples: Float32Array, hertz: number): number {
  const turn = (2 * Math.PI * hertz) / samplesPerSecond;
  const factor = 2 * Math.cos(turn);
  let last = 0;
  let beforeLast = 0;
  for (const sample of samples) {
    const next = sample + factor * last - beforeLast;
    beforeLast = last;
    last = next;
  }
  const power = last * last + beforeLast * beforeLast - factor * last * beforeLast;
  return (2 * Math.sqrt(Math.max(0, power))) / samples.length;
}
