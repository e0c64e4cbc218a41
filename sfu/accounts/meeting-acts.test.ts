import { describe, expect, test } from 'vitest';
import { Meeting } from '../meeting/meeting.ts';
import type { MeetingRecord } from '../meeting/records.ts';
import { limits } from '../protocol/limits.ts';
import { actsBetween, chatAct } from './meeting-acts.ts';

const now = 1_790_000_000_000;
const host = { accountId: 'account', organizationId: 'organization', name: '佐藤' };

function opened() {
  const { meeting, participant } = Meeting.openRoom({ home: 'node', now, connectionNumber: '12345', host });
  return { meeting, rep: participant };
}

/** What a change means: acts with who and what. */
function after(meeting: Meeting, change: () => void): string[] {
  const before = meeting.toRecord();
  change();
  return told(before, meeting.toRecord());
}

const told = (before: MeetingRecord | null, now_: MeetingRecord) =>
  actsBetween(before, now_).map(({ act, actor, subject }) => [act, actor, subject].join(' ').trim());

function withGuest(name: string) {
  const { meeting, rep } = opened();
  const { participant: guest } = meeting.knock(name, now);
  meeting.admit(guest.id, now);
  return { meeting, rep, guest };
}

describe('what is written down of a meeting', () => {
  test('a room begins with its rep', () => {
    const record = opened().meeting.toRecord();
    expect(actsBetween(null, record)).toEqual([
      {
        organizationId: 'organization',
        meetingId: record.id,
        act: 'meeting-started',
        accountId: 'account',
        actor: '佐藤',
        subject: '',
      },
    ]);
    expect(actsBetween(record, record)).toEqual([]);
  });

  test('a number begins nothing until a rep types it', () => {
    const facts = { home: 'node', now, connectionNumber: '12345', organizationId: 'organization' };
    const { meeting } = Meeting.beginWithNumber({ ...facts, guestName: '山田' });
    expect(told(null, meeting.toRecord())).toEqual([]);
    expect(after(meeting, () => meeting.connect(host, now))).toEqual(['meeting-started 佐藤 山田']);
  });

  test('whoever was at the door to the end was not in the meeting', () => {
    const { meeting } = withGuest('山田');
    meeting.knock('鈴木', now);
    expect(after(meeting, () => meeting.end('ended-by-host', now))).toEqual(['meeting-ended 佐藤 山田']);
    expect(after(meeting, () => meeting.end('ended-by-host', now))).toEqual([]);
  });

  test('an announced recording that is stopped never began; the other kind is another recording', () => {
    const { meeting, rep } = withGuest('山田');
    const { recording } = meeting;
    expect(after(meeting, () => recording.start(rep, 'video', now))).toEqual([]);
    expect(after(meeting, () => recording.stop(rep, now))).toEqual([]);
    recording.start(rep, 'video', now);
    expect(after(meeting, () => recording.begin(now + limits.recordingNoticeMs))).toEqual([
      'recording-started 佐藤 video',
    ]);
    expect(after(meeting, () => recording.start(rep, 'audio', now))).toEqual([
      'recording-stopped 佐藤 video',
      'recording-started 佐藤 audio',
    ]);
    expect(after(meeting, () => meeting.end('ended-by-host', now))).toEqual([
      'recording-stopped 佐藤 audio',
      'meeting-ended 佐藤 山田',
    ]);
  });

  test('of a meeting without an organisation there is nothing', () => {
    const facts = { home: 'node', now, connectionNumber: '12345', organizationId: null };
    const { meeting, participant } = Meeting.beginWithNumber({ ...facts, guestName: '山田' });
    expect(after(meeting, () => meeting.leave(participant.id, 'left', now))).toEqual([]);
    expect(chatAct(meeting.facts, participant, 'はい')).toEqual([]);
  });
});
