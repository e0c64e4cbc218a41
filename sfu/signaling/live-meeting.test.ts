import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, expect, test } from 'vitest';
import { createLog } from '../log.ts';
import { Meeting } from '../meeting/meeting.ts';
import { limits } from '../protocol/limits.ts';
import type { Connection } from './connection.ts';
import { LiveMeeting } from './live-meeting.ts';
import type { LiveMeetingDependencies } from './live-meeting.ts';
import { timings } from './timings.ts';

const open: LiveMeeting[] = [];

afterEach(() => {
  for (const live of open.splice(0)) live.close();
});

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

/** A meeting whose store does as the test says, and which never gets media. */
async function room(save: () => Promise<void>) {
  const { meeting, hostId } = opened();
  const live = await LiveMeeting.begin(meeting, dependencies(save));
  open.push(live);
  return { live, hostId };
}

function opened() {
  const host = { accountId: 'account', organizationId: 'organization', name: '佐藤' };
  const begun = Meeting.openRoom({ home: 'node', now: Date.now(), connectionNumber: '12345', host });
  return { meeting: begun.meeting, hostId: begun.participant.id };
}

const dependencies = (save: () => Promise<void>) =>
  ({
    meetings: { save },
    chat: { latest: async () => [] },
    pool: { createRouter: () => Promise.reject(new Error('there is no worker')) },
    timings: { ...timings, lostLineMs: 20 },
    log: createLog('silent'),
    organizationName: async () => null,
    recordings: { look: () => undefined, pointer: () => undefined, storageOf: async () => null },
    changed: () => undefined,
    ended: () => undefined,
  }) as unknown as LiveMeetingDependencies;

test('whose coming could not be stored is not waited for, whatever happened meanwhile', async () => {
  let isAway = false;
  let storing: () => void = () => undefined;
  const { live, hostId } = await room(async () => {
    storing();
    if (isAway) throw new Error('the store is away');
  });
  const hostPage = page();
  await live.attach(hostPage, hostId);
  // While the newcomer is being stored, the host's line breaks.
  isAway = true;
  storing = () => {
    live.detach(hostPage);
  };
  await expect(live.change((meeting, now) => meeting.knock('山田', now))).rejects.toThrow('away');
  storing = () => undefined;
  isAway = false;
  expect(live.meeting.participants).toHaveLength(1);
  live.patience.reconsider();
  // Patience goes on with those who are there.
  for (let times = 0; times < 100 && live.meeting.host?.standing !== 'gone'; times++) await delay(20);
  expect(live.meeting.host).toMatchObject({ standing: 'gone', leaveReason: 'lost' });
});

test('in which a recording was announced as the server died is told of it again before it begins', async () => {
  const { meeting, hostId } = opened();
  const { participant: knocking } = meeting.knock('山田', Date.now());
  meeting.admit(knocking.id, Date.now());
  // Long over, and nobody knows whether anybody has heard of it.
  meeting.recording.start(meeting.participant(hostId), 'video', Date.now() - 60_000);
  const restored = Meeting.restore(meeting.toRecord());
  const before = Date.now();
  const live = await LiveMeeting.restore(
    restored,
    dependencies(async () => undefined),
  );
  open.push(live);
  const { recording } = live.meeting;
  expect(recording.state).toBe('announced');
  expect(recording.startsAt).toBeGreaterThanOrEqual(before + limits.recordingNoticeMs);
  expect(recording.waitingFor).toEqual([knocking.id]);
});
