/**
 * `npm start`: makes sure of everything that the server needs, says what it does about what is missing,
 * and starts the server.
 */
import { spawn } from 'node:child_process';
import { runCommand } from './console.mjs';
import { projectRoot } from './files.mjs';
import { projectEnvironment, serverCommand } from './node.mjs';
import { preparePackages } from './packages.mjs';
import { prepareDocumentPackages, prepareRecordingPackages } from './system-packages.mjs';
import { prepareWeb } from './web.mjs';
import { prepareWorker } from './worker.mjs';

/** npm and the terminal often both pass a signal on; the server shall be told once. */
const SAME_SIGNAL_WITHIN_MS = 1_000;
const PARENT_CHECK_INTERVAL_MS = 250;

await runCommand(async () => {
  await preparePackages();
  const worker = await prepareWorker();
  await prepareWeb();
  await prepareDocumentPackages();
  await prepareRecordingPackages();
  startServer(worker);
});

/**
 * Runs the server in the place of this process: signals go there, and its end is the end.
 *
 * @param {string} worker path of the mediasoup worker
 */
function startServer(worker) {
  const { node, args, env } = serverCommand();
  const server = spawn(node, [...args, ...process.argv.slice(2)], {
    cwd: projectRoot,
    env: projectEnvironment({ ...env, MEDIASOUP_WORKER_BIN: worker }),
    stdio: 'inherit',
  });

  /** @type {NodeJS.Signals[]} */
  const passedOn = ['SIGINT', 'SIGTERM', 'SIGHUP'];
  for (const signal of passedOn) {
    let lastAt = -Infinity;
    process.on(signal, () => {
      // Ctrl-C in a terminal reaches the server without us.
      const alreadyTold = signal === 'SIGINT' && process.stdin.isTTY;
      if (!alreadyTold && performance.now() - lastAt > SAME_SIGNAL_WITHIN_MS) server.kill(signal);
      lastAt = performance.now();
    });
  }

  // npm passes a signal on to the shell between it and us only. When that is gone, nobody holds the server.
  const parent = process.ppid;
  if (process.env['npm_lifecycle_event']) {
    const watch = setInterval(() => {
      if (process.ppid === parent) return;
      clearInterval(watch);
      server.kill('SIGTERM');
    }, PARENT_CHECK_INTERVAL_MS);
  }

  server.once('error', (error) => {
    console.error(`The server could not be started with ${node}: ${error.message}`);
    process.exit(1);
  });
  server.once('exit', (code, signal) => {
    if (signal === null) process.exit(code ?? 1);
    // Ended by a signal: end by the same one, so that whoever waits for us sees what happened.
    for (const each of passedOn) process.removeAllListeners(each);
    process.kill(process.pid, signal);
  });
}
