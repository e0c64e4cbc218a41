import { describe, expect, test } from 'vitest';
import { Refusal } from '../protocol/codes.ts';
import { limits } from '../protocol/limits.ts';
import { Meeting } from './meeting.ts';
import type { Participant } from './participant.ts';

const noonMs = 1_790_000_000_000;
const startMs = noonMs + limits.recordingNoticeMs;

/** A host and two guests, and nothing that has happened yet. */
function people() {
  const { meeting, participant: host } = Meeting.openRoom({
    home: 'node-1',
    now: noonMs,
    connectionNumber: '12345',
    host: { accountId: 'account', organizationId: 'organization', name: '佐藤' },
  });
  const { token } = meeting.invite(noonMs);
  const come = (name: string) => meeting.acceptInvitation(token, name, noonMs).participant;
  const [first, second] = [come('山田'), come('鈴木')];
  meeting.takeEvents();
  return { meeting, recording: meeting.recording, host, first, second, come };
}

/** The same, being recorded since `startMs`. */
function recorded() {
  const scene = people();
  scene.recording.start(scene.host, 'video', noonMs);
  scene.recording.begin(startMs);
  scene.meeting.takeEvents();
  return scene;
}

function codeOf(act: () => unknown): string {
  try {
    act();
    return 'accepted';
  } catch (error) {
    if (error instanceof Refusal) return error.code;
    throw error;
  }
}

const typesOf = (meeting: Meeting) => meeting.takeEvents().map(({ type }) => type);
const logOf = ({ recording }: Meeting) => recording.log.map(({ what, name }) => `${what} ${name}`);

describe('レコーディング機能使用確認', () => {
  test('with YES tells everybody, and begins three seconds later and not before', () => {
    const { meeting, recording, host, first } = people();
    expect(recording.question).toBe(true);
    expect(recording.consentOf(first)).toBe('none');
    recording.start(host, 'video', noonMs);
    expect(recording).toMatchObject({
      question: false,
      state: 'announced',
      kind: 'video',
      startsAt: startMs,
    });
    expect(recording.consentOf(first)).toBe('given');
    expect(typesOf(meeting)).toEqual(['recording-changed']);
    expect(logOf(meeting)).toEqual(['started 佐藤', 'told 山田', 'told 鈴木']);
    recording.begin(startMs - 1);
    expect(recording.state).toBe('announced');
    recording.begin(startMs);
    expect(recording).toMatchObject({ state: 'on', startsAt: null });
    expect(typesOf(meeting)).toEqual(['recording-changed']);
  });

  test('with NO is answered once, and the button works all the same', () => {
    const { meeting, recording, host } = people();
    recording.decline(host, noonMs);
    recording.decline(host, noonMs);
    expect(recording).toMatchObject({ question: false, state: 'off' });
    expect(logOf(meeting)).toEqual(['declined 佐藤']);
    recording.start(host, 'audio', noonMs);
    expect(recording.state).toBe('announced');
  });

  test('pressed twice makes one recording', () => {
    const { recording, host } = people();
    recording.start(host, 'video', noonMs);
    const { captureId } = recording;
    recording.start(host, 'video', noonMs + 1);
    expect(recording).toMatchObject({ captureId, startsAt: startMs });
    recording.begin(startMs);
    recording.start(host, 'video', startMs + 1);
    expect(recording).toMatchObject({ captureId, state: 'on' });
  });

  test('is the host’s alone, and nobody’s who has just gone', () => {
    const { meeting, recording, host, first } = people();
    const acts = (by: Participant) => [
      codeOf(() => recording.start(by, 'video', noonMs)),
      codeOf(() => recording.decline(by, noonMs)),
      codeOf(() => recording.pause(by, noonMs)),
      codeOf(() => recording.resume(by, noonMs)),
      codeOf(() => recording.stop(by, noonMs)),
    ];
    expect(new Set(acts(first))).toEqual(new Set(['not-allowed']));
    meeting.leave(host.id, 'left', noonMs);
    expect(new Set(acts(host))).toEqual(new Set(['not-allowed']));
    expect(recording).toMatchObject({ question: true, state: 'off' });
  });
});

describe('somebody', () => {
  test('whose line is broken when it is announced has not been told, and is asked', () => {
    const { meeting, recording, host, first, second } = people();
    recording.start(host, 'video', noonMs, (id) => id !== second.id);
    expect([host, first, second].map((each) => recording.consentOf(each))).toEqual([
      'given',
      'given',
      'asked',
    ]);
    expect(recording.waitingFor).toEqual([second.id]);
    expect(logOf(meeting)).not.toContain('told 鈴木');
  });

  test('who comes later is asked, and may be recorded once they agree', () => {
    const { meeting, recording, come } = recorded();
    const late = come('田中');
    expect(typesOf(meeting)).toContain('recording-changed');
    expect(recording.consentOf(late)).toBe('asked');
    expect(recording.waitingFor).toEqual([late.id]);
    recording.agree(late, startMs + 1);
    recording.agree(late, startMs + 2);
    expect(recording.consentOf(late)).toBe('given');
    expect(recording.waitingFor).toEqual([]);
    expect(logOf(meeting).filter((each) => each.startsWith('agreed'))).toEqual(['agreed 田中']);
    expect(typesOf(meeting)).toEqual(['recording-changed']);
  });

  test('who comes by the door is asked when they are let in', () => {
    const { meeting, recording } = recorded();
    const { participant } = meeting.knock('田中', startMs);
    expect(recording.waitingFor).toEqual([]);
    expect(codeOf(() => recording.agree(participant, startMs))).toBe('not-allowed');
    meeting.admit(participant.id, startMs);
    expect(recording.waitingFor).toEqual([participant.id]);
  });

  test('who is asked and leaves has refused; who loses the line has not answered', () => {
    const { meeting, recording, come } = recorded();
    meeting.leave(come('田中').id, 'left', startMs + 1);
    expect(recording.waitingFor).toEqual([]);
    expect(logOf(meeting)).toContain('refused 田中');
    const lost = come('高橋');
    meeting.leave(lost.id, 'lost', startMs + 2);
    expect(logOf(meeting)).not.toContain('refused 高橋');
    meeting.resume(lost.id);
    expect(recording.consentOf(lost)).toBe('asked');
  });

  test('whose line breaks before it begins may have heard nothing, and is asked', () => {
    const { recording, host, first, second } = people();
    recording.start(host, 'video', noonMs);
    recording.begin(startMs, (id) => id !== second.id);
    expect([first, second].map((each) => recording.consentOf(each))).toEqual(['given', 'asked']);
    expect(recording.waitingFor).toEqual([second.id]);
  });

  test('who agreed before it begins is not asked again, whatever becomes of the line', () => {
    const { recording, host, second } = people();
    recording.start(host, 'video', noonMs, (id) => id !== second.id);
    recording.agree(second, noonMs + 1);
    recording.begin(startMs, () => false);
    expect(recording.consentOf(second)).toBe('given');
  });

  test('who is being asked is not made to agree by another choice of the host’s', () => {
    const { meeting, recording, host, first, come } = recorded();
    const late = come('田中');
    recording.start(host, 'audio', startMs + 1_000);
    expect(recording.consentOf(late)).toBe('asked');
    recording.start(host, 'video', startMs + 2_000);
    expect([first, late].map((each) => recording.consentOf(each))).toEqual(['given', 'asked']);
    recording.begin(startMs + 5_000);
    expect(recording.waitingFor).toEqual([late.id]);
    expect(logOf(meeting)).not.toContain('told 田中');
  });

  test('who comes while it is announced is asked, and stays so when the host chooses anew', () => {
    const { recording, host, come } = people();
    recording.start(host, 'audio', noonMs);
    const late = come('田中');
    recording.start(host, 'video', noonMs + 1_000);
    expect(recording).toMatchObject({ state: 'announced', startsAt: startMs + 1_000 });
    expect(recording.waitingFor).toEqual([late.id]);
  });

  test('who was told, lost the line and is back need not be asked', () => {
    const { meeting, recording, first } = recorded();
    meeting.leave(first.id, 'lost', startMs + 1);
    meeting.resume(first.id);
    expect(recording.consentOf(first)).toBe('given');
  });

  test('who agreed to a recording is told of the next one like everybody', () => {
    const { meeting, recording, host, come } = recorded();
    const late = come('田中');
    recording.stop(host, startMs + 1);
    expect(recording.consentOf(late)).toBe('none');
    recording.start(host, 'video', startMs + 2);
    expect(recording.consentOf(late)).toBe('given');
    expect(logOf(meeting).at(-1)).toBe('told 田中');
  });

  test('has nothing to agree to while nothing is recorded', () => {
    const { meeting, recording, first } = people();
    recording.agree(first, noonMs);
    expect(logOf(meeting)).toEqual([]);
  });
});

describe('a recording', () => {
  test('is paused and goes on, each press once, and its clock with it', () => {
    const { meeting, recording, host } = recorded();
    expect(recording.recordedMs(startMs + 10_000)).toBe(10_000);
    recording.pause(host, startMs + 10_000);
    recording.pause(host, startMs + 11_000);
    expect(recording.recordedMs(startMs + 60_000)).toBe(10_000);
    recording.resume(host, startMs + 60_000);
    recording.resume(host, startMs + 61_000);
    expect(recording.recordedMs(startMs + 65_000)).toBe(15_000);
    expect(logOf(meeting).slice(-2)).toEqual(['paused 佐藤', 'resumed 佐藤']);
    recording.stop(host, startMs + 65_000);
    recording.stop(host, startMs + 66_000);
    expect(recording).toMatchObject({ state: 'off', captureId: null, problem: null });
    expect(recording.recordedMs(startMs + 99_000)).toBe(15_000);
    expect(logOf(meeting).at(-1)).toBe('stopped 佐藤');
    expect(typesOf(meeting)).toHaveLength(3);
  });

  test('that is paused goes on by 録画 too', () => {
    const { recording, host } = recorded();
    const { captureId } = recording;
    recording.pause(host, startMs + 1);
    recording.start(host, 'video', startMs + 2);
    expect(recording).toMatchObject({ state: 'on', captureId });
  });

  test('that does not run is neither paused nor resumed', () => {
    const { recording, host } = people();
    for (const act of ['pause', 'resume'] as const) {
      expect(codeOf(() => recording[act](host, noonMs))).toBe('recording-not-running');
    }
    recording.start(host, 'video', noonMs);
    expect(codeOf(() => recording.pause(host, noonMs))).toBe('recording-not-running');
  });

  test('that is stopped while it is announced never begins', () => {
    const { recording, host } = people();
    recording.start(host, 'video', noonMs);
    recording.stop(host, noonMs + 1);
    recording.begin(startMs);
    expect(recording.state).toBe('off');
  });

  test('becomes 音声議事録 at once, as a recording of its own, with those who agreed', () => {
    const { recording, host, first } = recorded();
    const { captureId } = recording;
    recording.start(host, 'audio', startMs + 10_000);
    expect(recording).toMatchObject({ state: 'on', kind: 'audio' });
    expect(recording.captureId).not.toBe(captureId);
    expect(recording.recordedMs(startMs + 12_000)).toBe(2_000);
    expect(recording.consentOf(first)).toBe('given');
  });

  test('of sound only becomes one with pictures when everybody has been told of them', () => {
    const { recording, host, first } = recorded();
    recording.start(host, 'audio', startMs + 10_000);
    recording.start(host, 'video', startMs + 20_000);
    expect(recording).toMatchObject({ state: 'announced', kind: 'video', startsAt: startMs + 23_000 });
    expect(recording.log).toContainEqual({
      participantId: first.id,
      name: first.name,
      kind: 'video',
      what: 'told',
      at: startMs + 20_000,
    });
    recording.begin(startMs + 23_000);
    expect(recording).toMatchObject({ state: 'on', kind: 'video' });
  });

  test('that is announced keeps its beginning when the host chooses the other kind', () => {
    const { recording, host } = people();
    recording.start(host, 'video', noonMs);
    recording.start(host, 'audio', noonMs + 1_000);
    expect(recording).toMatchObject({ state: 'announced', kind: 'audio', startsAt: startMs });
  });

  test('that is paused stays so with the other kind', () => {
    const { recording, host } = recorded();
    recording.pause(host, startMs + 10_000);
    const { captureId } = recording;
    recording.start(host, 'audio', startMs + 20_000);
    expect(recording).toMatchObject({ state: 'paused', kind: 'audio' });
    expect(recording.captureId).not.toBe(captureId);
    expect(recording.recordedMs(startMs + 30_000)).toBe(0);
    recording.start(host, 'video', startMs + 30_000);
    expect(recording).toMatchObject({ state: 'announced', kind: 'video' });
    recording.begin(startMs + 33_000);
    expect(recording.state).toBe('paused');
    recording.resume(host, startMs + 40_000);
    expect(recording.recordedMs(startMs + 41_000)).toBe(1_000);
    recording.stop(host, startMs + 42_000);
    recording.start(host, 'video', startMs + 43_000);
    recording.begin(startMs + 46_000);
    expect(recording.state).toBe('on');
  });

  test('is finished when nobody is left, and whoever comes back begins another one', () => {
    const { meeting, recording, host } = recorded();
    const { captureId } = recording;
    for (const each of meeting.present) meeting.leave(each.id, 'lost', startMs + 60_000);
    expect(recording.state).toBe('on');
    expect(recording.captureId).not.toBe(captureId);
    const next = recording.captureId;
    meeting.resume(host.id);
    expect(recording.captureId).toBe(next);
    expect(recording.consentOf(host)).toBe('given');
  });

  test('that cannot go on says why, until the next one', () => {
    const { meeting, recording, host } = recorded();
    recording.fail('recording-quota', startMs + 5_000);
    recording.fail('recording-disk', startMs + 6_000);
    expect(recording).toMatchObject({ state: 'off', problem: 'recording-quota' });
    expect(typesOf(meeting)).toEqual(['recording-changed']);
    recording.start(host, 'video', startMs + 7_000);
    expect(recording.problem).toBeNull();
  });

  test('shows everybody what was really recorded, when they would notice', () => {
    const { meeting, recording } = recorded();
    recording.correct(9_000, startMs + 10_000);
    expect(typesOf(meeting)).toEqual([]);
    recording.correct(4_000, startMs + 10_000);
    expect(recording.recordedMs(startMs + 11_000)).toBe(5_000);
    expect(typesOf(meeting)).toEqual(['recording-changed']);
  });

  test('that stands still because nobody is on the line never runs away from its clock', () => {
    const { meeting, recording } = recorded();
    for (let second = 1; second <= 10; second++) recording.correct(0, startMs + second * 1_000);
    expect(recording.recordedMs(startMs + 10_000)).toBeLessThanOrEqual(1_000);
    expect(typesOf(meeting)).toHaveLength(5);
  });

  test('keeps its log small, however often somebody presses, and the consents in it', () => {
    const { meeting, recording, host, come } = recorded();
    recording.agree(come('田中'), startMs);
    for (let press = 1; press <= 1_000; press++) {
      recording.pause(host, startMs + 2 * press);
      recording.resume(host, startMs + 2 * press + 1);
    }
    expect(recording.log).toHaveLength(500);
    expect(logOf(meeting).slice(0, 6)).toEqual([
      'started 佐藤',
      'told 山田',
      'told 鈴木',
      'agreed 田中',
      'paused 佐藤',
      'resumed 佐藤',
    ]);
    expect(recording.log.at(-1)).toMatchObject({ what: 'resumed', at: startMs + 2_001 });
    for (let press = 1; press <= 300; press++) {
      recording.stop(host, startMs + 10_000 * press);
      recording.start(host, 'video', startMs + 10_000 * press + 1);
    }
    expect(recording.log).toHaveLength(500);
    expect(logOf(meeting).at(-1)).toBe('told 田中');
  });

  test('ends with the meeting', () => {
    const { meeting, recording } = recorded();
    meeting.end('ended-by-host', startMs + 1);
    expect(recording).toMatchObject({ state: 'off', captureId: null });
  });

  test('that was announced as the server died is announced again, and who was told then is asked', () => {
    const { meeting, recording, host, first, second } = people();
    recording.start(host, 'video', noonMs, (id) => id === first.id);
    recording.agree(second, noonMs + 1);
    const restored = Meeting.restore(structuredClone(meeting.toRecord()));
    const laterMs = noonMs + 3_600_000;
    restored.recording.announceAgain(laterMs);
    expect(restored.recording).toMatchObject({
      state: 'announced',
      startsAt: laterMs + limits.recordingNoticeMs,
    });
    const consentOf = ({ id }: Participant) => restored.recording.consentOf(restored.participant(id));
    expect([host, first, second].map(consentOf)).toEqual(['given', 'asked', 'given']);
    restored.recording.begin(laterMs);
    expect(restored.recording.state).toBe('announced');
  });

  test('survives the server', () => {
    const { meeting, recording, first, come } = recorded();
    const late = come('田中');
    const restored = Meeting.restore(structuredClone(meeting.toRecord()));
    expect(restored.toRecord()).toEqual(meeting.toRecord());
    expect(restored.recording).toMatchObject({ state: 'on', captureId: recording.captureId });
    expect(restored.recording.consentOf(restored.participant(first.id))).toBe('given');
    expect(restored.recording.waitingFor).toEqual([late.id]);
  });
});
