import { availableParallelism, setPriority } from 'node:os';
import { createLog } from '../sfu/log.ts';
import { Captures } from './captures/captures.ts';
import { Compositor } from './captures/compositor.ts';
import { Channel } from './channel.ts';
import type { CommandHandlers } from './channel.ts';
import { readRecorderConfig } from './config.ts';
import { Mp4Jobs } from './mp4-jobs.ts';
import { missingPrograms } from './programs.ts';

/** A little less than the server waits for it. */
const stopTimeoutMs = 2_500;

/**
 * The recorder: a process of its own, so that a crash here ends no meeting. The server starts it and says over the
 * channel between them what to do; without a server it ends.
 */
async function main(): Promise<void> {
  process.umask(0o077);
  const config = readRecorderConfig();
  const log = createLog(config.logLevel).child({ part: 'recorder' });
  process.on('unhandledRejection', (error) => {
    log.error({ error }, 'a promise was rejected and nobody cared');
  });
  const channel = new Channel(log);
  const { report } = channel;
  const compositor = new Compositor(Math.max(1, Math.floor(availableParallelism() / 2)), log);
  const captures = await Captures.create({
    recordingsDir: config.recordingsDir,
    reserveBytes: config.reserveBytes,
    sandbox: config.sandbox,
    compositor,
    report,
    log,
  });
  const copies = new Mp4Jobs(report, log);

  const handlers: CommandHandlers = {
    'capture:begin': (command) => captures.begin(command),
    'track:add': ({ captureId, track }) => {
      captures.running(captureId)?.addTrack(track);
    },
    'track:remove': ({ captureId, trackId }) => {
      captures.running(captureId)?.removeTrack(trackId);
    },
    'document:add': (command) => captures.addDocument(command),
    scene: ({ captureId, at, scene }) => {
      captures.running(captureId)?.scene(at, scene);
    },
    pointer: (command) => {
      captures.running(command.captureId)?.pointer(command);
    },
    'capture:pause': ({ captureId, at }) => {
      captures.running(captureId)?.pause(at);
    },
    'capture:resume': ({ captureId, at }) => {
      captures.running(captureId)?.resume(at);
    },
    'capture:end': ({ captureId, at }) => captures.end(captureId, at),
    'capture:finish': (command) => captures.finish(command),
    'part:taken': ({ captureId, part }) => captures.taken(captureId, part),
    'capture:discard': ({ captureId }) => captures.discard(captureId),
    'mp4:make': (command) => {
      copies.make(command);
    },
    'mp4:cancel': ({ job }) => {
      copies.cancel(job);
    },
  };

  let isStopping = false;
  const stop = async () => {
    if (isStopping) return;
    isStopping = true;
    // Whatever is in the way: without its server nobody needs it any more, and what is on the disk can be finished.
    setTimeout(() => process.exit(1), stopTimeoutMs);
    compositor.close();
    copies.close();
    await captures.close().catch((error: unknown) => {
      log.error({ error }, 'a recording could not be closed in order');
    });
    process.exit(0);
  };
  channel.listen(handlers, () => void stop());
  // A terminal's Ctrl-C reaches every process; the server says when it is time.
  process.on('SIGINT', () => undefined);
  process.on('SIGTERM', () => void stop());

  report('ready', { problem: await missingPrograms() });
  // Somebody has been waiting for it until now. From here on calls go first: those who speak notice a hiccup, a
  // recording does not.
  setPriority(process.pid, 5);
}

main().catch((error: unknown) => {
  process.stderr.write(
    `The recorder cannot start: ${error instanceof Error ? error.message : String(error)}\n`,
  );
  process.exit(1);
});
