import { setTimeout as delay } from 'node:timers/promises';
import { Server } from '../../../web/e2e/kit/server.ts';
import { family, memoryMb, processorMs, processorMsWithEnded } from '../kit/processes.ts';
import { fourPeople, showPage, startRecording } from './four-people.ts';
import { whenReady } from './history.ts';

/** Bandwidth estimates have found their level by then. */
const settleMs = 12_000;

/**
 * (a), (b), (c): four people and a page are recorded for so many minutes. What capture and composition take is
 * counted from the start of the recorder (with the server's first recording) until the file is ready.
 */
export async function measureRecording(minutes: number, measuresTap: boolean) {
  const server = await Server.start();
  try {
    const { rep, goHome } = await fourPeople(server);
    try {
      await showPage(rep);
      await delay(settleMs);
      const forwarding = () => processorMs(family(server.pid).filter((pid) => pid !== server.recorderPid()));
      const unrecorded = measuresTap ? await over(settleMs, forwarding) : null;
      await startRecording(rep);
      const recorderPid = server.recorderPid();
      if (recorderPid === null) throw new Error('There is no recorder.');
      const recorded = measuresTap ? await over(settleMs, forwarding) : null;
      await delay(minutes * 60_000 - (measuresTap ? settleMs : 0));
      const memory = memoryMb([recorderPid]);
      const endedAt = performance.now();
      await rep.endsCall('全員の接続を終了する');
      const { entry, at } = await whenReady(rep);
      return {
        minutes,
        durationMs: entry.durationMs,
        bytes: entry.bytes,
        cores: processorMsWithEnded([recorderPid]) / entry.durationMs,
        captureCores: processorMs([recorderPid]) / entry.durationMs,
        tapCores: recorded !== null && unrecorded !== null ? recorded - unrecorded : null,
        readyMs: at - endedAt,
        megabytesPerHour: (entry.bytes / 1e6) * (3_600_000 / entry.durationMs),
        recorderMb: memory.resident,
      };
    } finally {
      await goHome();
    }
  } finally {
    await server.stop();
  }
}

/** Cores used in a stretch of time. */
async function over(ms: number, usedMs: () => number): Promise<number> {
  const [begun, before] = [performance.now(), usedMs()];
  await delay(ms);
  return (usedMs() - before) / (performance.now() - begun);
}
