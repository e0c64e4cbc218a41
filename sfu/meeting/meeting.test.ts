import { describe, expect, test } from 'vitest';
import type { Refusal } from '../protocol/codes.ts';
import { limits } from '../protocol/limits.ts';
import { Meeting } from './meeting.ts';
import type { Host } from './meeting.ts';

const now = 1_790_000_000_000;
const host: Host = { accountId: 'account', organizationId: 'organization', name: '佐藤' };
const colleague: Host = { ...host, accountId: 'another account' };
const stranger: Host = { accountId: 'x', organizationId: 'another organization', name: 'x' };

const waiting = (organizationId: string | null = null) =>
  Meeting.beginWithNumber({ home: 'node', now, connectionNumber: '12345', organizationId, guestName: '' });
const open = () => Meeting.openRoom({ home: 'node', now, connectionNumber: '12345', host });

/** The code of the refusal, and proof that nothing has changed by it. */
function refused(meeting: Meeting, act: () => unknown): string {
  const before = JSON.stringify(meeting.toRecord());
  meeting.takeEvents();
  try {
    act();
  } catch (error) {
    expect(JSON.stringify(meeting.toRecord())).toBe(before);
    expect(meeting.takeEvents()).toEqual([]);
    return (error as Refusal).code;
  }
  return 'accepted';
}

function fullRoom() {
  const { meeting } = open();
  const { token } = meeting.invite(now);
  const guests = ['山田', '鈴木', '田中'].map(
    (name) => meeting.acceptInvitation(token, name, now).participant,
  );
  return { meeting, token, guests };
}

describe('a number', () => {
  test('brings the rep who types it and the customer together', () => {
    const { meeting, participant } = waiting();
    meeting.takeEvents();
    const rep = meeting.connect(host, now + 5, 'prepared').participant;
    expect(rep.id).toBe('prepared');
    expect(meeting.present).toEqual([participant, rep]);
    expect(meeting.facts).toMatchObject({
      state: 'live',
      startedAt: now + 5,
      numberExpiresAt: null,
      ...idsOf(host),
    });
    expect(meeting.takeEvents().map(({ type }) => type)).toEqual([
      'admitted',
      'seat-taken',
      'participant-changed',
    ]);
  });

  test('is taken once', () => {
    const { meeting } = waiting();
    meeting.connect(host, now);
    expect(refused(meeting, () => meeting.connect(colleague, now))).toBe('number-taken');
    expect(refused(meeting, () => meeting.connect(host, now))).toBe('number-taken');
  });

  test('lives half an hour, to the millisecond', () => {
    const { meeting } = waiting();
    const end = now + limits.numberLifetimeMs;
    expect(refused(meeting, () => meeting.connect(host, end))).toBe('number-expired');
    meeting.connect(host, end - 1);
  });

  test('of an organisation is unknown to all others, also when it has expired', () => {
    const { meeting } = waiting(host.organizationId);
    expect(refused(meeting, () => meeting.connect(stranger, now))).toBe('number-unknown');
    meeting.end('expired', now);
    expect(refused(meeting, () => meeting.connect(stranger, now))).toBe('number-unknown');
    expect(refused(meeting, () => meeting.connect(host, now))).toBe('number-expired');
  });

  test.each([
    ['left', 'cancelled'],
    ['lost', 'expired'],
  ] as const)('ends with the customer who waits and has %s', (reason, endReason) => {
    const { meeting, participant } = waiting();
    meeting.leave(participant.id, reason, now);
    expect(meeting.facts).toMatchObject({ state: 'ended', endReason });
  });

  test('has no door while nobody has taken it', () => {
    const { meeting } = waiting();
    expect(refused(meeting, () => meeting.knock('山田', now))).toBe('meeting-ended');
    expect(refused(meeting, () => meeting.invite(now))).toBe('meeting-ended');
  });
});

const idsOf = ({ accountId, organizationId }: Host) => ({ hostAccountId: accountId, organizationId });

describe('the fifth', () => {
  test('is refused whichever way they come', () => {
    const { meeting, token } = fullRoom();
    expect(refused(meeting, () => meeting.knock('五人目', now))).toBe('meeting-full');
    expect(refused(meeting, () => meeting.acceptInvitation(token, '五人目', now))).toBe('meeting-full');
  });

  test('is refused when they stand at the door, or come back', () => {
    const { meeting } = open();
    const knocker = meeting.knock('五人目', now).participant;
    const { token } = meeting.invite(now);
    const lost = meeting.acceptInvitation(token, '山田', now).participant;
    meeting.leave(lost.id, 'lost', now);
    for (const name of ['鈴木', '田中', '高橋']) meeting.acceptInvitation(token, name, now);
    expect(refused(meeting, () => meeting.admit(knocker.id, now))).toBe('meeting-full');
    expect(refused(meeting, () => meeting.resume(lost.id))).toBe('meeting-full');
  });

  test('can be the host, who has left', () => {
    const { meeting, token } = fullRoom();
    meeting.leave(meeting.host!.id, 'left', now);
    meeting.acceptInvitation(token, '高橋', now);
    expect(refused(meeting, () => meeting.resumeAsHost(host.accountId))).toBe('meeting-full');
  });
});

describe('coming back', () => {
  test('is for those whose line was lost, and for nobody who has gone or been sent away', () => {
    const { meeting, guests } = fullRoom();
    const [lost, left, removed] = guests;
    meeting.leave(lost!.id, 'lost', now);
    meeting.leave(left!.id, 'left', now);
    meeting.leave(removed!.id, 'removed', now);
    meeting.resume(lost!.id);
    expect(lost!.standing).toBe('present');
    expect(refused(meeting, () => meeting.resume(left!.id))).toBe('seat-unknown');
    expect(refused(meeting, () => meeting.resume(removed!.id))).toBe('seat-unknown');
  });

  test('is no way past the door', () => {
    const { meeting } = open();
    const { participant } = meeting.knock('山田', now);
    meeting.leave(participant.id, 'lost', now);
    expect(refused(meeting, () => meeting.resume(participant.id))).toBe('seat-unknown');
  });

  test('is nothing for those who were never let in: nobody keeps them', () => {
    const { meeting } = open();
    const admitted = meeting.knock('山田', now).participant;
    meeting.admit(admitted.id, now);
    meeting.leave(admitted.id, 'left', now);
    for (const reason of ['left', 'lost', 'refused'] as const) {
      const { participant } = meeting.knock('田中', now);
      meeting.leave(participant.id, reason, now);
    }
    expect(meeting.toRecord().participants.map(({ name }) => name)).toEqual([host.name, '山田']);
  });

  test('of the host gives a new token, which is told so that it is stored', () => {
    const { meeting, resumeToken } = open();
    meeting.takeEvents();
    const again = meeting.resumeAsHost(host.accountId);
    expect(again.resumeToken).not.toBe(resumeToken);
    expect(meeting.takeEvents()).not.toEqual([]);
    expect(refused(meeting, () => meeting.resumeAsHost(colleague.accountId))).toBe('seat-unknown');
  });

  test('is over with the meeting', () => {
    const { meeting, guests } = fullRoom();
    meeting.end('ended-by-host', now);
    expect(refused(meeting, () => meeting.resume(guests[0]!.id))).toBe('meeting-ended');
    expect(refused(meeting, () => meeting.resumeAsHost(host.accountId))).toBe('meeting-ended');
  });
});

describe('an invitation', () => {
  test('lasts a day, to the millisecond', () => {
    const { meeting } = open();
    const { token } = meeting.invite(now);
    const end = now + limits.invitationLifetimeMs;
    expect(refused(meeting, () => meeting.acceptInvitation(token, '山田', end))).toBe('invitation-expired');
    meeting.acceptInvitation(token, '山田', end - 1);
  });

  test('that was refused for want of a place or a name has not been used', () => {
    const { meeting } = open();
    const { token } = meeting.invite(now);
    expect(refused(meeting, () => meeting.acceptInvitation(token, '', now))).toBe('name-required');
    for (const name of ['山田', '鈴木', '田中']) meeting.acceptInvitation(token, name, now);
    expect(refused(meeting, () => meeting.acceptInvitation(token, '高橋', now))).toBe('meeting-full');
    expect(meeting.invitations[0]!.toView().uses).toBe(3);
  });

  test('withdrawn twice keeps the time of the first', () => {
    const { meeting } = open();
    const { invitation, token } = meeting.invite(now);
    meeting.revokeInvitation(invitation.id, now + 1);
    meeting.revokeInvitation(invitation.id, now + 2);
    expect(invitation.toRecord().revokedAt).toBe(now + 1);
    expect(refused(meeting, () => meeting.assertInvited(token, now))).toBe('invitation-revoked');
  });
});

test('the end is told to everybody once, in order, and comes once', () => {
  const { meeting, guests } = fullRoom();
  const knocker = meeting.host!;
  meeting.leave(guests[0]!.id, 'left', now);
  meeting.takeEvents();
  meeting.end('ended-by-host', now + 1);
  meeting.end('abandoned', now + 2);
  expect(meeting.facts).toMatchObject({ endReason: 'ended-by-host', endedAt: now + 1 });
  expect(meeting.takeEvents()).toEqual([
    { type: 'seat-closed', participantId: knocker.id, reason: 'ended' },
    { type: 'seat-closed', participantId: guests[1]!.id, reason: 'ended' },
    { type: 'seat-closed', participantId: guests[2]!.id, reason: 'ended' },
    { type: 'ended', reason: 'ended-by-host' },
  ]);
});

test('a meeting that is written down and read again is the same, and no secret is in it', () => {
  const { meeting, token, guests } = fullRoom();
  meeting.update(guests[0]!.id, { microphone: 'on', speaker: 'off' });
  meeting.leave(guests[1]!.id, 'lost', now);
  const record = meeting.toRecord();
  const again = Meeting.restore(structuredClone(record));
  expect(again.toRecord()).toEqual(record);
  expect(JSON.stringify(record)).not.toContain(token);
  again.resume(guests[1]!.id);
  expect(meeting.participant(guests[1]!.id).standing).toBe('gone');
});
