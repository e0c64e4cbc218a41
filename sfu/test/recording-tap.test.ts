import type { types } from 'mediasoup';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createLog } from '../log.ts';
import { KeyframeRequests } from '../media/keyframe-requests.ts';
import { RecordingTap } from '../media/recording-tap.ts';
import type { MeetingMedia } from '../media/meeting-media.ts';
import { newId } from '../meeting/identity.ts';
import { Meeting } from '../meeting/meeting.ts';
import { MeetingCapture } from '../recording/meeting-capture.ts';
import type { MeetingCaptureDependencies } from '../recording/meeting-capture.ts';
import { recordingTimings } from '../recording/timings.ts';
import type { RecordableMeeting } from '../recording/wanted.ts';
import { limits } from '../protocol/limits.ts';
import type { RecorderCommand, RecorderCommandName, Track } from '../protocol/recorder.ts';
import { recorderCommands } from '../protocol/recorder.ts';
import { mediaCodecs } from '../media/codecs.ts';
import { realRouter, Receiver, Sender } from './kit/plain-rtp.ts';
import { until } from './kit/waiting.ts';

let worker: types.Worker;
let router: types.Router;
let receiver: Receiver;
let keyframeRequests: KeyframeRequests;
const senders: Sender[] = [];

beforeAll(async () => {
  ({ worker } = await realRouter());
});
beforeEach(async () => {
  router = await worker.createRouter({ mediaCodecs });
  receiver = await Receiver.open();
  keyframeRequests = new KeyframeRequests();
});
afterEach(() => {
  for (const sender of senders.splice(0)) sender.close();
  receiver.close();
  router.close();
});
afterAll(() => {
  worker.close();
});

async function send(kind: types.MediaKind, layers = 1): Promise<Sender> {
  const sender = await Sender.begin(router, kind, layers);
  senders.push(sender);
  keyframeRequests.watch(sender.producer);
  return sender;
}

const openTap = (closed: () => void = () => undefined) =>
  RecordingTap.create(router, receiver.port, keyframeRequests, closed);

const more = (ssrc: number) => {
  const before = receiver.countOf(ssrc);
  return until('packets flow', () => receiver.countOf(ssrc) > before + 3);
};

/** That nothing comes of one stream is seen when enough has come of another. */
const nothingOf = async (silent: number, flowing: number) => {
  await more(flowing);
  const before = receiver.countOf(silent);
  await more(flowing);
  expect(receiver.countOf(silent)).toBe(before);
};

describe('the tap', () => {
  test('lets nothing flow before it is told to, and everything over one port', async () => {
    const [voice, other] = [await send('audio'), await send('audio')];
    const tap = await openTap();
    const first = await tap.add('first', voice.producer.id, false);
    const second = await tap.add('second', other.producer.id, false);
    expect(first).toMatchObject({ mimeType: 'audio/opus', clockRate: 48_000 });
    expect(receiver.ssrcs).toEqual([]);
    await tap.let('first', true);
    await nothingOf(second!.ssrc, first!.ssrc);
    await tap.let('second', true);
    await more(second!.ssrc);
    await tap.let('first', false);
    await nothingOf(first!.ssrc, second!.ssrc);
    expect(receiver.ssrcs.toSorted()).toEqual([first!.ssrc, second!.ssrc].toSorted());
  });

  test('takes of a camera’s three sizes the middle one, and the larger of two', async () => {
    const [three, two, one] = [await send('video', 3), await send('video', 2), await send('video')];
    const tap = await openTap();
    for (const [{ producer }, layer] of [
      [three, 1],
      [two, 1],
      [one, 0],
    ] as const) {
      const stream = (await tap.add(producer.id, producer.id, true))!;
      expect(stream.mimeType).toBe('video/VP8');
      await tap.let(producer.id, true);
      await more(stream.ssrc);
      await until('the right size comes', () => receiver.layersOf(stream.ssrc).includes(layer));
      expect(receiver.layersOf(stream.ssrc)).not.toContain(2);
    }
  });

  test('takes cameras in their smallest size while faces are small, and a screen as ever', async () => {
    const [camera, screen] = [await send('video', 3), await send('video', 2)];
    const tap = await openTap();
    const face = (await tap.add('face', camera.producer.id, true))!;
    const other = (await tap.add('screen', screen.producer.id, false))!;
    for (const trackId of ['face', 'screen']) await tap.let(trackId, true);
    const comes = (ssrc: number, layer: number) =>
      until('the size comes', () => receiver.layerOf(ssrc) === layer);
    await Promise.all([comes(face.ssrc, 1), comes(other.ssrc, 1)]);
    await tap.showFaces('small');
    await comes(face.ssrc, 0);
    const late = (await tap.add('late', camera.producer.id, true))!;
    await tap.let('late', true);
    await comes(late.ssrc, 0);
    expect(receiver.layersOf(late.ssrc)).toEqual([0]);
    expect(receiver.layerOf(other.ssrc)).toBe(1);
    await tap.showFaces('large');
    await Promise.all([comes(face.ssrc, 1), comes(late.ssrc, 1)]);
  });

  test('asks the sender for a whole picture', async () => {
    const camera = await send('video');
    const tap = await openTap();
    const stream = (await tap.add('track', camera.producer.id, true))!;
    await tap.let('track', true);
    await more(stream.ssrc);
    const before = camera.keyframesAsked;
    await tap.requestKeyFrame('track');
    await until('the sender is asked', () => camera.keyframesAsked > before);
    await tap.requestKeyFrame('nobody’s');
  });

  test('asks for its first picture when the sender, which somebody else has just asked, listens again', async () => {
    const camera = await send('video', 2);
    const tap = await openTap();
    const { ssrc } = (await tap.add('face', camera.producer.id, true))!;
    const viewer = await openTap();
    const seen = (await viewer.add('viewer', camera.producer.id, false))!;
    await viewer.let('viewer', true);
    await until('the viewer sees the large size', () => receiver.layerOf(seen.ssrc) === 1);
    const before = camera.keyframesAsked;
    await viewer.requestKeyFrame('viewer');
    await until('the viewer’s wish has arrived', () => camera.keyframesAsked > before);
    const asked = camera.keyframesAsked;
    await tap.let('face', true);
    await until('the tap’s wish has arrived', () => camera.keyframesAsked > asked);
    const [last, first] = camera.keyframesAskedAtMs.slice(asked - 1) as [number, number];
    expect(first - last, 'a browser takes no notice for 300 ms').toBeGreaterThanOrEqual(300);
    await more(ssrc);
  });

  test('lets nothing flow that was held back again while it waited for its turn', async () => {
    const [camera, voice] = [await send('video'), await send('audio')];
    const tap = await openTap();
    const face = (await tap.add('face', camera.producer.id, true))!;
    const sound = (await tap.add('voice', voice.producer.id, false))!;
    for (const trackId of ['face', 'voice']) await tap.let(trackId, true);
    await more(face.ssrc);
    await tap.let('face', false);
    const letting = tap.let('face', true);
    await tap.let('face', false);
    await letting;
    await nothingOf(face.ssrc, sound.ssrc);
  });

  test('follows what the sender pauses and closes, and takes nothing of who has gone', async () => {
    const [voice, other] = [await send('audio'), await send('audio')];
    const tap = await openTap();
    const first = (await tap.add('first', voice.producer.id, false))!;
    const second = (await tap.add('second', other.producer.id, false))!;
    for (const track of ['first', 'second']) await tap.let(track, true);
    await more(first.ssrc);
    await voice.producer.pause();
    await nothingOf(first.ssrc, second.ssrc);
    await voice.producer.resume();
    await more(first.ssrc);
    voice.producer.close();
    await nothingOf(first.ssrc, second.ssrc);
    await tap.let('first', true);
    tap.remove('first');
    expect(await tap.add('again', voice.producer.id, false)).toBeNull();
  });

  test('closes once, with everything, and with the router', async () => {
    let closed = 0;
    const count = () => (closed += 1);
    const own = await openTap(count);
    own.close();
    own.close();
    expect([own.isClosed, closed]).toEqual([true, 1]);
    const other = await openTap(count);
    router.close();
    expect([other.isClosed, closed]).toEqual([true, 2]);
  });
});

/** A host and a guest in a meeting that is recorded, each with a voice, and a recorder that notes what it is told. */
async function recordedMeeting({
  documentFile = async () => null,
  logLevel = 'error',
}: Partial<MeetingCaptureDependencies & { logLevel: 'error' | 'silent' }> = {}) {
  const begun = Meeting.openRoom({
    home: 'node-1',
    now: 0,
    connectionNumber: '12345',
    host: { accountId: newId(), organizationId: newId(), name: '佐藤' },
  });
  const { meeting, participant: host } = begun;
  const { token } = meeting.invite(0);
  const voices = new Map<string, Sender>();
  const live: RecordableMeeting = {
    id: meeting.id,
    meeting,
    media: {
      current: {
        peer: (id: string) => {
          const sender = voices.get(id);
          const source = sender?.producer.kind === 'video' ? 'camera' : 'microphone';
          return { producers: sender ? [{ id: sender.producer.id, source }] : [] };
        },
        tap: (port: number, closed: () => void) =>
          RecordingTap.create(router, port, keyframeRequests, closed),
      } as unknown as MeetingMedia,
    },
    isConnected: () => true,
    isOnLine: () => true,
    change: async (act) => {
      const value = act(meeting, Date.now());
      capture.look();
      return value;
    },
    storageChanged: async () => undefined,
  };
  const told: { name: RecorderCommandName; command: { captureId?: string } }[] = [];
  const capture = new MeetingCapture(live, {
    recorder: {
      canRecord: true,
      send: <N extends RecorderCommandName>(name: N, command: RecorderCommand<N>) => {
        told.push({ name, command: recorderCommands[name].parse(command) as object });
        if (name === 'capture:begin') capture.listening(told.at(-1)!.command.captureId!, receiver.port);
      },
    },
    timings: { ...recordingTimings, tryAgainMs: 20 },
    partMs: limits.recordingPartMs,
    reserve: async () => undefined,
    failed: (_, error) => {
      throw error;
    },
    ending: () => undefined,
    documentFile,
    log: createLog(logLevel),
  });
  const names = () => told.map(({ name }) => name);
  const trackOf = async (participantId: string): Promise<Track> => {
    const tracks = () =>
      told.flatMap(({ name, command }) =>
        name === 'track:add' ? [(command as RecorderCommand<'track:add'>).track] : [],
      );
    await until('the track is told', () => tracks().some((each) => each.participantId === participantId));
    return tracks().findLast((each) => each.participantId === participantId)!;
  };
  const come = (name: string) => live.change(() => meeting.acceptInvitation(token, name, 0).participant);
  voices.set(host.id, await send('audio'));
  await live.change(({ recording }) => {
    recording.start(host, 'video', 0);
    recording.begin(Date.now());
  });
  const shown = () =>
    told
      .flatMap(({ name, command }) => (name === 'scene' ? (command as RecorderCommand<'scene'>).scene : []))
      .at(-1)?.shown ?? null;
  return { meeting, live, host, come, voices, capture, names, trackOf, shown };
}

describe('of a meeting that is recorded', () => {
  test('nothing of a guest leaves the server before they agree', async () => {
    const { meeting, live, host, come, voices, names, trackOf } = await recordedMeeting();
    const own = await trackOf(host.id);
    await more(own.ssrc);
    const guest = await come('田中');
    voices.set(guest.id, await send('audio'));
    await live.change(() => undefined);
    await more(own.ssrc);
    expect(receiver.ssrcs).toEqual([own.ssrc]);
    expect(names().filter((name) => name === 'track:add')).toHaveLength(1);
    await live.change(({ recording }) => {
      recording.agree(guest, 1);
    });
    const theirs = await trackOf(guest.id);
    await more(theirs.ssrc);
    await live.change(() => {
      meeting.leave(guest.id, 'left', 2);
    });
    await nothingOf(theirs.ssrc, own.ssrc);
    expect(names().at(-1)).not.toBe('track:add');
    expect(names()).toContain('track:remove');
  });

  test('nothing leaves the server while it is paused, nor after it is stopped', async () => {
    const { live, host, voices, names, trackOf } = await recordedMeeting();
    const { ssrc } = await trackOf(host.id);
    await more(ssrc);
    const probe = await openTap();
    const other = (await probe.add('probe', voices.get(host.id)!.producer.id, false))!;
    await probe.let('probe', true);
    await live.change(({ recording }) => {
      recording.pause(host, 1);
    });
    expect(names().at(-1)).toBe('capture:pause');
    await nothingOf(ssrc, other.ssrc);
    await live.change(({ recording }) => {
      recording.resume(host, 2);
    });
    await more(ssrc);
    await live.change(({ recording }) => {
      recording.stop(host, 3);
    });
    expect(names().at(-1)).toBe('capture:end');
    await nothingOf(ssrc, other.ssrc);
  });

  test('a recorder that comes after another is told everything anew', async () => {
    const { host, capture, names, trackOf } = await recordedMeeting();
    const before = await trackOf(host.id);
    await more(before.ssrc);
    capture.forget();
    const told = names().length;
    capture.look();
    await until('the new recorder is told', () => names().slice(told).includes('track:add'));
    expect(names().slice(told)).toEqual(['capture:begin', 'track:add']);
    const after = await trackOf(host.id);
    expect(after.trackId).not.toBe(before.trackId);
    await more(after.ssrc);
  });

  test('everybody is recorded though a document cannot be looked up, and the document as soon as it can', async () => {
    let isAway = true;
    const { meeting, live, host, come, voices, names, trackOf, shown } = await recordedMeeting({
      logLevel: 'silent',
      documentFile: async () => {
        if (isAway) throw new Error('the store is away');
        return '/documents/1.pdf';
      },
    });
    await trackOf(host.id);
    await live.change(() => {
      meeting.stage.show(host, proposal(), 1, 1);
    });
    const guest = await come('田中');
    voices.set(guest.id, await send('audio'));
    await live.change(({ recording }) => {
      recording.agree(guest, 1);
    });
    const theirs = await trackOf(guest.id);
    await more(theirs.ssrc);
    expect(names()).not.toContain('document:add');
    expect(shown()).toBeNull();
    isAway = false;
    await until('the document is told', () => shown()?.title === 'ご提案書');
    expect(names()).toContain('document:add');
  });

  test('of a camera no more is taken beside a page than is seen of it', async () => {
    const { meeting, live, host, come, voices, trackOf } = await recordedMeeting({
      documentFile: async () => '/documents/1.pdf',
    });
    const guest = await come('田中');
    voices.set(guest.id, await send('video', 2));
    await live.change(({ recording }) => {
      recording.agree(guest, 1);
    });
    const { ssrc } = await trackOf(guest.id);
    await until('the large size comes', () => receiver.layerOf(ssrc) === 1);
    await live.change(() => {
      meeting.stage.show(host, proposal(), 1, 1);
    });
    await until('the small size comes', () => receiver.layerOf(ssrc) === 0);
    await live.change(() => {
      meeting.stage.close(host, meeting.stage.shown!.documentId, 2);
    });
    await until('the large size comes again', () => receiver.layerOf(ssrc) === 1);
  });

  test('a document of somebody who did not agree is not seen, also when the host turns its pages', async () => {
    const { meeting, live, host, come, names, trackOf, shown } = await recordedMeeting({
      documentFile: async () => '/documents/1.pdf',
    });
    await trackOf(host.id);
    const refuser = await come('田中');
    const theirs = proposal();
    await live.change(() => {
      meeting.stage.show(refuser, theirs, 1, 1);
      meeting.leave(refuser.id, 'left', 1);
    });
    await live.change(() => {
      meeting.stage.turn(host, theirs.id, 2, 2);
    });
    const agreeing = await come('鈴木');
    await live.change(({ recording, stage }) => {
      recording.agree(agreeing, 2);
      stage.turn(host, theirs.id, 3, 3);
    });
    await until('what came after it is told', () => names().includes('scene'));
    expect(shown()).toBeNull();
    expect(names()).not.toContain('document:add');
    // Theirs is seen, be it turned by the host.
    const welcome = proposal();
    await live.change(() => {
      meeting.stage.show(agreeing, welcome, 1, 1);
      meeting.leave(agreeing.id, 'left', 3);
      meeting.stage.turn(host, welcome.id, 2, 2);
    });
    await until('it is told', () => shown()?.documentId === welcome.id && shown()?.page === 2);
  });
});

const proposal = () => ({
  id: newId(),
  version: 1,
  title: 'ご提案書',
  fileName: 'ご提案書.pdf',
  bytes: 1_000,
  pages: 10,
  shareFile: false,
});
