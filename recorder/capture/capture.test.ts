import { spawn, spawnSync } from 'node:child_process';
import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Track } from '../../sfu/protocol/recorder.ts';
import { seededRandom } from '../../sfu/test/kit/random.ts';
import { until } from '../../sfu/test/kit/waiting.ts';
import { ivfFrames, ivfHeader } from '../formats/ivf.ts';
import { oggOpusBeginning, oggOpusPages } from '../formats/ogg.ts';
import { Capture } from './capture.ts';
import { monotonicMs } from './monotonic.ts';
import { datagram, packet, vp8Frame, vp8Payload } from './packet-kit.ts';
import type { RawFrame } from './raw.ts';
import { listTracks, readFrames, readTimes, trackDirOf } from './raw-files.ts';
import { parseRtp } from './rtp.ts';

const participantId = 'tanaka-000000000000000';
const camera: Track = {
  trackId: 'camera-000000000000000',
  participantId,
  source: 'camera',
  mimeType: 'video/VP8',
  clockRate: 90_000,
  ssrc: 0xc0ff_ee01,
  payloadType: 101,
};
const microphone: Track = {
  ...camera,
  trackId: 'voice-0000000000000000',
  source: 'microphone',
  mimeType: 'audio/opus',
  clockRate: 48_000,
  ssrc: 0xc0ff_ee02,
  payloadType: 100,
};
const phone: Track = {
  ...camera,
  trackId: 'phone-0000000000000000',
  mimeType: 'video/H264',
  ssrc: 3,
  payloadType: 103,
};

let takeDir = '';
let capture: Capture;
let sender: Socket;
let asked: { trackId: string; atMs: number }[] = [];
let troubles: Error[] = [];
let beganAt = 0;

beforeEach(async () => {
  takeDir = await mkdtemp(path.join(tmpdir(), 'taimen-capture-'));
  [asked, troubles] = [[], []];
  beganAt = monotonicMs();
  capture = await Capture.create({
    takeDir,
    beginAt: beganAt,
    onKeyframeNeeded: (trackId) => asked.push({ trackId, atMs: monotonicMs() - beganAt }),
    onTrouble: (error) => troubles.push(error),
  });
  sender = createSocket('udp4');
});
afterEach(async () => {
  sender.close();
  await capture.close();
  await rm(takeDir, { recursive: true, force: true });
  expect(troubles).toEqual([]);
});

const send = (bytes: Buffer) => sender.send(bytes, capture.port, '127.0.0.1');
const framesOf = ({ trackId }: Track) => readFrames(trackDirOf(takeDir, trackId), 0, Infinity);
const timesOf = ({ trackId }: Track) => readTimes(trackDirOf(takeDir, trackId));
const taken = (count: number) =>
  until(`${count} are taken`, () => capture.counts.taken + capture.counts.paused >= count);

/** Sends one frame of the camera in one packet. */
let sequenceNumber = 0;
const sendFrame = (isKeyframe: boolean, timestamp = (monotonicMs() * 90) >>> 0) => {
  const payload = vp8Payload(true, vp8Frame(isKeyframe));
  sequenceNumber += 1;
  send(datagram(packet({ ...camera, marker: true, sequenceNumber, timestamp, payload })));
};

/** Runs to its end. */
async function ffmpeg(...options: string[]): Promise<void> {
  const process = spawn('ffmpeg', ['-v', 'error', ...options], { stdio: ['ignore', 'ignore', 'inherit'] });
  const [code] = (await once(process, 'exit')) as [number];
  expect(code).toBe(0);
}

/** Encoded beforehand: a busy machine would not do it as fast as somebody speaks. */
async function clip(name: string, input: string, ...encoder: string[]): Promise<string> {
  const file = path.join(takeDir, name);
  await ffmpeg('-f', 'lavfi', '-i', input, ...encoder, file);
  return file;
}

const vp8Clip = (seconds: number) =>
  clip(
    'clip.ivf',
    `testsrc=size=640x360:rate=30:duration=${seconds}`,
    ...['-c:v', 'libvpx', '-deadline', 'realtime', '-cpu-used', '8', '-b:v', '600k', '-g', '30'],
  );

/** Sends it as RTP, with RTCP to the same port, as fast as it is played. */
const stream = (file: string, { ssrc, payloadType }: Track, port: number) =>
  ffmpeg(
    ...['-re', '-i', file, '-c', 'copy', '-f', 'rtp', '-ssrc', String(ssrc | 0)],
    ...['-payload_type', String(payloadType), `rtp://127.0.0.1:${port}?rtcpport=${port}&pkt_size=1200`],
  );

/** Decodes all of it. @returns how many pictures, or samples at 48 kHz, there are. */
async function decoded(name: string, bytes: Buffer): Promise<number> {
  const file = path.join(takeDir, name);
  await writeFile(file, bytes);
  const sound = name.endsWith('.ogg');
  const { stdout, stderr } = spawnSync('ffmpeg', [
    ...['-v', 'error', '-i', file, '-fps_mode', 'passthrough'].slice(0, sound ? 4 : 6),
    ...(sound
      ? ['-ar', '48000', '-ac', '1', '-f', 's16le']
      : ['-vf', 'scale=2:2', '-pix_fmt', 'gray', '-f', 'rawvideo']),
    '-',
  ]);
  expect(stderr.toString()).toBe('');
  return stdout.length / (sound ? 2 : 4);
}

const ivf = (frames: RawFrame[]) =>
  Buffer.concat([
    ivfHeader({
      fourcc: 'VP80',
      width: frames[0]!.width,
      height: frames[0]!.height,
      timeBase: { numerator: 1, denominator: 1_000 },
      frames: frames.length,
    }),
    ivfFrames(frames.map(({ timeMs, data }) => ({ time: Math.round(timeMs), data }))),
  ]);

/** How far frames are from an even rhythm; milliseconds. */
function unevenness(frames: { timeMs: number }[], everyMs: number): number {
  const startMs = frames[0]!.timeMs;
  return Math.max(...frames.map(({ timeMs }, i) => Math.abs(timeMs - startMs - i * everyMs)));
}

describe('what a participant sends', () => {
  it('is recorded whole, picture and sound in time with each other', { timeout: 30_000 }, async () => {
    const picture = await vp8Clip(4);
    const sound = await clip('clip.ogg', 'sine=duration=4:sample_rate=48000', '-c:a', 'libopus');
    capture.addTrack(camera);
    capture.addTrack(microphone);
    const startedMs = monotonicMs() - beganAt;
    await Promise.all([stream(picture, camera, capture.port), stream(sound, microphone, capture.port)]);
    const endedMs = monotonicMs() - beganAt;
    await capture.close();

    const [pictures, sounds] = await Promise.all([framesOf(camera), framesOf(microphone)]);
    expect(pictures.filter(({ isKeyframe }) => isKeyframe).length).toBeGreaterThanOrEqual(4);
    expect(pictures[0]).toMatchObject({ isKeyframe: true, width: 640, height: 360 });
    expect(await decoded('camera.ivf', ivf(pictures))).toBe(120);
    const { bytes, position } = oggOpusBeginning(1, 312);
    const pages = oggOpusPages(
      sounds.map(({ data }) => data),
      position,
    );
    expect(await decoded('voice.ogg', Buffer.concat([bytes, pages.bytes]))).toBeGreaterThan(4 * 48_000 - 1);

    expect(unevenness(pictures, 1_000 / 30)).toBeLessThan(60);
    expect(unevenness(sounds, 20)).toBeLessThan(60);
    for (const { timeMs } of [...pictures, ...sounds]) {
      expect(timeMs).toBeGreaterThan(startedMs);
      expect(timeMs).toBeLessThan(endedMs);
    }
    expect(capture.lastTimeMs).toBeCloseTo(Math.max(pictures.at(-1)!.timeMs, sounds.at(-1)!.timeMs), 2);
    expect(capture.counts).toMatchObject({ malformed: 0, unknown: 0 });
    expect(capture.counts.rtcp).toBeGreaterThan(0);
    expect((await listTracks(takeDir)).map(({ codec }) => codec)).toEqual(['vp8', 'opus']);
  });

  it('is recorded in H.264, too', { timeout: 30_000 }, async () => {
    const file = await clip(
      'clip.ts',
      'testsrc=size=480x362:rate=15:duration=3',
      ...[
        '-c:v',
        'libx264',
        '-profile:v',
        'baseline',
        '-pix_fmt',
        'yuv420p',
        '-tune',
        'zerolatency',
        '-g',
        '15',
      ],
    );
    capture.addTrack(phone);
    await stream(file, phone, capture.port);
    await capture.close();
    const pictures = await framesOf(phone);
    expect(pictures.filter(({ isKeyframe }) => isKeyframe)).toHaveLength(3);
    expect(pictures[0]).toMatchObject({ isKeyframe: true, width: 480, height: 362 });
    expect(unevenness(pictures, 1_000 / 15)).toBeLessThan(60);
    expect(await decoded('phone.h264', Buffer.concat(pictures.map(({ data }) => data)))).toBe(45);
    // From any keyframe on, without what was before.
    const second = pictures.findLastIndex(({ isKeyframe }) => isKeyframe);
    const rest = pictures.slice(second);
    expect(await decoded('rest.h264', Buffer.concat(rest.map(({ data }) => data)))).toBe(rest.length);
  });

  it(
    'is decodable, and as much of it as can be, when packets are late, doubled and lost',
    { timeout: 30_000 },
    async () => {
      capture.addTrack(camera);
      const file = await vp8Clip(5);
      const { next } = seededRandom(19);
      const line = createSocket('udp4');
      line.bind(0, '127.0.0.1');
      await once(line, 'listening');
      const { port } = line.address();
      const late: Promise<void>[] = [];
      const later = (bytes: Buffer, afterMs: number) => {
        late.push(delay(afterMs).then(() => send(bytes)));
      };
      const stamps = new Set<number>();
      const isLost = new Set<number>();
      line.on('message', (bytes) => {
        const rtp = parseRtp(bytes);
        if (rtp?.payloadType !== camera.payloadType) return;
        stamps.add(rtp.timestamp);
        // Every thirtieth frame is a keyframe. Of the 41st and the 101st, one packet is lost for good.
        const number = stamps.size - 1;
        if ((number === 40 || number === 100) && !isLost.has(number)) {
          isLost.add(number);
          return;
        }
        // What overtakes the very first is not waited for long.
        const isLate = number > 3 && next() < 0.1;
        later(bytes, isLate ? 100 + next() * 200 : next() * 30);
        if (next() < 0.1) later(bytes, next() * 600);
      });
      await stream(file, camera, port);
      await Promise.all(late);
      line.close();
      await capture.close();

      const pictures = await framesOf(camera);
      expect(pictures).toHaveLength(150 - 20 - 20);
      // Nothing in it refers to what is missing.
      expect(await decoded('camera.ivf', ivf(pictures))).toBe(pictures.length);
      const gaps = pictures.slice(1).filter(({ timeMs }, i) => timeMs - pictures[i]!.timeMs > 50);
      expect(gaps).toHaveLength(2);
      for (const { isKeyframe } of gaps) expect(isKeyframe).toBe(true);
      for (const [i, { timeMs }] of pictures.slice(1).entries())
        expect(timeMs).toBeGreaterThan(pictures[i]!.timeMs);
      // At the start, and after each loss.
      expect(asked.length).toBeGreaterThanOrEqual(3);
    },
  );

  it('is kept for a moment when it comes before its track is announced', async () => {
    sendFrame(true);
    sendFrame(false);
    await until('they came', () => capture.counts.unknown === 2);
    capture.addTrack(camera);
    sendFrame(false);
    await taken(3);
    await capture.close();
    expect(await timesOf(camera)).toHaveLength(3);
  });

  it('is not kept for ever when no track is announced', async () => {
    sendFrame(true);
    await until('it came', () => capture.counts.unknown === 1);
    const cameMs = monotonicMs();
    await until('it is forgotten', () => monotonicMs() - cameMs > 1_300);
    capture.addTrack(camera);
    expect(capture.counts.taken).toBe(0);
  });

  it('is left out while it is paused, and goes on with a keyframe', async () => {
    capture.addTrack(camera);
    sendFrame(true);
    sendFrame(false);
    await taken(2);
    capture.pause();
    capture.pause();
    const pausedMs = monotonicMs() - beganAt;
    for (let i = 0; i < 5; i++) sendFrame(true);
    await until('they came', () => capture.counts.paused === 5);
    await until('a second has passed', () => monotonicMs() - beganAt > pausedMs + 1_100);
    const before = asked.length;
    capture.resume();
    capture.resume();
    const resumedMs = monotonicMs() - beganAt;
    expect(asked).toHaveLength(before + 1);
    // Another place of the sequence, and of no use before the keyframe.
    sequenceNumber += 20_000;
    sendFrame(false);
    sendFrame(true);
    sendFrame(false);
    await taken(10);
    await capture.close();
    const times = await timesOf(camera);
    expect(times.map(({ isKeyframe }) => isKeyframe)).toEqual([true, false, true, false]);
    expect(times[1]!.timeMs).toBeLessThan(pausedMs);
    expect(times[2]!.timeMs).toBeGreaterThan(resumedMs);
  });

  it('ends with its track, and all of it is there', async () => {
    capture.addTrack(camera);
    capture.addTrack(camera);
    sendFrame(true);
    sendFrame(false);
    await taken(2);
    capture.removeTrack(camera.trackId);
    capture.removeTrack(camera.trackId);
    sendFrame(false);
    await until('it came', () => capture.counts.unknown === 1);
    await capture.flush();
    expect(await timesOf(camera)).toHaveLength(2);
    await Promise.all([capture.close(), capture.close()]);
    capture.addTrack(microphone);
    expect(await listTracks(takeDir)).toHaveLength(1);
  });

  it('has nowhere to go: that is told once, and what comes does no harm', async () => {
    await writeFile(path.join(takeDir, 'tracks'), 'a file where the folder should be');
    capture.addTrack(camera);
    capture.addTrack(microphone);
    await until('it is told', () => troubles.length > 0);
    sendFrame(true);
    await taken(1);
    await capture.close();
    expect(troubles.splice(0)).toHaveLength(1);
  });

  it('can be nothing but sound and pictures that we know', () => {
    expect(() => capture.addTrack({ ...camera, mimeType: 'video/AV1' })).toThrow('Cannot record video/AV1');
  });
});

describe('keyframes', () => {
  it('are asked for until one comes, once a second', async () => {
    const firstNumber = sequenceNumber;
    capture.addTrack(camera);
    capture.addTrack(microphone);
    await until('it is asked three times', () => {
      sendFrame(false);
      return asked.length === 3;
    });
    const steps = asked.slice(1).map(({ atMs }, i) => atMs - asked[i]!.atMs);
    expect(Math.min(...steps)).toBeGreaterThan(999);
    expect(asked.every(({ trackId }) => trackId === camera.trackId)).toBe(true);

    sendFrame(true);
    await taken(sequenceNumber - firstNumber);
    const [before, cameMs] = [asked.length, monotonicMs()];
    await until('it would have been asked again', () => {
      sendFrame(false);
      return monotonicMs() - cameMs > 1_500;
    });
    expect(asked).toHaveLength(before);
  });

  it('are asked for shortly before the lines of the grid', async () => {
    // A camera of which nothing comes is asked for all the time.
    capture.addTrack({ ...camera, source: 'screen' });
    expect(asked).toHaveLength(1);
    const nowMs = monotonicMs() - beganAt;
    // The next line is in two seconds.
    capture.gridFrom(nowMs - 8_000);
    await until('it is asked', () => asked.length === 2);
    expect(asked[1]!.atMs - nowMs).toBeGreaterThan(1_399);
    expect(asked[1]!.atMs - nowMs).toBeLessThan(9_000);
  });
});

describe('datagrams of anybody', () => {
  it('do not disturb it', { timeout: 20_000 }, async () => {
    capture.addTrack(camera);
    capture.addTrack(microphone);
    capture.addTrack(phone);
    const tracks = [camera, microphone, phone];
    const { below, next } = seededRandom(23);
    const count = 20_000;
    let sent = 0;
    const arrived = () => {
      const { taken, rtcp, malformed, unknown } = capture.counts;
      return taken + rtcp + malformed + unknown;
    };
    for (let i = 0; i < count; i++) {
      const payload = Buffer.from(Array.from({ length: below(60) }, () => below(256)));
      const track = tracks[below(3)]!;
      const known =
        next() < 0.7 ? { ssrc: track.ssrc, payloadType: track.payloadType } : { ssrc: below(2 ** 32) };
      const fields = { ...packet(known), payload, marker: next() < 0.3 };
      fields.sequenceNumber = next() < 0.7 ? i : below(65_536);
      fields.timestamp = next() < 0.7 ? i * 300 : below(2 ** 32);
      send(next() < 0.8 ? datagram(fields, next() < 0.2 ? { padding: 1 + below(255) } : {}) : payload);
      sent += 1;
      if (i % 200 === 0) await until('it keeps up', () => sent - arrived() < 500);
    }
    await until('all came', () => arrived() === sent);
    // And then somebody speaks: the sequence is a new one, which takes two packets to be believed.
    const before = (await timesOf(microphone)).length;
    const spoken = Buffer.from([0xfc, 7, 7, 7]);
    let words = 0;
    await until('it is heard', async () => {
      words += 1;
      const timestamp = (monotonicMs() * 48) >>> 0;
      send(datagram(packet({ ...microphone, sequenceNumber: 30_000 + words, timestamp, payload: spoken })));
      await capture.flush();
      return (await framesOf(microphone)).slice(before).some(({ data }) => data.equals(spoken));
    });
    await capture.close();
    for (const track of tracks) {
      const times = await timesOf(track);
      for (const [i, { timeMs }] of times.slice(1).entries())
        expect(timeMs).toBeGreaterThanOrEqual(times[i]!.timeMs);
      expect(times.at(-1)?.timeMs ?? 0).toBeLessThan(monotonicMs() - beganAt);
    }
  });
});
