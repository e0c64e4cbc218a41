import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Server } from '../../web/e2e/kit/server.ts';
import { startPostgres } from '../test/postgres.ts';
import { fill, manyAccounts, meetingsOfEach } from './desk/filling.ts';
import { measureHistory, type Timed } from './desk/history.ts';
import { measurePresence, reps, type Presence } from './desk/presence.ts';
import { median, percentile } from './kit/numbers.ts';
import { report, type Row } from './kit/report.ts';

/*
 * `npm run bench desk`: the rep's desk when there is much of everything. (a) The history of a rep with 50,000 meetings,
 * in a store with as many of others, on both databases; the baseline is the least that somebody signed in can ask of
 * the same server. (b) Two hundred desks that are open at once.
 */

const rounds = Number(process.env['BENCH_RUNS'] ?? 100);
const idleSeconds = Number(process.env['BENCH_IDLE_SECONDS'] ?? 60);
const changes = 60;
const aims = { historyMs: 50, toldMs: 200, idleBytes: 500 };
const say = (text: string) => process.stdout.write(`${text}\n`);

const folder = mkdtempSync(path.join(tmpdir(), 'taimen-bench-desk-'));
const postgres = await startPostgres();
const history: { backing: string; timed: Timed[] }[] = [];
let presence: Presence | null = null;
try {
  const backings = [
    { backing: 'SQLite', url: `file:${path.join(folder, 'desk.db')}` },
    { backing: 'PostgreSQL', url: await postgres.createDatabase() },
  ];
  for (const { backing, url } of backings) {
    say(
      `${backing}: filling with ${meetingsOfEach} meetings of ${manyAccounts} accounts, and as many of one …`,
    );
    const filled = await fill(url);
    const server = await Server.start({ settings: { DATABASE_URL: url } });
    try {
      say(`(a) asking for the history, ${rounds} times each …`);
      history.push({ backing, timed: await measureHistory(server.origin, filled, rounds) });
      if (backing === 'SQLite') {
        say(`(b) ${reps} desks, ${changes} changes, then ${idleSeconds} s of nothing …`);
        presence = await measurePresence(server.origin, filled, { changes, idleSeconds });
      }
    } finally {
      await server.stop();
      await filled.close();
    }
  }
} finally {
  await postgres.stop();
  rmSync(folder, { recursive: true, force: true });
}

const rows: Row[] = history.flatMap(({ backing, timed: [baseline, ...questions] }) =>
  questions.flatMap(({ what, p50, p95 }): Row[] => [
    {
      what: `(a) ${backing}: ${what}, p50`,
      unit: 'ms',
      taimen: p50,
      bare: baseline!.p50,
      aim: null,
      reached: null,
    },
    {
      what: '    p95',
      unit: 'ms',
      taimen: p95,
      bare: baseline!.p95,
      aim: `≤ ${aims.historyMs} ms`,
      reached: p95 <= aims.historyMs,
    },
  ]),
);
if (presence) {
  const { toldMs, idleBytes } = presence;
  const told = percentile(toldMs, 95);
  const idle = idleBytes.in + idleBytes.out;
  rows.push(
    {
      what: `(b) one changes presence until all ${reps} read it, p95 of ${changes}`,
      unit: 'ms',
      taimen: told,
      bare: null,
      aim: `≤ ${aims.toldMs} ms`,
      reached: told <= aims.toldMs,
      note: `median ${median(toldMs).toFixed(0)} ms`,
    },
    {
      what: '    bytes per rep and minute when nothing happens, both directions',
      unit: 'B',
      taimen: idle,
      bare: null,
      aim: `≤ ${aims.idleBytes} B`,
      reached: idle <= aims.idleBytes,
    },
  );
}
report('desk', rows, { history, presence });
