import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../sfu/test/kit/random.ts';
import { datagram, packet } from './packet-kit.ts';
import { isRtcp, parseRtp, unwrapSequence, unwrapTimestamp } from './rtp.ts';

const sent = packet({
  marker: true,
  payloadType: 101,
  sequenceNumber: 65_535,
  timestamp: 0xfedc_ba98,
  ssrc: 0x8000_0001,
  payload: Buffer.from('a frame of somebody'),
});

describe('an RTP packet', () => {
  it.each([{}, { sources: 15 }, { extension: 0 }, { extension: 3 }, { padding: 1 }, { padding: 200 }])(
    'is read with %j',
    (extras) => {
      const { arrivalMs, ...fields } = sent;
      expect(arrivalMs).toBe(0);
      expect(parseRtp(datagram(sent, extras))).toEqual(fields);
    },
  );

  it('may be padding only', () => {
    const padding = datagram({ ...sent, payload: Buffer.alloc(0) }, { padding: 255 });
    expect(parseRtp(padding)?.payload).toHaveLength(0);
  });

  it('that is cut off in its header, or says that it is longer than it is, is none', () => {
    const whole = datagram(sent, { sources: 2, extension: 2 });
    const headerBytes = 12 + 8 + 12;
    for (let length = 0; length < headerBytes; length++) {
      expect(parseRtp(whole.subarray(0, length))).toBeNull();
    }
    const padded = datagram(sent, { padding: 4 });
    padded.writeUInt8(padded.length, padded.length - 1);
    expect(parseRtp(padded)).toBeNull();
    padded.writeUInt8(0, padded.length - 1);
    expect(parseRtp(padded)).toBeNull();
    padded.writeUInt8(0x40, 0);
    expect(parseRtp(padded)).toBeNull();
  });

  it('is told from RTCP on the same port', () => {
    const report = Buffer.from([0x81, 200, 0, 1, 0, 0, 0, 1]);
    expect(isRtcp(report)).toBe(true);
    for (let payloadType = 96; payloadType < 128; payloadType++) {
      for (const marker of [true, false])
        expect(isRtcp(datagram({ ...sent, payloadType, marker }))).toBe(false);
    }
    expect(isRtcp(Buffer.alloc(0))).toBe(false);
  });

  it('of random bytes is one or none, and its payload lies in it', () => {
    const { below } = seededRandom(7);
    let read = 0;
    for (let i = 0; i < 20_000; i++) {
      const bytes = Buffer.from(Array.from({ length: below(64) }, () => below(256)));
      if (bytes.length > 0 && below(2) === 0) bytes.writeUInt8(0x80 | below(64), 0);
      const parsed = parseRtp(bytes);
      if (parsed) read += 1;
      expect(parsed?.payload.length ?? 0).toBeLessThanOrEqual(Math.max(0, bytes.length - 12));
    }
    expect(read).toBeGreaterThan(1_000);
  });
});

describe('numbers that begin at 0 again', () => {
  it('are taken for the nearest', () => {
    expect(unwrapSequence(65_530, 2)).toBe(65_538);
    expect(unwrapSequence(65_538, 65_530)).toBe(65_530);
    expect(unwrapSequence(65_536 * 100_000 + 3, 65_535)).toBe(65_536 * 100_000 - 1);
    expect(unwrapTimestamp(2 ** 32 - 10, 5)).toBe(2 ** 32 + 5);
    expect(unwrapTimestamp(2 ** 40 + 5, 2 ** 32 - 10)).toBe(2 ** 40 - 10);
  });
});
