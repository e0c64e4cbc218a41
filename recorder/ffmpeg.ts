import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import ffmpeg from 'fluent-ffmpeg';
import { z } from 'zod';

/**
 * The one door to ffmpeg and ffprobe. Every command is niced, reads no keyboard, has a limit, and is killed when it
 * makes no progress; what went wrong is told with ffmpeg's own last words.
 */

const execute = promisify(execFile);

/** A file with the options that stand before it on ffmpeg's command line. */
export type FfmpegFile = { file: string; options: string[] };

export type FfmpegCommand = {
  inputs: FfmpegFile[];
  /** The text of `-filter_complex`. */
  filterGraph?: string;
  outputs: FfmpegFile[];
  /** 0 to 19, as of nice(1). */
  niceness: number;
  timeoutMs: number;
  /** After so long without any progress it is killed. */
  stallMs?: number;
  signal?: AbortSignal | undefined;
  /** About twice a second: how far the output is. */
  onProgress?: (madeMs: number) => void;
  /** Complaints are errors only, not what is merely unusual. */
  errorsOnly?: boolean;
  /** As soon as the process runs. */
  onStart?: (pid: number) => void;
};

const defaultStallMs = 20_000;
const keptLines = 12;
const probeTimeoutMs = 60_000;

/** It has failed by itself: with an exit code, or by what it did (signal(7)); not by what was done to it. */
const ownFailure = /exited with code|with signal SIG(SEGV|ABRT|BUS|FPE|ILL)/;

/** ENOSPC and EDQUOT in the words of the C library. */
const wantOfRoom = /No space left on device|Disk quota exceeded/;

export class FfmpegError extends Error {
  /** `gone`: the process could not be started or was killed by somebody else. */
  readonly reason: 'failed' | 'stalled' | 'timeout' | 'aborted' | 'gone';
  /** The disk is full: another try without making room is in vain. */
  readonly isForWantOfRoom: boolean;

  constructor(reason: FfmpegError['reason'], message: string, lines: string[]) {
    super(lines.length > 0 ? `${message}: ${lines.join(' | ')}` : message);
    this.name = 'FfmpegError';
    this.reason = reason;
    this.isForWantOfRoom = lines.some((line) => wantOfRoom.test(line));
  }
}

/** Whether a step of recording failed because the disk is full. */
export function isForWantOfRoom(error: unknown): boolean {
  if (error instanceof FfmpegError) return error.isForWantOfRoom;
  return error instanceof Error && ['ENOSPC', 'EDQUOT'].includes((error as NodeJS.ErrnoException).code ?? '');
}

/**
 * Runs one command to its end.
 *
 * @returns what ffmpeg complained about without failing, such as damaged frames; its last lines
 * @throws {FfmpegError}
 */
export function runFfmpeg(command: FfmpegCommand): Promise<string[]> {
  const { inputs, filterGraph, outputs, niceness, timeoutMs, signal, onProgress, onStart } = command;
  const stallMs = command.stallMs ?? defaultStallMs;
  const level = command.errorsOnly === true ? 'error' : 'warning';
  const general = ['-hide_banner', '-nostdin', '-loglevel', level, '-stats', '-stats_period', '0.5'];

  return new Promise((resolve, reject) => {
    const lines: string[] = [];
    let killedFor: { reason: FfmpegError['reason']; message: string } | null = null;
    let isRunning = false;
    let progress = '';

    const run = ffmpeg({ niceness });
    for (const { file, options } of inputs) {
      run.input(file);
      // As single arguments: given as one array, fluent-ffmpeg takes options with a space apart.
      if (options.length > 0) run.inputOptions(...options);
    }
    if (filterGraph !== undefined) run.complexFilter(filterGraph);
    for (const [index, { file, options }] of outputs.entries()) {
      run.output(file);
      // Options for the whole command may stand anywhere; of inputs there may be none.
      const own = index === 0 ? [...general, ...options] : options;
      if (own.length > 0) run.outputOptions(...own);
    }

    const kill = (reason: FfmpegError['reason'], message: string) => {
      if (killedFor) return;
      killedFor = { reason, message };
      // Before it runs there is nothing to kill yet; 'start' does it then …
      if (isRunning) run.kill('SIGKILL');
      // … unless it never comes, because ffmpeg was asked first what it can do, and does not answer.
      else if (reason !== 'aborted') fail();
    };
    const abort = () => kill('aborted', 'ffmpeg was stopped because its result is no longer wanted');
    const timeout = setTimeout(
      () => kill('timeout', `ffmpeg was stopped because it ran longer than ${timeoutMs} ms`),
      timeoutMs,
    );
    const stall = setTimeout(
      () => kill('stalled', `ffmpeg was stopped because it made no progress for ${stallMs} ms`),
      stallMs,
    );
    signal?.addEventListener('abort', abort, { once: true });
    if (signal?.aborted) abort();

    const end = () => {
      clearTimeout(timeout);
      clearTimeout(stall);
      signal?.removeEventListener('abort', abort);
    };

    run.on('start', () => {
      isRunning = true;
      const pid = (run as unknown as { ffmpegProc?: { pid?: number } }).ffmpegProc?.pid;
      if (pid !== undefined) onStart?.(pid);
      if (killedFor) run.kill('SIGKILL');
    });
    run.on('stderr', (line: string) => {
      const now = progressOf(line);
      if (now === null) {
        const text = line.trim();
        if (text !== '') lines.push(text);
        // The first line often says why; the last ones what came of it.
        if (lines.length > keptLines) lines.splice(1, 1);
        return;
      }
      if (now.key === progress) return;
      progress = now.key;
      stall.refresh();
      if (now.madeMs !== null) onProgress?.(now.madeMs);
    });
    const fail = (error?: Error) => {
      end();
      const { reason, message } = killedFor ?? {
        reason: ownFailure.test(error?.message ?? '') ? ('failed' as const) : ('gone' as const),
        message: error?.message.split('\n', 1)[0] ?? '',
      };
      reject(new FfmpegError(reason, message, lines));
    };
    run.on('error', fail);
    run.on('end', () => {
      end();
      // Where only the end of a file could not be written, ffmpeg complains and reports success.
      if (lines.some((line) => wantOfRoom.test(line))) {
        reject(new FfmpegError('failed', 'ffmpeg could not write all of its output', lines));
      } else {
        resolve(lines);
      }
    });
    run.run();
  });
}

/** @returns null for a line that is not about progress */
function progressOf(line: string): { key: string; madeMs: number | null } | null {
  const time = /\btime=(\S+)\s+bitrate=/.exec(line)?.[1];
  if (time === undefined) return null;
  const done = /^frame=\s*(\d+)/.exec(line)?.[1] ?? '';
  const size = /size=\s*(\S+)/.exec(line)?.[1] ?? '';
  const clock = /^(\d+):(\d\d):(\d\d(?:\.\d+)?)$/.exec(time);
  const [hours, minutes, seconds] = (clock ?? []).slice(1).map(Number);
  return {
    key: `${done} ${size} ${time}`,
    madeMs:
      hours === undefined || minutes === undefined || seconds === undefined
        ? null
        : ((hours * 60 + minutes) * 60 + seconds) * 1000,
  };
}

/** ffprobe gives most numbers as text. */
const seconds = z.coerce.number();

const probed = z.object({
  format: z.object({
    format_name: z.string(),
    duration: seconds.optional(),
    tags: z.record(z.string(), z.string()).default({}),
  }),
  streams: z.array(
    z.object({
      codec_name: z.string().optional(),
      codec_type: z.string(),
      width: z.number().int().optional(),
      height: z.number().int().optional(),
      profile: z.union([z.string(), z.number()]).optional(),
      pix_fmt: z.string().optional(),
      color_space: z.string().optional(),
      channels: z.number().int().optional(),
      start_time: seconds.optional(),
      duration: seconds.optional(),
      /** Only where packets are counted. */
      nb_read_packets: z.coerce.number().optional(),
      tags: z.record(z.string(), z.string()).default({}),
    }),
  ),
  chapters: z.array(
    z.object({
      start_time: seconds,
      end_time: seconds,
      tags: z.record(z.string(), z.string()).default({}),
    }),
  ),
});

export type Probed = z.infer<typeof probed>;

/**
 * What ffprobe finds in a file.
 *
 * @param options `countPackets`: reads all of it, which takes about a second for each GB
 * @throws when it is none of a kind that ffprobe knows
 */
export async function probe(file: string, options: { countPackets?: boolean } = {}): Promise<Probed> {
  const wanted = ['-show_format', '-show_streams', '-show_chapters'];
  if (options.countPackets === true) wanted.push('-count_packets');
  const { stdout } = await execute('ffprobe', ['-v', 'error', '-of', 'json', ...wanted, file], {
    timeout: probeTimeoutMs,
    killSignal: 'SIGKILL',
  });
  return probed.parse(JSON.parse(stdout));
}

const neededEncoders = ['libvpx-vp9', 'libopus', 'libx264', 'aac', 'png'];
const neededDecoders = ['vp8', 'vp9', 'h264', 'libopus', 'png'];

/** @returns null when all is there; else what is missing and what to do, for the operator */
export async function missingPrograms(): Promise<string | null> {
  try {
    const list = async (kind: string) => {
      const { stdout } = await execute('ffmpeg', ['-hide_banner', kind], { timeout: probeTimeoutMs });
      return new Set([...stdout.matchAll(/^ [A-Z.]{6} (\S+)/gm)].map(([, name]) => name));
    };
    const [encoders, decoders] = [await list('-encoders'), await list('-decoders')];
    const missing = [
      ...neededEncoders.filter((name) => !encoders.has(name)).map((name) => `encoder ${name}`),
      ...neededDecoders.filter((name) => !decoders.has(name)).map((name) => `decoder ${name}`),
    ];
    if (missing.length > 0) {
      return `This machine's ffmpeg lacks ${missing.join(', ')}: install Debian's (apt-get install ffmpeg).`;
    }
    await execute('ffprobe', ['-version'], { timeout: probeTimeoutMs });
    return null;
  } catch (error) {
    const { path } = error as NodeJS.ErrnoException;
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') {
      return `${path ?? 'ffmpeg'} is not installed: meetings cannot be recorded (apt-get install ffmpeg).`;
    }
    return `ffmpeg cannot be used: ${(error as Error).message}`;
  }
}
