import { Server } from '../../web/e2e/kit/server.ts';
import { measureDownload } from './call/download.ts';
import { measureForwarding } from './call/forwarding.ts';
import { measureJoining } from './call/join.ts';
import { measureBareRecovery, measureRecovery } from './call/recovery.ts';
import { BareServer } from './kit/bare.ts';
import { median, spread } from './kit/numbers.ts';
import { report } from './kit/report.ts';
import type { Row } from './kit/report.ts';

/*
 * `npm run bench call`: a call, measured beside the least that mediasoup and mediasoup-client need for one
 * (bare/), in the same run, with the same browsers, cameras and codecs.
 */

const joins = Number(process.env['BENCH_JOINS'] ?? 9);

const say = (text: string) => process.stdout.write(`${text}\n`);

const taimen = await Server.start();
const bare = await BareServer.start();
try {
  say(`(a) joining, ${joins} times each …`);
  const joining = await measureJoining(taimen, bare, joins);
  say('(b) forwarding for four people …');
  const forwarding = await measureForwarding(bare);
  say('(c) recovering …');
  const recovery = await measureRecovery(taimen);
  const bareRecovery = await measureBareRecovery(bare);
  say('(d) what a guest fetches …');
  const download = await measureDownload(taimen);

  const typical = (loads: typeof forwarding.ours) => ({
    msPerMbit: median(loads.map(({ msPerMbit }) => msPerMbit)),
    usPerPacket: median(loads.map(({ usPerPacket }) => usPerPacket)),
    residentMb: Math.max(...loads.map(({ memory }) => memory.resident)),
  });
  const ours = typical(forwarding.ours);
  const theirs = typical(forwarding.theirs);
  const joinRatio = median(joining.ours) / median(joining.theirs);
  const forwardRatio = ours.msPerMbit / theirs.msPerMbit;
  const kB = 1_000;
  const row = (
    what: string,
    unit: string,
    values: [number, number | null],
    aim?: [string, boolean],
  ): Row => ({
    what,
    unit,
    taimen: values[0],
    bare: values[1],
    aim: aim?.[0] ?? null,
    reached: aim?.[1] ?? null,
  });
  const within3s = (value: number): [string, boolean] => ['≤ 3000 ms', value <= 3_000];
  const rows: Row[] = [
    row(
      '(a) last press to first frame on both sides, median',
      'ms',
      [median(joining.ours), median(joining.theirs)],
      ['≤ 1.0 ×', joinRatio <= 1],
    ),
    row(
      '    press to number shown (J1), median',
      'ms',
      [median(joining.numbers), null],
      ['≤ 1000 ms', median(joining.numbers) <= 1_000],
    ),
    row(
      '(b) server CPU per forwarded Mbit, four people',
      'ms',
      [ours.msPerMbit, theirs.msPerMbit],
      ['≤ 1.1 ×', forwardRatio <= 1.1],
    ),
    row('    server CPU per forwarded packet', 'µs', [ours.usPerPacket, theirs.usPerPacket]),
    row('(c) socket cut for 20 s: longest standstill of pictures', 'ms', [recovery.cutGap, null]),
    row(
      '    page reloaded: all see each other again',
      'ms',
      [recovery.reload, bareRecovery.reload],
      within3s(recovery.reload),
    ),
    row('    media workers killed', 'ms', [recovery.worker, bareRecovery.worker], within3s(recovery.worker)),
    row(
      '    server killed, since it answers again',
      'ms',
      [recovery.server, bareRecovery.server],
      within3s(recovery.server),
    ),
    row(
      '(d) guest until in the call: scripts, gzipped',
      'kB',
      [download.scriptBytes / kB, null],
      ['≤ 120 kB', download.scriptBytes <= 120 * kB],
    ),
    row('    everything', 'kB', [download.bytes / kB, null], ['≤ 200 kB', download.bytes <= 200 * kB]),
    row('    requests', '', [download.requests, null], ['≤ 15', download.requests <= 15]),
    row(
      '    requests to other hosts',
      '',
      [download.otherHosts.length, null],
      ['0', download.otherHosts.length === 0],
    ),
    row(
      '(e) memory of the server with four people, resident',
      'MB',
      [ours.residentMb, theirs.residentMb],
      ['≤ 150 MB', ours.residentMb <= 150],
    ),
  ];
  report('call', rows, {
    joining: {
      taimen: spread(joining.ours),
      bare: spread(joining.theirs),
      number: spread(joining.numbers),
      all: joining,
    },
    forwarding,
    recovery: { taimen: recovery, bare: bareRecovery },
    download,
  });
} finally {
  await taimen.stop();
  await bare.stop();
}
