import { Server } from '../../web/e2e/kit/server.ts';
import { measureConversion } from './documents/conversion.ts';
import { browserMemory, measurePlain, measurePointer, Presentation } from './documents/showing.ts';
import { median, percentile, spread } from './kit/numbers.ts';
import { report } from './kit/report.ts';
import type { Row } from './kit/report.ts';

/*
 * `npm run bench documents`: documents, from the file that somebody brings to the page on the other side. The
 * baselines are LibreOffice alone on the same files, and a plain page with pdf.js on the same address.
 */

const runs = Number(process.env['BENCH_RUNS'] ?? 5);
const turns = 99;
const say = (text: string) => process.stdout.write(`${text}\n`);

say(`(a) converting, ${runs} times each …`);
const conversions = await measureConversion(runs);

const server = await Server.start();
try {
  const presentation = await Presentation.begin(server);
  say(`(b) showing, ${runs} times to a fresh guest …`);
  const cold: number[] = [];
  const warm: number[] = [];
  for (let run = 0; run < runs; run += 1) {
    const guest = await presentation.guestComes();
    cold.push(await presentation.show(guest));
    await presentation.close(guest);
    warm.push(await presentation.show(guest));
    await presentation.close(guest);
    await guest.endsCall();
    await guest.goHome();
  }
  const guest = await presentation.guestComes();
  await presentation.show(guest);
  const plain = await measurePlain(guest, runs);
  await guest.sees(presentation.rep);

  say(`(c) turning ${turns} pages …`);
  const few = 20;
  const first = await presentation.turn(guest, few);
  const memoryAfterFew = await browserMemory(guest);
  const rest = await presentation.turn(guest, turns - few, 1 + few);
  const memoryAfterAll = await browserMemory(guest);
  const turned = [...first, ...rest];

  say('(d) pointing …');
  const pointed = await measurePointer(presentation.rep, guest, 100);
  await guest.goHome();
  await presentation.end();

  const sum = (values: readonly number[]) => values.reduce((total, each) => total + each, 0);
  const ours = sum(conversions.map(({ oursMs }) => oursMs));
  const bare = sum(conversions.map(({ bareMs }) => bareMs));
  const flat = memoryAfterAll / memoryAfterFew;
  const rows: Row[] = [
    {
      what: `(a) ${conversions.length} Office files to PDF, one after the other`,
      unit: 'ms',
      taimen: ours,
      bare,
      aim: '≤ 1.15 ×',
      reached: ours / bare <= 1.15,
    },
    ...conversions.map(({ file, oursMs, bareMs, pages }) => ({
      what: `    ${file} (${pages})`,
      unit: 'ms',
      taimen: oursMs,
      bare: bareMs,
      aim: null,
      reached: null,
    })),
    {
      what: '(b) 見せる to the first page on the guest, nothing cached, median',
      unit: 'ms',
      taimen: median(cold),
      bare: median(plain),
      aim: '≤ 500 ms',
      reached: median(cold) <= 500,
    },
    {
      what: '    the second document of a call',
      unit: 'ms',
      taimen: median(warm),
      bare: null,
      aim: null,
      reached: null,
    },
    {
      what: '(c) page turn to painted on the guest, p95',
      unit: 'ms',
      taimen: percentile(turned, 95),
      bare: null,
      aim: '≤ 100 ms',
      reached: percentile(turned, 95) <= 100,
    },
    {
      what: `    guest's browser after ${turns + 1} pages, against after ${few}`,
      unit: 'MB',
      taimen: memoryAfterAll,
      bare: memoryAfterFew,
      aim: '≤ 1.1 ×',
      reached: flat <= 1.1,
    },
    {
      what: '(d) mouse event to the palm on the guest, p95',
      unit: 'ms',
      taimen: percentile(pointed, 95),
      bare: null,
      aim: '≤ 60 ms',
      reached: percentile(pointed, 95) <= 60,
    },
  ];
  report('documents', rows, {
    conversions,
    showing: { cold: spread(cold), warm: spread(warm), plain: spread(plain), all: { cold, warm, plain } },
    turning: { ...spread(turned), p95: percentile(turned, 95), all: turned },
    memory: { memoryAfterFew, memoryAfterAll },
    pointing: { ...spread(pointed), p95: percentile(pointed, 95), all: pointed },
  });
} finally {
  await server.stop();
}
