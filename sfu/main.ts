import { networkInterfaces } from 'node:os';
import { readConfig } from './config.ts';
import { createLog } from './log.ts';
import { startServer } from './server.ts';
import type { RunningServer } from './server.ts';

/** A stop that takes longer than this is cut short: the store is safe at any moment. */
const stopTimeoutMs = 5_000;

async function main(): Promise<void> {
  // What is kept is nobody else's on this machine.
  process.umask(0o077);
  const config = readConfig();
  const log = createLog(config.logLevel);
  // A defect in one corner must not end everybody's meetings; it is logged and looked into.
  process.on('unhandledRejection', (error) => {
    log.error({ error }, 'a promise was rejected and nobody cared');
  });

  const server = await startServer({ config, log });
  greet(server);

  let stopping = false;
  const stop = (signal: NodeJS.Signals) => {
    if (stopping) return;
    stopping = true;
    log.info({ signal }, 'stopping; meetings go on after the next start');
    setTimeout(() => process.exit(1), stopTimeoutMs).unref();
    server.close().then(
      () => process.exit(0),
      (error: unknown) => {
        log.error({ error }, 'could not stop in order');
        process.exit(1);
      },
    );
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, stop);
}

/** Where to go and how to get in, for the person at the terminal. */
function greet({ port, firstAccount, officeGuard }: RunningServer): void {
  const lines = [
    'Taimen is running.',
    `  customers   http://localhost:${port}/`,
    `  sales reps  http://localhost:${port}/dashboard`,
  ];
  const outside = Object.values(networkInterfaces())
    .flatMap((addresses) => addresses ?? [])
    .find((each) => each.family === 'IPv4' && !each.internal);
  if (outside) {
    lines.push(
      `  in the network: http://${outside.address}:${port}/ (browsers allow cameras there only over https)`,
    );
  }
  lines.push(`  documents   ${officeGuard}`);
  if (firstAccount) {
    const { organization, login, madeUpPassword } = firstAccount;
    lines.push('', 'First sign-in:', `  組織ID      ${organization}`, `  ログインID  ${login}`);
    lines.push(`  パスワード  ${madeUpPassword ?? '(the one given in ADMIN_PASSWORD)'}`);
    if (madeUpPassword) lines.push('  It is shown only now, and has to be changed at the first sign-in.');
  }
  process.stdout.write(`${lines.join('\n')}\n`);
}

main().catch((error: unknown) => {
  process.stderr.write(`Taimen cannot start: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(1);
});
