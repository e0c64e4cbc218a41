import { randomBytes, randomInt } from 'node:crypto';
import type { Input, Output } from '../../protocol/requests.ts';
import type { Page } from './client.ts';

type Produce = Input<'media:produce'>;
type RtpParameters = Produce['rtpParameters'];

const newSsrc = () => randomInt(1, 0x7fff_ffff);
const midUri = 'urn:ietf:params:rtp-hdrext:sdes:mid';
const ridUri = 'urn:ietf:params:rtp-hdrext:sdes:rtp-stream-id';

/** A voice, as a browser describes it. */
export function opus(): RtpParameters {
  return {
    mid: String(randomInt(1_000_000)),
    codecs: [
      {
        mimeType: 'audio/opus',
        payloadType: 111,
        clockRate: 48_000,
        channels: 2,
        parameters: { minptime: 10, useinbandfec: 1 },
        rtcpFeedback: [{ type: 'transport-cc' }],
      },
    ],
    headerExtensions: [{ uri: midUri, id: 1 }],
    encodings: [{ ssrc: newSsrc(), dtx: true }],
    rtcp: { cname: randomBytes(8).toString('hex'), reducedSize: true },
  };
}

/** A camera in three sizes. */
export function vp8Simulcast(): RtpParameters {
  const rtcpFeedback = [
    { type: 'goog-remb' },
    { type: 'transport-cc' },
    { type: 'ccm', parameter: 'fir' },
    { type: 'nack' },
    { type: 'nack', parameter: 'pli' },
  ];
  return {
    mid: String(randomInt(1_000_000)),
    codecs: [
      { mimeType: 'video/VP8', payloadType: 96, clockRate: 90_000, rtcpFeedback },
      { mimeType: 'video/rtx', payloadType: 97, clockRate: 90_000, parameters: { apt: 96 } },
    ],
    headerExtensions: [
      { uri: midUri, id: 1 },
      { uri: ridUri, id: 2 },
      { uri: 'urn:ietf:params:rtp-hdrext:sdes:repaired-rtp-stream-id', id: 3 },
    ],
    encodings: [4, 2, 1].map((scaleResolutionDownBy, index) => ({
      rid: `r${index}`,
      scaleResolutionDownBy,
      scalabilityMode: 'L1T3',
      maxBitrate: 150_000 * 3 ** index,
    })),
    rtcp: { cname: randomBytes(8).toString('hex'), reducedSize: true },
  };
}

/** What a browser says of its certificate. No packet follows, so any fingerprint will do. */
export function dtls(): Input<'media:connect'>['dtlsParameters'] {
  const value = [...randomBytes(32)]
    .map((byte) => byte.toString(16).padStart(2, '0').toUpperCase())
    .join(':');
  return { role: 'client', fingerprints: [{ algorithm: 'sha-256', value }] };
}

/** Takes the router's word for what this page can receive, as a browser that knows every codec would. */
export function capabilities(opening: Output<'media:open'>): Input<'media:consume'>['rtpCapabilities'] {
  return opening.routerRtpCapabilities;
}

/** Opens media and sends a voice and a camera. */
export async function sendAll(page: Page) {
  const opening = await page.request('media:open', {});
  const transportId = opening.send.id;
  await page.request('media:connect', { transportId, dtlsParameters: dtls() });
  const microphone = await page.request('media:produce', {
    transportId,
    source: 'microphone',
    paused: false,
    rtpParameters: opus(),
  });
  const camera = await page.request('media:produce', {
    transportId,
    source: 'camera',
    paused: false,
    rtpParameters: vp8Simulcast(),
  });
  return { opening, microphone: microphone.producerId, camera: camera.producerId };
}
