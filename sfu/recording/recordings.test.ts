import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createLog } from '../log.ts';
import { Meeting } from '../meeting/meeting.ts';
import type { MeetingRecord } from '../meeting/records.ts';
import { limits } from '../protocol/limits.ts';
import type { Connection } from '../signaling/connection.ts';
import { LiveMeeting } from '../signaling/live-meeting.ts';
import type { LiveMeetingDependencies } from '../signaling/live-meeting.ts';
import { timings } from '../signaling/timings.ts';
import { DirectoryBlobs } from '../store/blobs.ts';
import { openDatabase, type Database } from '../store/database.ts';
import { migrate } from '../store/migrate.ts';
import { createRepositories, type Repositories } from '../store/repositories.ts';
import { until } from '../test/kit/waiting.ts';
import { rulesOf } from '../test/shelf-kit.ts';
import { newAccount } from '../test/store-samples.ts';
import { RecorderProcess } from './recorder-process.ts';
import { Recordings } from './recordings.ts';
import { RecordingShelf } from './shelf.ts';
import { recordingTimings } from './timings.ts';
import type { RecordingTimings } from './timings.ts';

// Each starts several processes, one after the other.
vi.setConfig({ testTimeout: 20_000 });

let folder: string;
let db: Database;
let store: Repositories;
let logged: string[];
const closers: (() => unknown)[] = [];

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'taimen-recordings-'));
  db = await openDatabase({ url: ':memory:' });
  await migrate(db);
  store = createRepositories(db);
  logged = [];
});
afterEach(async () => {
  for (const close of closers.splice(0).toReversed()) await close();
  await db.destroy();
  await rm(folder, { recursive: true, force: true });
});

/** What every recorder here begins with; the test says what it does when it is told something. */
const program = (onMessage: string) => `
  process.on('disconnect', () => process.exit(0));
  const say = (name, body) => process.send([name, body]);
  const progress = (captureId) => setInterval(() => say('capture:progress', { captureId, recordedMs: 0, parts: [] }), 20);
  let begun = 0;
  process.on('message', ([name, { captureId }]) => { ${onMessage} });
  say('ready', { problem: null });
`;

async function recordingsWith(onMessage: string, changed: Partial<RecordingTimings>) {
  const main = path.join(folder, 'main.mjs');
  await writeFile(main, program(onMessage));
  const log = createLog('warn', { write: (line) => void logged.push(line) });
  const recorder = new RecorderProcess({
    main,
    recordingsDir: folder,
    reserveBytes: 1_000,
    sandbox: 'auto',
    logLevel: 'info',
    log,
  });
  const blobs = await DirectoryBlobs.open(path.join(folder, 'files'));
  const shelf = await RecordingShelf.open({
    recordings: store.recordings,
    blobs,
    rulesOf: rulesOf(5_000_000_000),
    log,
  });
  const recordings = await Recordings.create({
    recorder,
    shelf,
    recordingsDir: folder,
    reserveBytes: 1_000,
    partMs: limits.recordingPartMs,
    documentFile: async () => null,
    log,
    // Whatever the test does not wait for is out of the way.
    timings: { ...recordingTimings, ...never, tryAgainMs: 20, ...changed },
  });
  closers.push(() => recordings.close());
  return { recorder, recordings };
}

const never = { silentMs: 600_000, listeningMs: 600_000, awayMs: 600_000, uselessMs: 600_000 };

const page = (): Connection => ({
  id: 'page',
  address: '203.0.113.7',
  isOpen: true,
  account: null,
  seat: null,
  notice: () => undefined,
  whisper: () => undefined,
  presence: () => undefined,
});

/** A meeting that is recorded, of a host alone, without media. */
async function recorded(
  recordings: Recordings,
  save: (record: MeetingRecord) => Promise<void> = async () => undefined,
) {
  const { meeting, participant: host } = Meeting.openRoom({
    home: 'node',
    now: Date.now(),
    connectionNumber: '12345',
    host: { accountId: await newAccount(store), organizationId: 'organization', name: '佐藤' },
  });
  const live = await LiveMeeting.begin(meeting, {
    meetings: { save },
    chat: {},
    pool: { createRouter: () => Promise.reject(new Error('there is no worker')) },
    timings,
    log: createLog('silent'),
    organizationName: async () => null,
    recordings,
    changed: () => undefined,
    ended: () => undefined,
  } as unknown as LiveMeetingDependencies);
  closers.push(() => live.close());
  await live.attach(page(), host.id);
  await live.change(({ recording }, now) => {
    recording.start(host, 'video', now - limits.recordingNoticeMs);
    recording.begin(now);
  });
  return live;
}

const problemOf = ({ meeting }: LiveMeeting) => meeting.recording.problem;
const said = (what: string) => logged.filter((line) => line.includes(what)).length;

test('a recorder that says nothing of what it records is replaced, and the next one goes on', async () => {
  // The first one to begin writes that down and hangs; those after it do what they should.
  const { recordings, recorder } = await recordingsWith(
    `if (name !== 'capture:begin') return;
     say('capture:listening', { captureId, port: 9 });
     import('node:fs').then(({ existsSync, writeFileSync }) => {
       if (existsSync('${folder}/hung')) return progress(captureId);
       writeFileSync('${folder}/hung', '');
       for (;;);
     });`,
    { silentMs: 1_000 },
  );
  const live = await recorded(recordings);
  await until('it is replaced', () => said('the recorder is being replaced') === 1);
  const { captureId } = live.meeting.recording;
  let reports = 0;
  recorder.on('capture:progress', () => (reports += 1));
  // For much longer than one may be silent.
  await until('the next one has recorded for a while', () => reports > 100);
  expect(said('the recorder is being replaced')).toBe(1);
  expect(live.meeting.recording).toMatchObject({ state: 'on', captureId, problem: null });
});

test('when no recorder says anything, the lamp goes out', async () => {
  const { recordings } = await recordingsWith('', { silentMs: 400, uselessMs: 2_000 });
  const live = await recorded(recordings);
  await until('it has ended', () => problemOf(live) === 'recording-unavailable');
  expect(live.meeting.recording.state).toBe('off');
  expect(said('the recorder is being replaced')).toBeGreaterThan(0);
});

test('a recorder that dies again and again is not waited for, though one is there each time', async () => {
  const { recordings, recorder } = await recordingsWith(`if (name === 'capture:begin') process.exit(1);`, {});
  let lives = 0;
  recorder.on('started', () => (lives += 1));
  const live = await recorded(recordings);
  await until('it has ended', () => problemOf(live) === 'recording-unavailable');
  expect(lives).toBe(4);
});

test('a machine without a recorder ends it', async () => {
  const { recordings } = await recordingsWith('', { awayMs: 500 });
  await writeFile(path.join(folder, 'main.mjs'), `throw new Error('no room');`);
  const live = await recorded(recordings);
  await until('it has ended', () => problemOf(live) === 'recording-unavailable');
});

test('a recording that the recorder does not take ends alone: the others go on with the same recorder', async () => {
  const { recordings, recorder } = await recordingsWith(
    `if (name !== 'capture:begin') return;
     begun += 1;
     if (begun > 1) return;
     say('capture:listening', { captureId, port: 9 });
     progress(captureId);`,
    { silentMs: 1_000, listeningMs: 1_500 },
  );
  const taken = await recorded(recordings);
  await recorder.awaitStart(10_000);
  const { pid } = recorder;
  const other = await recorded(recordings);
  await until('it has ended', () => problemOf(other) === 'recording-failed');
  expect(other.meeting.recording.state).toBe('off');
  expect(taken.meeting.recording.state).toBe('on');
  expect(recorder.pid).toBe(pid);
});

test('that it has ended is told as soon as the store is back, for instance on the disk that was full', async () => {
  const { recordings } = await recordingsWith(
    `if (name === 'capture:begin') say('capture:trouble', { captureId, code: 'recording-disk', message: 'full' });`,
    {},
  );
  let tries = 0;
  const live = await recorded(recordings, async ({ recording }) => {
    if (recording.problem === null) return;
    tries += 1;
    if (tries < 3) throw new Error('ENOSPC');
  });
  await until('it has ended', () => problemOf(live) === 'recording-disk' && tries === 3);
  expect(live.meeting.recording.state).toBe('off');
});
