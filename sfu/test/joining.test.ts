import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { limits } from '../protocol/limits.ts';
import { codeOf } from './kit/client.ts';
import { openDesk } from './kit/rep.ts';
import { sendAll, capabilities } from './kit/rtp.ts';
import { TestServer } from './kit/server.ts';
import { comeByLink, fourPeople, knock, room, say } from './kit/stories.ts';

let server: TestServer;

beforeAll(async () => {
  server = await TestServer.start();
});
afterEach(() => server.closePages());
afterAll(() => server.stop());

describe('somebody knocks at a room', () => {
  test('and is let in: everybody sees who has come', async () => {
    const { host, number } = await room(server);
    const early = await comeByLink(server, host, '鈴木');
    const guest = await knock(server, number, '山田 太郎');
    await host.sees('somebody at the door', (view) => view.of(guest.self)?.standing === 'knocking');
    expect(early.view.of(guest.self)).toBeNull();
    await host.request('guest:admit', { participantId: guest.self });
    const { snapshot } = await guest.nextWhisper('seat:admitted');
    expect(snapshot.participants.map((each) => each.name)).toEqual(['佐藤 花子', '鈴木', '山田 太郎']);
    for (const page of [host, early, guest]) {
      await page.sees('the newcomer present', (view) => view.of(guest.self)?.standing === 'present');
    }
    // Pressed twice: nothing more happens.
    await host.request('guest:admit', { participantId: guest.self });
  });

  test('and is refused: they read so, and the token opens nothing', async () => {
    const { host, number } = await room(server);
    const guest = await knock(server, number, '山田');
    await host.request('guest:refuse', { participantId: guest.self });
    expect(await guest.nextWhisper('seat:closed')).toEqual({ reason: 'refused', endReason: null });
    await host.sees('nobody at the door', (view) => view.participants.length === 1);
    expect(await codeOf(guest.request('seat:resume', { resumeToken: guest.resumeToken! }))).toBe(
      'seat-unknown',
    );
    expect(await codeOf(host.request('guest:admit', { participantId: guest.self }))).toBe(
      'participant-unknown',
    );
    expect(await codeOf(host.request('guest:refuse', { participantId: guest.self }))).toBe(
      'participant-unknown',
    );
  });

  test('and goes away again: the host is told', async () => {
    const { host, number } = await room(server);
    const guest = await knock(server, number, '山田');
    await host.sees('somebody at the door', (view) => view.participants.length === 2);
    await guest.request('meeting:leave', {});
    expect(await host.nextNotice('participant:left')).toMatchObject({ name: '山田', reason: 'left' });
  });

  test('and goes away again, many times: none of it is kept', async () => {
    const { host, number } = await room(server);
    const guest = await server.openPage();
    for (let times = 0; times < 5; times++) {
      await guest.request('room:ask', { number, name: '山田' });
      await guest.request('meeting:leave', {});
    }
    const { meetings } = await server.store();
    const stored = await meetings.load(host.view.snapshot.meetingId);
    expect(stored!.participants.map(({ role }) => role)).toEqual(['host']);
  });

  test('twice by accident: one person stands at the door', async () => {
    const { host, number } = await room(server);
    const guest = await server.openPage();
    await Promise.all([
      guest.raw('room:ask', { number, name: '山田' }),
      guest.raw('room:ask', { number, name: '山田' }),
    ]);
    const { participants } = await host.request('meeting:snapshot', {});
    expect(participants.filter((each) => each.standing === 'knocking')).toHaveLength(1);
  });

  test('and sees and hears nothing of the meeting meanwhile', async () => {
    const { host, number } = await room(server);
    await say(host, '内緒の話');
    const { microphone, camera } = await sendAll(host);
    const guest = await knock(server, number, '山田');
    expect(guest.view.participants.map((each) => each.id)).toEqual([guest.self]);
    expect(guest.view.snapshot).toMatchObject({ chat: [], invitations: [] });
    const opening = await guest.request('media:open', {});
    const heard = await guest.request('media:consume', {
      producerIds: [microphone, camera],
      rtpCapabilities: capabilities(opening),
    });
    expect(heard.consumers).toEqual([]);
    expect(await codeOf(say(guest, '聞こえますか'))).toBe('not-allowed');
    await say(host, 'まだ内緒');
    await comeByLink(server, host, '鈴木');
    const snapshot = await guest.request('meeting:snapshot', {});
    expect(snapshot.participants).toHaveLength(1);
    expect(guest.countOf('chat:sent') + guest.countOf('participant:changed')).toBe(0);
  });

  test('as the seventh at the same door, and reads that it is crowded', async () => {
    const { number } = await room(server);
    for (let each = 0; each < limits.knockersPerMeeting; each++) await knock(server, number, `人${each}`);
    const seventh = await server.openPage();
    expect(await codeOf(seventh.request('room:ask', { number, name: '七人目' }))).toBe('door-crowded');
  });

  test('with the number of a customer whom no rep has joined: there is no door', async () => {
    const customer = await server.openPage();
    const { snapshot } = await customer.request('number:issue', {});
    const stranger = await server.openPage();
    const number = snapshot.connectionNumber!;
    expect(await codeOf(stranger.request('room:ask', { number, name: '誰か' }))).toBe('number-unknown');
  });

  test('after the end', async () => {
    const { host, number } = await room(server);
    await host.request('meeting:end', {});
    expect(await host.nextWhisper('seat:closed')).toEqual({ reason: 'ended', endReason: 'ended-by-host' });
    const late = await server.openPage();
    expect(await codeOf(late.request('room:ask', { number, name: '遅刻' }))).toBe('number-expired');
  });

  test('again, having lost the page and everything with it, and is let in once more', async () => {
    const { host, number } = await room(server);
    const guest = await knock(server, number, '山田');
    await host.request('guest:admit', { participantId: guest.self });
    guest.close();
    const again = await knock(server, number, '山田');
    await host.request('guest:admit', { participantId: again.self });
    await again.nextWhisper('seat:admitted');
    await host.sees('both of them', (view) => view.present.length === 3);
  });
});

describe('a name', () => {
  const nameOf = async (typed: string) => {
    const { host, number } = await room(server);
    const guest = await knock(server, number, typed);
    await host.sees('the guest', (view) => view.participants.length === 2);
    return host.view.of(guest.self)!.name;
  };

  test.each(['', '   ', '\u3000', '\u0000\u202E', '\u200B\u2060', '\u3164'])(
    'is needed: %j is none',
    async (name) => {
      const { number } = await room(server);
      const guest = await server.openPage();
      expect(await codeOf(guest.request('room:ask', { number, name }))).toBe('name-required');
    },
  );

  test('of three hundred characters is cut, whole characters only', async () => {
    expect(await nameOf('𠮷'.repeat(300))).toBe('𠮷'.repeat(limits.nameCharacters));
  });

  test('longer than any page sends is refused', async () => {
    const { number } = await room(server);
    const guest = await server.openPage();
    expect(await codeOf(guest.request('room:ask', { number, name: 'あ'.repeat(1_001) }))).toBe('bad-request');
  });

  test.each([
    ['  山田　　太郎 ', '山田 太郎'],
    ['ad\u202Enim\u0000\n', 'ad nim'],
    ['か\u3099', 'が'],
    ['花子👩‍💼🇯🇵', '花子👩‍💼🇯🇵'],
    ['<b>太郎</b>', '<b>太郎</b>'],
    ['葛\u{E0100}城', '葛\u{E0100}城'],
  ])('%j is read as %j', async (typed, read) => {
    expect(await nameOf(typed)).toBe(read);
  });
});

describe('four people are in the meeting', () => {
  test('and the fifth reads that it is full, whichever way they come', async () => {
    const { host, everybody, number } = await fourPeople(server);
    const before = await host.request('meeting:snapshot', {});
    const { token } = await host.request('invitation:create', {});
    const fifth = await server.openPage();
    expect(await codeOf(fifth.request('room:ask', { number, name: '五人目' }))).toBe('meeting-full');
    expect(await codeOf(fifth.request('invitation:accept', { token, name: '五人目' }))).toBe('meeting-full');
    expect(await codeOf(fifth.request('media:open', {}))).toBe('not-allowed');
    const rep = await openDesk(server);
    expect(await codeOf(rep.request('number:connect', { number }))).toBe('number-taken');
    const after = await host.request('meeting:snapshot', {});
    expect(after.participants).toEqual(before.participants);
    expect(after.invitations.every(({ uses }) => uses <= 1)).toBe(true);
    await say(host, 'みんないますね');
    for (const page of everybody) await page.nextNotice('chat:sent');
  });

  test('and who came by the door just before the fourth stays outside until there is a place', async () => {
    const { host, number } = await room(server);
    const knocker = await knock(server, number, '五人目');
    const guests = [];
    for (const name of ['山田', '鈴木', '田中']) guests.push(await comeByLink(server, host, name));
    expect(await codeOf(host.request('guest:admit', { participantId: knocker.self }))).toBe('meeting-full');
    await guests[0]!.request('meeting:leave', {});
    await host.request('guest:admit', { participantId: knocker.self });
    await knocker.nextWhisper('seat:admitted');
  });

  test('or three, and two want the last place in the same moment: one gets it', async () => {
    const { host, number } = await room(server);
    await comeByLink(server, host, '山田');
    await comeByLink(server, host, '鈴木');
    const knockers = [await knock(server, number, '田中'), await knock(server, number, '高橋')];
    const { token } = await host.request('invitation:create', {});
    const byLink = await server.openPage();
    const codes = await Promise.all([
      ...knockers.map((each) => codeOf(host.request('guest:admit', { participantId: each.self }))),
      codeOf(byLink.request('invitation:accept', { token, name: '伊藤' })),
    ]);
    expect(codes.toSorted()).toEqual(['accepted', 'meeting-full', 'meeting-full']);
    const { participants } = await host.request('meeting:snapshot', {});
    expect(participants.filter((each) => each.standing === 'present')).toHaveLength(4);
  });
});

test('whoever is gone before being seated leaves no ghost and takes no place', async () => {
  const { host } = await room(server);
  const { token } = await host.request('invitation:create', {});
  const guest = await server.openPage();
  guest.tell('invitation:accept', { token, name: '山田' }, () => undefined);
  guest.close();
  expect(await host.nextNotice('participant:left')).toMatchObject({ name: '山田', reason: 'left' });
  expect(host.view.present).toHaveLength(1);
});

describe('the host', () => {
  test('alone may let in, send away, invite and end', async () => {
    const { host, number } = await room(server);
    const guest = await comeByLink(server, host, '山田');
    const knocker = await knock(server, number, '鈴木');
    const participantId = knocker.self;
    for (const page of [guest, knocker]) {
      expect(await codeOf(page.request('guest:admit', { participantId }))).toBe('not-allowed');
      expect(await codeOf(page.request('guest:refuse', { participantId }))).toBe('not-allowed');
      expect(await codeOf(page.request('guest:remove', { participantId: host.self }))).toBe('not-allowed');
      expect(await codeOf(page.request('invitation:create', {}))).toBe('not-allowed');
      expect(await codeOf(page.request('invitation:revoke', { invitationId: participantId }))).toBe(
        'not-allowed',
      );
      expect(await codeOf(page.request('meeting:end', {}))).toBe('not-allowed');
    }
    expect(guest.view.invitations).toEqual([]);
  });

  test('sends a guest away: they read why, the others that they are gone, and the token opens nothing', async () => {
    const { host } = await room(server);
    const [guest, other] = [await comeByLink(server, host, '山田'), await comeByLink(server, host, '鈴木')];
    await host.request('guest:remove', { participantId: guest.self });
    expect(await guest.nextWhisper('seat:closed')).toEqual({ reason: 'removed', endReason: null });
    expect(await other.nextNotice('participant:left')).toMatchObject({ name: '山田', reason: 'removed' });
    expect(await codeOf(guest.request('seat:resume', { resumeToken: guest.resumeToken! }))).toBe(
      'seat-unknown',
    );
    expect(await codeOf(host.request('guest:remove', { participantId: host.self }))).toBe('not-allowed');
  });

  test('ends the meeting for all', async () => {
    const { host, everybody } = await fourPeople(server);
    await host.request('meeting:end', {});
    for (const page of everybody) {
      expect(await page.nextWhisper('seat:closed')).toEqual({ reason: 'ended', endReason: 'ended-by-host' });
      expect(await codeOf(page.request('meeting:snapshot', {}))).toBe('not-allowed');
      expect(await codeOf(page.request('seat:resume', { resumeToken: page.resumeToken! }))).toBe(
        'meeting-ended',
      );
    }
  });
});

test('whoever comes in is announced as being on the line, and never as a lost one', async () => {
  const { host } = await room(server);
  const guest = await comeByLink(server, host, '山田');
  const { participant } = await host.nextNotice(
    'participant:changed',
    (each) => each.participant.id === guest.self,
  );
  expect(participant).toMatchObject({ line: 'connected', standing: 'present' });
});

test('devices that are turned off and on are seen by everybody', async () => {
  const { host } = await room(server);
  const guest = await comeByLink(server, host, '山田');
  await guest.request('participant:update', { microphone: 'on', camera: 'off', speaker: 'off' });
  await host.sees('the speaker off', (view) => view.of(guest.self)?.speaker === 'off');
  await guest.request('participant:update', { speaker: 'on' });
  await host.sees('the speaker on', (view) => view.of(guest.self)?.speaker === 'on');
  expect(host.view.of(guest.self)).toMatchObject({ microphone: 'on', camera: 'off' });
});
