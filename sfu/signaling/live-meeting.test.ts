import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, expect, test } from 'vitest';
import { createLog } from '../log.ts';
import { Meeting } from '../meeting/meeting.ts';
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
  const host = { accountId: 'account', organizationId: 'organization', name: '佐藤' };
  const begun = Meeting.openRoom({ home: 'node', now: Date.now(), connectionNumber: '12345', host });
  const live = await LiveMeeting.begin(begun.meeting, {
    meetings: { save },
    chat: {},
    pool: { createRouter: () => Promise.reject(new Error('there is no worker')) },
    timings: { ...timings, lostLineMs: 20 },
    log: createLog('silent'),
    organizationName: async () => null,
    recordings: { look: () => undefined, pointer: () => undefined, storageOf: async () => null },
    ended: () => undefined,
  } as unknown as LiveMeetingDependencies);
  open.push(live);
  return { live, hostId: begun.participant.id };
}

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
