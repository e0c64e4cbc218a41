import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { RawFrame, TrackInfo } from '../capture/raw.ts';
import type { FfmpegFile } from '../ffmpeg.ts';
import { ivfFrames, ivfHeader } from '../formats/ivf.ts';
import { matroskaOpus } from '../formats/matroska.ts';
import type { Layer, PiecePlan, Still } from '../timeline/types.ts';
import type { PaintedLayer, StillSource, VideoSource } from './picture.ts';
import { placedPackets, videoRuns } from './runs.ts';
import { leadMs, tailMs, type SoundSource } from './sound.ts';

/** A picture in a file that ffmpeg decodes; PNG. */
export type StillFile = { file: string; width: number; height: number };

/** Where a piece gets what it is made of. All times are milliseconds from the beginning of the piece. */
export type PieceMaterial = {
  tracks: TrackInfo[];
  /**
   * What was captured from `from` (may be negative) until `to`, in the order of the times; of video also what is
   * needed to decode that, from the last keyframe before `from` on. The times of sound stand on the sender's
   * clock (RTP timestamps), not on that of arrival.
   */
  frames: (trackId: string, from: number, to: number) => Promise<RawFrame[]>;
  still: (still: Still) => Promise<StillFile>;
};

/** How much recorded time there is around a piece without a pause between, in milliseconds on the grid. */
export type Around = { beforeMs: number; afterMs: number };

/** ffmpeg's inputs, in their order, and what is made of them. */
export type PieceInputs = {
  files: FfmpegFile[];
  layers: PaintedLayer[] | null;
  sounds: SoundSource[];
};

/** Collects files, so that each has its number. */
class InputFiles {
  readonly files: FfmpegFile[] = [];
  readonly #numbers = new Map<string, number>();

  add(file: string, options: string[]): number {
    const known = this.#numbers.get(file);
    if (known !== undefined) return known;
    this.files.push({ file, options });
    this.#numbers.set(file, this.files.length - 1);
    return this.files.length - 1;
  }
}

/**
 * Writes what a piece needs into files for ffmpeg, by stream copy.
 *
 * @param leaveOut files of tracks that ffmpeg could not read
 */
export async function preparePiece(
  plan: PiecePlan,
  material: PieceMaterial,
  around: Around,
  folder: string,
  leaveOut: ReadonlySet<string>,
): Promise<PieceInputs> {
  const inputs = new InputFiles();
  const layers = plan.layers && (await prepareLayers(plan.layers, plan.durationMs, material));
  const sounds: SoundSource[] = [];
  for (const [index, trackId] of plan.sounds.entries()) {
    const sound = await prepareSound(trackId, index);
    if (sound) sounds.push(sound);
  }
  return { files: inputs.files, layers, sounds };

  async function prepareLayers(
    all: Layer[],
    durationMs: number,
    { still }: PieceMaterial,
  ): Promise<PaintedLayer[]> {
    const painted: PaintedLayer[] = [];
    for (const [index, layer] of all.entries()) {
      if (layer.type === 'video') {
        painted.push({ layer, sources: await prepareVideo(layer.trackId, durationMs, index) });
      } else {
        const { file, width, height } = await still(layer.still);
        const source: StillSource = { input: inputs.add(file, ['-threads', '1']), width, height };
        painted.push({ layer, source });
      }
    }
    return painted;
  }

  async function prepareVideo(trackId: string, durationMs: number, index: number): Promise<VideoSource[]> {
    const codec = material.tracks.find((track) => track.trackId === trackId)?.codec;
    if (codec === undefined || codec === 'opus') return [];
    const runs = videoRuns(await material.frames(trackId, 0, durationMs));
    const sources: VideoSource[] = [];
    for (const [at, { width, height, frames }] of runs.entries()) {
      const file = join(folder, `video-${index}-${at}.ivf`);
      if (leaveOut.has(file)) continue;
      const firstMs = frames[0]?.timeMs ?? 0;
      const header = ivfHeader({
        fourcc: codec === 'vp8' ? 'VP80' : 'H264',
        width,
        height,
        timeBase: { numerator: 1, denominator: 1000 },
        frames: frames.length,
      });
      const timed = increasing(frames.map(({ timeMs, data }) => ({ time: timeMs - firstMs, data })));
      await writeFile(file, Buffer.concat([header, ivfFrames(timed)]));
      const untilMs = runs[at + 1]?.frames[0]?.timeMs ?? Infinity;
      const options = ['-threads', '1', ...(isFast(frames) ? ['-skip_frame', 'noref'] : []), '-f', 'ivf'];
      sources.push({ input: inputs.add(file, options), firstMs, untilMs });
    }
    return sources;
  }

  async function prepareSound(trackId: string, index: number): Promise<SoundSource | null> {
    const track = material.tracks.find((known) => known.trackId === trackId);
    if (track?.codec !== 'opus') return null;
    const from = -Math.min(leadMs, around.beforeMs);
    const to = plan.durationMs + Math.min(tailMs, around.afterMs);
    const packets = placedPackets(await material.frames(trackId, from, to), from, to);
    const [first] = packets;
    if (!first) return null;
    const file = join(folder, `sound-${index}.mka`);
    if (leaveOut.has(file)) return null;
    const channels = track.source === 'screen-audio' ? 2 : 1;
    const timed = packets.map(({ timeMs, data }) => ({ timeMs: timeMs - first.timeMs, data }));
    await writeFile(file, matroskaOpus(channels, timed));
    // libopus gives every packet its length; ffmpeg's own decoder does not around changes of mode.
    const options = ['-threads', '1', '-c:a', 'libopus', '-f', 'matroska'];
    return { input: inputs.add(file, options), channels, startMs: leadMs + from + first.timeMs };
  }
}

/**
 * Whether leaving out the frames that no other refers to leaves enough of them. In simulcast browsers make every
 * second frame such a one (temporal layers); decoding costs more than anything else in a piece.
 */
function isFast(frames: RawFrame[]): boolean {
  const lastedMs = (frames.at(-1)?.timeMs ?? 0) - (frames[0]?.timeMs ?? 0);
  return frames.length - 1 >= (lastedMs * fastFramesPerSecond) / 1000;
}

/** Nearly twice of what the picture has. */
const fastFramesPerSecond = 28;

/** Whole milliseconds that grow with every frame: of two frames at one time ffmpeg would drop one. */
function increasing(frames: { time: number; data: Buffer }[]): { time: number; data: Buffer }[] {
  let last = -1;
  return frames.map(({ time, data }) => {
    last = Math.max(last + 1, Math.round(time));
    return { time: last, data };
  });
}
