import { writeFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { recordingList } from '../../protocol/recording.ts';
import type { RecordingEntry } from '../../protocol/recording.ts';
import type { Participant } from '../../../web/e2e/kit/participant.ts';

const lookMs = 50;
const patienceMs = 180_000;

/** The newest recording, as soon as its file can be played; and when that was, of `performance.now()`. */
export async function whenReady(rep: Participant): Promise<{ entry: RecordingEntry; at: number }> {
  const deadline = performance.now() + patienceMs;
  while (performance.now() < deadline) {
    const entry = await newest(rep);
    if (entry?.state === 'failed') throw new Error(`The recording failed: ${entry.failure ?? ''}`);
    if (entry?.state === 'ready') {
      const answer = await rep.context.request.get(urlOf(rep, entry), {
        headers: { Range: 'bytes=0-65535' },
      });
      if (answer.status() === 206) return { entry, at: performance.now() };
    }
    await delay(lookMs);
  }
  throw new Error(`No recording was ready within ${patienceMs / 1_000} s.`);
}

export async function newest(rep: Participant): Promise<RecordingEntry | null> {
  const answer = await rep.context.request.get(`${rep.origin}/api/recordings`);
  const { meetings } = recordingList.parse(await answer.json());
  return meetings[0]?.recordings.at(-1) ?? null;
}

export async function download(rep: Participant, entry: RecordingEntry, file: string): Promise<void> {
  writeFileSync(file, await (await rep.context.request.get(urlOf(rep, entry))).body());
}

const urlOf = (rep: Participant, { id }: RecordingEntry) => `${rep.origin}/api/recordings/${id}/file`;
