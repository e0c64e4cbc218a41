import { expect, test } from 'vitest';
import { Meeting } from '../meeting/meeting.ts';
import type { Participant } from '../meeting/participant.ts';
import { limits } from '../protocol/limits.ts';
import { snapshot } from '../protocol/view.ts';
import { newId } from '../meeting/identity.ts';
import { snapshotFor } from './views.ts';

const now = 1_790_000_000_000;

function scene() {
  const { meeting, participant: host } = Meeting.openRoom({
    home: 'node',
    now,
    connectionNumber: '12345',
    host: { accountId: 'account', organizationId: 'organization', name: '佐藤' },
  });
  const { token } = meeting.invite(now);
  const guest = meeting.acceptInvitation(token, '山田', now).participant;
  const left = meeting.acceptInvitation(token, '鈴木', now).participant;
  meeting.leave(left.id, 'left', now);
  const knocker = meeting.knock('田中', now).participant;
  const other = meeting.knock('高橋', now).participant;
  return { meeting, host, guest, left, knocker, other };
}

const chat = Array.from({ length: limits.chatInSnapshot + 5 }, (_, index) => ({
  id: newId(),
  participantId: newId(),
  name: '佐藤',
  text: String(index),
  at: now,
}));

const storage = {
  usedBytes: 1_000,
  reservedBytes: 0,
  limitBytes: 5_000,
  remainingMs: { video: 72_000, audio: 600_000 },
};

function seenBy(viewer: Participant, meeting: Meeting) {
  const seen = snapshotFor(viewer, meeting, {
    revision: 7,
    mediaEpoch: 'epoch',
    organizationName: 'Demo',
    chat,
    storage,
    live: () => ({ line: 'connected', producers: [{ id: 'producer', source: 'camera' }] }),
    now,
  });
  // Nothing beyond what the protocol says: no hash, no account.
  expect(snapshot.parse(seen)).toEqual(seen);
  return seen;
}

test('the host sees who is present and who knocks, the invitations and the latest of the chat', () => {
  const { meeting, host, guest, knocker, other } = scene();
  const seen = seenBy(host, meeting);
  expect(seen.participants.map(({ id }) => id)).toEqual([host.id, guest.id, knocker.id, other.id]);
  expect(seen.invitations).toHaveLength(1);
  expect(seen.chat.map(({ text }) => text)).toEqual(chat.slice(5).map(({ text }) => text));
  expect(seen).toMatchObject({ revision: 7, self: host.id, connectionNumber: '12345', mediaEpoch: 'epoch' });
});

test('a guest sees who is present and the chat, and neither the door nor the invitations', () => {
  const { meeting, host, guest } = scene();
  const seen = seenBy(guest, meeting);
  expect(seen.participants.map(({ id }) => id)).toEqual([host.id, guest.id]);
  expect(seen.invitations).toEqual([]);
  expect(seen.chat).not.toEqual([]);
});

test('who knocks sees themselves alone', () => {
  const { meeting, knocker } = scene();
  const seen = seenBy(knocker, meeting);
  expect(seen.participants.map(({ id }) => id)).toEqual([knocker.id]);
  expect([...seen.chat, ...seen.invitations]).toEqual([]);
});

test('media that is made ready before somebody is let in is nobody’s to see', () => {
  const { meeting, host, knocker } = scene();
  const producersOf = (id: string) =>
    seenBy(host, meeting).participants.find((each) => each.id === id)?.producers;
  expect(producersOf(knocker.id)).toEqual([]);
  meeting.admit(knocker.id, now);
  expect(producersOf(knocker.id)).toHaveLength(1);
});

test('everybody sees of a recording their own part; its space and whom it waits for the host alone', () => {
  const { meeting, host, guest, knocker } = scene();
  const partOf = (viewer: Participant) => seenBy(viewer, meeting).recording;
  expect(partOf(host)).toMatchObject({
    state: 'off',
    consent: 'none',
    host: { question: true, storage, waitingFor: [] },
  });
  meeting.recording.start(host, 'audio', now);
  meeting.admit(knocker.id, now);
  expect(partOf(guest)).toMatchObject({ state: 'announced', kind: 'audio', consent: 'given', host: null });
  expect(partOf(knocker)).toMatchObject({ state: 'announced', consent: 'asked', host: null });
  expect(partOf(host)).toMatchObject({
    consent: 'given',
    host: { question: false, storage, waitingFor: [knocker.id] },
  });
});

test('who knocks sees nothing of a recording', () => {
  const { meeting, host, knocker } = scene();
  meeting.recording.start(host, 'video', now);
  expect(seenBy(knocker, meeting).recording).toBeNull();
});
