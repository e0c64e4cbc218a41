import { opusRate } from '../formats/opus.ts';
import { packetMs } from './encoding.ts';

/**
 * The mix: each voice levelled, all added, the sum limited. Everything in here looks at the signal near by only, so
 * that two pieces agree about the sound on both sides of their joint.
 */

/** A file with the sound of one track around a piece. */
export type SoundSource = {
  /** Which of ffmpeg's inputs. */
  input: number;
  channels: 1 | 2;
  /** Where its first packet is, from the beginning of the lead-in. */
  startMs: number;
};

export type SoundSpan = {
  durationMs: number;
  /** Whether recorded time goes on before and behind the piece, without a pause. */
  continues: { before: boolean; after: boolean };
};

/**
 * What is encoded before the piece and thrown away: on the 200 ms grid, so that the windows of the levelling and the
 * packets of the encoder lie the same in all pieces. The levelling looks 1.2 s to both sides; the encoder forgets
 * within a few packets.
 */
export const leadMs = 2_000;
/** What of the sound behind the piece the levelling gets to see. */
export const tailMs = 1_400;

/**
 * Windows of 200 ms, smoothed over seven, at most three times as loud. What is under -44 dB is background and is
 * made softer by as much beforehand, so that nobody's fan is heard in the end. (The leveller's own threshold will
 * not do: in ffmpeg 5.1 it fades a voice out for the second before every silence.)
 */
const gating = 'agate=threshold=0.006:range=0.333:ratio=3:attack=10:release=200:knee=4';
const levelling = `${gating},dynaudnorm=f=200:g=7:p=0.7:m=3:c=0:b=0`;
const limiting = 'alimiter=limit=0.95:attack=5:release=50:level=0';
/** Nobody hears a click where a pause cuts a sound. */
const fadeMs = 10;
/**
 * Behind a pause the first packet is digital silence. On that the decoder and the encoder, which have heard different
 * things before, forget the loudness of the bands that both predict from; else what is soft begins with a burst of
 * noise (measured: 34 instead of 2 thousandths of full scale).
 */
const silentMs = packetMs;

const seconds = (ms: number) => String(ms / 1000);

/** @returns filters that end in `[sound]`, and how many channels that has */
export function soundGraph(sources: SoundSource[], span: SoundSpan): { filters: string[]; channels: 1 | 2 } {
  const channels = sources.some((source) => source.channels === 2) ? 2 : 1;
  const layout = channels === 2 ? 'stereo' : 'mono';
  const { durationMs, continues } = span;
  // One packet more, so that the last one that is kept is not encoded towards silence.
  const encodedMs = leadMs + durationMs + packetMs;
  const inputMs = leadMs + durationMs + tailMs;

  const filters = sources.map(({ input, startMs }, index) =>
    [
      `[${input}:a]asetpts=PTS+${seconds(startMs)}/TB`,
      // Fills gaps of more than 5 ms with silence, and the time before the first packet.
      'aresample=async=1:min_hard_comp=0.005:first_pts=0',
      `aformat=channel_layouts=${layout}:sample_rates=${opusRate}`,
      `apad=whole_dur=${seconds(inputMs)}`,
      `atrim=end=${seconds(inputMs)}`,
      `${levelling}[s${index}]`,
    ].join(','),
  );
  const silence = `anullsrc=r=${opusRate}:cl=${layout},atrim=end=${seconds(inputMs)}`;
  const added =
    sources.length === 0
      ? silence
      : sources.length === 1
        ? '[s0]anull'
        : `${sources.map((_, index) => `[s${index}]`).join('')}amix=inputs=${sources.length}:normalize=0:dropout_transition=0`;
  const edges: string[] = [];
  if (!continues.before) edges.push(`afade=t=in:st=${seconds(leadMs + silentMs)}:d=${seconds(fadeMs)}`);
  if (!continues.after) {
    edges.push(`afade=t=out:st=${seconds(leadMs + durationMs - fadeMs)}:d=${seconds(fadeMs)}`);
  }
  filters.push([added, limiting, ...edges, `atrim=end=${seconds(encodedMs)}[sound]`].join(','));
  return { filters, channels };
}
