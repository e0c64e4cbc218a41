import { spawnSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../sfu/test/kit/random.ts';
import { H264Depacketizer } from './depacketize-h264.ts';
import { OpusDepacketizer } from './depacketize-opus.ts';
import { Vp8Depacketizer } from './depacketize-vp8.ts';
import type { Depacketizer, EncodedFrame } from './depacketizer.ts';
import { readSequenceParameters } from './h264-parameter-sets.ts';
import { packet, vp8Frame, vp8Payload } from './packet-kit.ts';

/** One packet: its frame's timestamp, its payload, and what else there is to say of it. */
type Given = [
  timestamp: number,
  payload: Buffer,
  extra?: 'marker' | 'afterGap' | 'afterGap marker' | undefined,
];

const push = (depacketizer: Depacketizer, ...packets: Given[]): EncodedFrame[] =>
  packets.flatMap(([timestamp, payload, extra = '']) =>
    depacketizer.push(
      packet({ timestamp, payload, marker: extra.includes('marker') }),
      extra.includes('afterGap'),
    ),
  );

const stamps = (frames: EncodedFrame[]) => frames.map(({ timestamp }) => timestamp);

describe('VP8', () => {
  const [key, delta] = [vp8Frame(true), vp8Frame(false)];
  const start = (data: Buffer) => vp8Payload(true, data);
  const rest = (data: Buffer) => vp8Payload(false, data);

  it('is put together from its packets, and says how large a keyframe is', () => {
    const depacketizer = new Vp8Depacketizer();
    const large = vp8Frame(true, 3_000, 1_280, 720);
    const frames = push(
      depacketizer,
      [100, start(large.subarray(0, 1_200))],
      [100, rest(large.subarray(1_200, 2_400))],
      [100, rest(large.subarray(2_400)), 'marker'],
      [200, start(delta), 'marker'],
    );
    expect(frames).toEqual([
      { timestamp: 100, arrivalMs: 0, isKeyframe: true, width: 1_280, height: 720, data: large },
      { timestamp: 200, arrivalMs: 0, isKeyframe: false, width: 0, height: 0, data: delta },
    ]);
  });

  it.each([
    ['nothing', [0x10]],
    ['a picture number of 7 bits', [0x90, 0x80, 0x7f]],
    ['a picture number of 15 bits', [0x90, 0x80, 0x80, 0x01]],
    ['layers', [0x90, 0xf0, 0x81, 0x02, 0x05, 0x63]],
    ['layers without a picture number', [0x90, 0x60, 0x05, 0x63]],
    ['a key index only', [0x90, 0x10, 0x03]],
  ])('has a descriptor with %s', (_, descriptor) => {
    const payload = Buffer.concat([Buffer.from(descriptor), key]);
    expect(push(new Vp8Depacketizer(), [5, payload, 'marker'])[0]?.data).toEqual(key);
  });

  it('ends a frame where the next begins, when the marker is missing', () => {
    expect(
      stamps(push(new Vp8Depacketizer(), [1, start(key)], [2, start(delta)], [3, start(delta)])),
    ).toEqual([1, 2]);
  });

  it('is dropped until a keyframe comes, at the beginning and after a loss', () => {
    const depacketizer = new Vp8Depacketizer();
    expect(depacketizer.needsKeyframe).toBe(true);
    expect(push(depacketizer, [1, start(delta), 'marker'])).toEqual([]);
    expect(stamps(push(depacketizer, [2, start(key), 'marker'], [3, start(delta), 'marker']))).toEqual([
      2, 3,
    ]);
    expect(depacketizer.needsKeyframe).toBe(false);

    expect(push(depacketizer, [5, start(delta), 'afterGap marker'], [6, start(delta), 'marker'])).toEqual([]);
    expect(depacketizer.needsKeyframe).toBe(true);
    expect(stamps(push(depacketizer, [7, start(key), 'marker'], [8, start(delta), 'marker']))).toEqual([
      7, 8,
    ]);
  });

  it('is dropped when the beginning, the middle, or the end of a keyframe is missing', () => {
    for (const broken of [
      [
        [1, rest(key), 'afterGap'],
        [1, rest(key), 'marker'],
      ],
      [
        [1, start(key)],
        [1, rest(key), 'afterGap'],
        [1, rest(key), 'marker'],
      ],
      [
        [1, start(key)],
        [2, start(delta), 'afterGap marker'],
      ],
    ] satisfies Given[][]) {
      const depacketizer = new Vp8Depacketizer();
      expect(push(depacketizer, ...broken, [3, start(delta), 'marker'])).toEqual([]);
      expect(depacketizer.needsKeyframe).toBe(true);
      expect(depacketizer.counts.malformed).toBe(0);
    }
  });

  it('goes on over packets that are padding only', () => {
    const depacketizer = new Vp8Depacketizer();
    const none = Buffer.alloc(0);
    expect(
      stamps(push(depacketizer, [1, start(key)], [1, none], [1, rest(delta), 'marker'], [9, none, 'marker'])),
    ).toEqual([1]);
    expect(depacketizer.needsKeyframe).toBe(false);
  });

  it('is refused when it is none, or larger than any screen', () => {
    for (const wrong of [
      Buffer.from([0x90]),
      Buffer.from([0x90, 0xf0, 0x81]),
      start(Buffer.from([1, 2])),
      start(key.subarray(0, 9)),
      start(vp8Frame(true, 40, 0, 360)),
      start(vp8Frame(true, 40, 16_383, 16_383)),
    ]) {
      const depacketizer = new Vp8Depacketizer();
      expect(push(depacketizer, [1, wrong, 'marker'])).toEqual([]);
      expect(depacketizer.counts.malformed).toBe(1);
      expect(depacketizer.needsKeyframe).toBe(true);
    }
  });

  it('never takes more than some memory for a frame that does not end', () => {
    const depacketizer = new Vp8Depacketizer();
    const more = Buffer.alloc(60_000);
    push(depacketizer, [1, start(key)]);
    const frames = push(depacketizer, ...Array.from({ length: 200 }, (): Given => [1, rest(more)]), [
      2,
      start(delta),
    ]);
    expect(frames).toEqual([]);
    expect(depacketizer.counts.malformed).toBe(1);
  });
});

/** The NAL units of one picture of a test image, as x264 makes them. */
function encoded(...options: string[]): Buffer[] {
  const { stdout, stderr, status } = spawnSync('ffmpeg', [
    ...['-v', 'error', '-f', 'lavfi', '-i', 'testsrc=size=1280x720', '-frames:v', '1'],
    ...['-c:v', 'libx264', '-threads', '1', ...options, '-f', 'h264', '-'],
  ]);
  expect(status, stderr.toString()).toBe(0);
  const units: Buffer[] = [];
  const next = (from: number) => stdout.indexOf(Buffer.from([0, 0, 1]), from);
  for (let at = next(0); at >= 0; at = next(at + 3)) {
    const end = next(at + 3);
    const unit = stdout.subarray(at + 3, end < 0 ? stdout.length : end);
    // The start code of what follows may have a zero more.
    units.push(end >= 0 && unit.at(-1) === 0 ? unit.subarray(0, -1) : unit);
  }
  return units;
}

const annexB = (...units: Buffer[]) =>
  Buffer.concat(units.flatMap((unit) => [Buffer.from([0, 0, 0, 1]), unit]));

describe('H.264', () => {
  const baseline = encoded('-profile:v', 'baseline', '-pix_fmt', 'yuv420p', '-vf', 'scale=640:360');
  const ofType = (type: number) => baseline.find((unit) => (unit[0]! & 0x1f) === type)!;
  const [sequence, picture, idr] = [ofType(7), ofType(8), ofType(5)];
  /** Not IDR; only its first bits are looked at. */
  const slice = Buffer.from([0x41, 0x9a, 0x24, 0x6c, 0x41]);

  const aggregate = (...units: Buffer[]) =>
    Buffer.concat([Buffer.from([0x78]), ...units.flatMap((unit) => [Buffer.from([0, unit.length]), unit])]);
  const fragments = (unit: Buffer, bytes: number) => {
    const body = unit.subarray(1);
    const count = Math.ceil(body.length / bytes);
    return Array.from({ length: count }, (_, i) => {
      const header = (i === 0 ? 0x80 : 0) | (i === count - 1 ? 0x40 : 0) | (unit[0]! & 0x1f);
      const indicator = (unit[0]! & 0xe0) | 28;
      return Buffer.concat([Buffer.from([indicator, header]), body.subarray(i * bytes, (i + 1) * bytes)]);
    });
  };
  const keyframe = (timestamp: number): Given[] => [
    [timestamp, aggregate(sequence, picture)],
    [timestamp, idr, 'marker'],
  ];

  it('is put together from single units, aggregates and fragments', () => {
    const depacketizer = new H264Depacketizer();
    const cut = fragments(idr, 900);
    expect(cut.length).toBeGreaterThan(2);
    const frames = push(
      depacketizer,
      [1, aggregate(sequence, picture)],
      ...cut.map((payload, i): Given => [1, payload, i === cut.length - 1 ? 'marker' : undefined]),
      [2, slice, 'marker'],
    );
    const whole = annexB(sequence, picture, idr);
    expect(frames).toEqual([
      { timestamp: 1, arrivalMs: 0, isKeyframe: true, width: 640, height: 360, data: whole },
      { timestamp: 2, arrivalMs: 0, isKeyframe: false, width: 0, height: 0, data: annexB(slice) },
    ]);
  });

  it('has its parameter sets in front of every keyframe, also when they came once and long before', () => {
    const depacketizer = new H264Depacketizer();
    const frames = push(
      depacketizer,
      [1, sequence],
      [1, picture, 'marker'],
      [500, idr, 'marker'],
      [501, slice, 'marker'],
      [900, idr, 'marker'],
    );
    expect(stamps(frames)).toEqual([500, 501, 900]);
    for (const each of [frames[0], frames[2]]) {
      expect(each).toMatchObject({
        isKeyframe: true,
        width: 640,
        height: 360,
        data: annexB(sequence, picture, idr),
      });
    }
  });

  it('is of no use without parameter sets', () => {
    const depacketizer = new H264Depacketizer();
    expect(push(depacketizer, [1, idr, 'marker'], [2, picture], [2, idr, 'marker'])).toEqual([]);
    expect(depacketizer.needsKeyframe).toBe(true);
    expect(stamps(push(depacketizer, ...keyframe(3)))).toEqual([3]);
  });

  it('is dropped after a loss until a keyframe comes', () => {
    const depacketizer = new H264Depacketizer();
    expect(push(depacketizer, ...keyframe(1))).toHaveLength(1);
    expect(push(depacketizer, [3, slice, 'afterGap marker'], [4, slice, 'marker'])).toEqual([]);
    expect(depacketizer.needsKeyframe).toBe(true);
    // Its first slice is missing.
    const second = Buffer.from([0x65, 0x04, 0x88]);
    expect(push(depacketizer, [5, second, 'afterGap marker'])).toEqual([]);
    const [first, ...others] = fragments(idr, 900);
    const [broken] = others;
    expect(
      push(depacketizer, [6, first!], [6, others.at(-1)!, 'afterGap marker'], [7, broken!, 'marker']),
    ).toEqual([]);
    expect(stamps(push(depacketizer, ...keyframe(8), [9, slice, 'marker']))).toEqual([8, 9]);
  });

  it('is refused when its packets make no sense', () => {
    const [first, second] = fragments(idr, 900);
    for (const wrong of [
      [aggregate(sequence, picture).subarray(0, 12)],
      [Buffer.from([0x78])],
      [Buffer.from([0x78, 0, 0, 0])],
      [first!, idr],
      [first!, first!],
      [first!],
      [Buffer.from([0x1c, 0x87])],
      [Buffer.from([0x1d, 0x85, 1, 1])],
      [Buffer.from([0x60])],
      [sequence.subarray(0, 5)],
    ]) {
      const depacketizer = new H264Depacketizer();
      expect(push(depacketizer, ...wrong.map((each): Given => [1, each]), [2, second!])).toEqual([]);
      expect(depacketizer.counts.malformed, wrong[0]!.toString('hex')).toBe(1);
    }
  });

  it.each([
    [640, 360, 'baseline', 'yuv420p', []],
    [642, 358, 'baseline', 'yuv420p', []],
    [1_920, 1_080, 'main', 'yuv420p', []],
    [320, 180, 'high', 'yuv420p', ['-x264-params', 'cqm=jvt']],
    [1_280, 716, 'high', 'yuv420p', ['-flags', '+ildct+ilme']],
    [334, 218, 'high422', 'yuv422p', []],
    [333, 217, 'high444', 'yuv444p', []],
    [334, 218, 'high10', 'yuv420p10le', []],
  ])('tells that it is %i x %i in %s %s %j', (width, height, profile, pixels, more) => {
    const scale = ['-vf', `scale=${width}:${height}`];
    const units = encoded('-profile:v', profile, '-pix_fmt', pixels, ...scale, ...more);
    const unit = units.find((each) => (each[0]! & 0x1f) === 7);
    expect(readSequenceParameters(unit!)).toMatchObject({ width, height });
    for (let length = 1; length < 8; length++)
      expect(readSequenceParameters(unit!.subarray(0, length))).toBeNull();
  });
});

describe('Opus', () => {
  it('has a frame in every packet', () => {
    const sound = Buffer.from([0xfc, 1, 2, 3]);
    const silence = Buffer.from([0x08]);
    const frames = push(
      new OpusDepacketizer(),
      [960, sound, 'marker'],
      [1_920, silence],
      [20_160, sound, 'afterGap'],
    );
    expect(frames.map(({ timestamp, data, isKeyframe }) => ({ timestamp, data, isKeyframe }))).toEqual([
      { timestamp: 960, data: sound, isKeyframe: true },
      { timestamp: 1_920, data: silence, isKeyframe: true },
      { timestamp: 20_160, data: sound, isKeyframe: true },
    ]);
  });

  it('is refused when it would be longer than a packet can be, or has no length', () => {
    const depacketizer = new OpusDepacketizer();
    expect(push(depacketizer, [1, Buffer.from([0x03])], [2, Buffer.from([0xff, 0x3f])])).toEqual([]);
    expect(depacketizer.counts.malformed).toBe(2);
    expect(push(depacketizer, [1, Buffer.alloc(0)])).toEqual([]);
    expect(depacketizer.counts.malformed).toBe(2);
  });
});

describe('whatever comes', () => {
  it.each<[string, () => Depacketizer]>([
    ['VP8', () => new Vp8Depacketizer()],
    ['H.264', () => new H264Depacketizer()],
    ['Opus', () => new OpusDepacketizer()],
  ])('makes frames of %s or none, and nothing else', (_, make) => {
    const { below } = seededRandom(13);
    const depacketizer = make();
    const types = [0x10, 0x90, 0x65, 0x67, 0x68, 0x78, 0x7c, 0x41, 0x1c];
    for (let i = 0; i < 50_000; i++) {
      const payload = Buffer.from(Array.from({ length: below(40) }, () => below(below(2) === 0 ? 256 : 3)));
      if (payload.length > 0) payload.writeUInt8(types[below(types.length)]!, 0);
      const extra = (['marker', 'afterGap', 'afterGap marker'] as const)[below(20)];
      for (const frame of push(depacketizer, [below(4), payload, extra])) {
        expect(frame.data.length).toBeGreaterThan(0);
        expect(frame.width * frame.height).toBeLessThanOrEqual(16_777_216);
      }
    }
    // They are refused one by one: it still works.
    expect(depacketizer.counts.malformed).toBeGreaterThan(100);
  });
});
