import type { types } from 'mediasoup';

/**
 * What a meeting speaks. VP8 first: every WebRTC browser sends it as simulcast (RFC 7742 makes it mandatory)
 * and the recorder can copy it into WebM. H.264 is there for devices that encode it in hardware only.
 */
export const mediaCodecs: types.RouterRtpCodecCapability[] = [
  {
    kind: 'audio',
    mimeType: 'audio/opus',
    clockRate: 48_000,
    channels: 2,
    // Forward error correction keeps a voice whole when single packets are lost; silence costs nothing.
    parameters: { useinbandfec: 1, usedtx: 1 },
  },
  { kind: 'video', mimeType: 'video/VP8', clockRate: 90_000 },
  {
    kind: 'video',
    mimeType: 'video/H264',
    clockRate: 90_000,
    parameters: { 'packetization-mode': 1, 'profile-level-id': '42e01f', 'level-asymmetry-allowed': 1 },
  },
];
