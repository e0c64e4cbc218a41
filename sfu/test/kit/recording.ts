import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import type { RecordingKind } from '../../protocol/recording.ts';
import type { PartRecord } from '../../store/recording-repository.ts';
import { readEvents } from '../../../recorder/timeline/events.ts';
import type { TakeEvent } from '../../../recorder/timeline/events.ts';
import type { Page } from './client.ts';
import type { TestServer } from './server.ts';
import { until } from './waiting.ts';

/** The host presses YES; resolves when everybody sees the lamp. @returns the capture */
export async function record(
  server: TestServer,
  host: Page,
  everybody: readonly Page[],
  kind: RecordingKind = 'video',
): Promise<string> {
  await host.request('recording:start', { kind });
  for (const page of everybody) await seesRecording(page, 'on');
  return captureOf(server, host);
}

export function seesRecording(page: Page, state: 'off' | 'announced' | 'on' | 'paused'): Promise<void> {
  return page.sees(`the recording ${state}`, (view) => view.recording?.state === state);
}

/** What this page's lamp has shown, one after the other; its clock may have been set right meanwhile. */
export function lampsOf(page: Page): string[] {
  const states = page.noticesOf('recording:changed').map(({ recording }) => recording.state);
  return states.filter((state, index) => state !== states[index - 1]);
}

/** The capture that runs in this page's meeting. */
export async function captureOf(server: TestServer, page: Page): Promise<string> {
  const { meetings } = await server.store();
  const record = await meetings.load(page.view.snapshot.meetingId);
  const captureId = record?.recording.captureId;
  if (!captureId) throw new Error('Nothing is recorded in this meeting.');
  return captureId;
}

/** What the history will say of who was told, agreed and pressed what: `told 山田`. */
export async function consentsOf(server: TestServer, page: Page): Promise<string[]> {
  const { meetings } = await server.store();
  const record = await meetings.load(page.view.snapshot.meetingId);
  return (record?.recording.log ?? []).map(({ what, name }) => `${what} ${name}`);
}

/** The parts of what was recorded of this host's meeting, in their order. */
export async function partsOf(server: TestServer, host: Page): Promise<PartRecord[]> {
  const { meetings, recordings } = await server.store();
  const record = await meetings.load(host.view.snapshot.meetingId);
  return recordings.ofMeetings(record?.hostAccountId ?? '', [host.view.snapshot.meetingId]);
}

export const captureFolder = ({ dataDir }: TestServer, captureId: string) =>
  path.join(dataDir, 'recordings/captures', captureId);

/** What the recorder has noted in each take of a capture, oldest first. */
export async function takesOf(server: TestServer, captureId: string): Promise<TakeEvent[][]> {
  const folder = captureFolder(server, captureId);
  const takes = (await readdir(folder).catch(() => [])).filter((name) => name.startsWith('take-')).toSorted();
  return Promise.all(
    takes.map(async (take) =>
      readEvents(await readFile(path.join(folder, take, 'events.jsonl'), 'utf8').catch(() => '')),
    ),
  );
}

/** Waits until the last of so many takes has noted something. @returns what that take has noted by then */
export async function noted(
  server: TestServer,
  captureId: string,
  what: string,
  holds: (events: readonly TakeEvent[]) => boolean,
  takes = 1,
): Promise<readonly TakeEvent[]> {
  let events: readonly TakeEvent[] = [];
  await until(`the recorder has noted ${what}`, async () => {
    const all = await takesOf(server, captureId);
    events = all[takes - 1] ?? [];
    return all.length === takes && holds(events);
  });
  return events;
}

/** About a second of it, so that there is something to keep. */
export function someOf(server: TestServer, captureId: string, takes = 1): Promise<readonly TakeEvent[]> {
  return noted(server, captureId, 'a second', (events) => events.some(({ type }) => type === 'tick'), takes);
}

export type SceneNoted = Extract<TakeEvent, { type: 'scene' }>['scene'];

/** What was to be seen, one after the other. */
export function scenesOf(events: readonly TakeEvent[]): SceneNoted[] {
  return events.flatMap((event) => (event.type === 'scene' || event.type === 'begin' ? [event.scene] : []));
}

/** Who may be in the picture at last. */
export function peopleIn(events: readonly TakeEvent[]): string[] {
  return (scenesOf(events).at(-1)?.people ?? []).map(({ name }) => name);
}
