import { packetMs } from '../compose/encoding.ts';
import { framesOf } from '../compose/picture.ts';
import { probe, runFfmpeg } from '../ffmpeg.ts';

/** A finished file did not pass a check. It is not handed over; what it was made of is kept. */
export class FinishError extends Error {
  readonly check: 'streams' | 'packets' | 'duration' | 'chapters' | 'beginning' | 'end';

  constructor(check: FinishError['check'], message: string) {
    super(message);
    this.name = 'FinishError';
    this.check = check;
  }
}

export type Expected = {
  hasVideo: boolean;
  durationMs: number;
  chapters: number;
  niceness: number;
  signal?: AbortSignal | undefined;
};

const durationToleranceMs = 100;
const decodedMs = 2_000;
const timeoutMs = 60_000;

/**
 * Looks at a WebM with other eyes than those that made it: what ffprobe finds, and whether its beginning and its end
 * can be decoded.
 *
 * @throws {FinishError}
 */
export async function checkRecording(file: string, expected: Expected): Promise<void> {
  const { format, streams, chapters } = await probe(file, { countPackets: true });
  const codecs = streams.map(({ codec_name: name }) => name).join('+');
  const wanted = expected.hasVideo ? 'vp9+opus' : 'opus';
  if (codecs !== wanted) {
    throw new FinishError('streams', `The file should hold ${wanted} and holds ${codecs || 'nothing'}.`);
  }

  // What joined pieces have must all have come through the copying.
  for (const { codec_type: type, nb_read_packets: count } of streams) {
    const composed = type === 'video' ? framesOf(expected.durationMs) : expected.durationMs / packetMs;
    if (count !== composed) {
      throw new FinishError('packets', `Of ${composed} packets of ${type} there are ${count ?? 'none'}.`);
    }
  }

  const durations = streams.map(({ tags, codec_name: name }) => ({
    what: name ?? 'a stream',
    ms: clockMs(tags['DURATION'] ?? ''),
  }));
  durations.push({ what: 'the file', ms: format.duration === undefined ? NaN : format.duration * 1000 });
  for (const { what, ms } of durations) {
    // Not a number is no duration either.
    if (!(Math.abs(ms - expected.durationMs) <= durationToleranceMs)) {
      throw new FinishError(
        'duration',
        `It was composed of ${expected.durationMs} ms, and ${what} has ${ms} ms.`,
      );
    }
  }

  if (chapters.length !== expected.chapters) {
    throw new FinishError(
      'chapters',
      `It should have ${expected.chapters} chapters and has ${chapters.length}.`,
    );
  }

  await decode(file, 'beginning', 0, expected);
  await decode(file, 'end', Math.max(0, expected.durationMs - decodedMs), expected);
}

async function decode(
  file: string,
  check: 'beginning' | 'end',
  fromMs: number,
  { niceness, signal }: Expected,
): Promise<void> {
  const nothing = { file: '-', options: ['-map', '0', '-t', String(decodedMs / 1000), '-f', 'null'] };
  const complaints = await runFfmpeg({
    inputs: [{ file, options: ['-threads', '1', '-ss', String(fromMs / 1000)] }],
    outputs: [nothing],
    niceness,
    timeoutMs,
    signal,
    errorsOnly: true,
  });
  if (complaints.length > 0) {
    throw new FinishError(check, `Its ${check} cannot be decoded: ${complaints.join(' | ')}`);
  }
}

/** Matroska's tag, such as `00:01:02.345000000`. */
function clockMs(text: string): number {
  const [hours, minutes, seconds] = text.split(':').map(Number);
  return (((hours ?? NaN) * 60 + (minutes ?? NaN)) * 60 + (seconds ?? NaN)) * 1000;
}
