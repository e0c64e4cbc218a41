import { report } from './kit/report.ts';
import type { Row } from './kit/report.ts';
import { measureHeadlessBrowser } from './recording/headless.ts';
import { measureRecording } from './recording/load.ts';
import { measureSync } from './recording/sync.ts';

/*
 * `npm run bench recording`: four people and a page are recorded for 1, 3 and 10 minutes (BENCH_MINUTES), beside a
 * headless browser that records the same picture, in the same run.
 */

const lengths = (process.env['BENCH_MINUTES'] ?? '1,3,10').split(',').map(Number);
const syncSeconds = Number(process.env['BENCH_SYNC_SECONDS'] ?? 60);

const say = (text: string) => process.stdout.write(`${text}\n`);

say('a headless browser that records …');
const headless = await measureHeadlessBrowser();
const runs: Awaited<ReturnType<typeof measureRecording>>[] = [];
for (const minutes of lengths) {
  say(`(a) to (c): recording ${minutes} min …`);
  runs.push(await measureRecording(minutes, minutes === lengths.at(-1)));
}
say(`(d) beep and flash, ${syncSeconds} s …`);
const sync = await measureSync(syncSeconds);

const longest = runs.at(-1);
if (!longest) throw new Error('BENCH_MINUTES names no length.');
const coresAim = 0.25;
const readyAimMs = 10_000;
const megabytesAim = 200;
const syncAimMs = 100;

const rows: Row[] = [
  {
    what: `(a) capture and composition, of a core (${longest.minutes} min)`,
    unit: 'cores',
    taimen: longest.cores,
    bare: headless,
    aim: `≤ ${coresAim}`,
    reached: longest.cores <= coresAim,
    note: 'bare: headless browser with MediaRecorder',
  },
  {
    what: '(a) the tap: server and media worker besides',
    unit: 'cores',
    taimen: longest.tapCores ?? Number.NaN,
    bare: null,
    aim: null,
    reached: null,
  },
  ...runs.map(({ minutes, readyMs }): Row => ({
    what: `(b) 接続終了 to playable after ${minutes} min`,
    unit: 'ms',
    taimen: readyMs,
    bare: null,
    aim: `≤ ${readyAimMs} ms`,
    reached: readyMs <= readyAimMs,
  })),
  {
    what: '(c) size of an hour',
    unit: 'MB',
    taimen: longest.megabytesPerHour,
    bare: null,
    aim: `≤ ${megabytesAim} MB`,
    reached: longest.megabytesPerHour <= megabytesAim,
  },
  ...(['start', 'end'] as const).flatMap((when) => {
    const { soundAfterPicture, betweenPictures, betweenSounds } = sync[when];
    const row = (what: string, value: number): Row => ({
      what: `(d) ${what}, at the ${when}`,
      unit: 'ms',
      taimen: value,
      bare: null,
      aim: `≤ ${syncAimMs} ms`,
      reached: Math.abs(value) <= syncAimMs,
    });
    return [
      row('sound after picture, the worst of four', soundAfterPicture),
      row('between four pictures', betweenPictures),
      row('between four sounds', betweenSounds),
    ];
  }),
];
report('recording', rows, { headless, runs, sync });
