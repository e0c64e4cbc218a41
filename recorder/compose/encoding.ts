import { picture } from '../timeline/types.ts';

/**
 * How pieces are encoded, and why so. Measured with 10 s pieces on one core of a 2-core machine: a page of text at
 * 940×530 and four 640×360 cameras at 30 fps beside it (in brackets: no page, four cameras that fill the picture);
 * decoding and composing alone take 0.08 s for each second of these.
 *
 *                          CPU s/s        MB/h       page SSIM   page in 1st..last frame   faces SSIM
 *   VP8 -8, 420 kbit/s     0.125 (0.145)  193 (190)  0.988       0.981..0.991              0.974 (0.941)
 *   VP9 8, the same        0.136 (0.180)  173 (202)  0.995       0.994..0.995              0.979 (0.951)
 *   VP9 8, CBR, cyclic     0.130 (0.160)  190 (180)  0.997       0.997..0.997              0.981 (0.944)
 *
 * So VP9, which every browser that plays VP8 in WebM plays too. Constant bitrate with a buffer that is nearly full
 * at the start lets the first picture of a piece take up to 5 s worth of bits: a page is as sharp in the keyframe as
 * it was before, where VP8 pulses every ten seconds. Cyclic refresh (`aq-mode 3`) keeps the bitrate in bounds when
 * everything moves. The bitrate is chosen so that with sound an hour is at most 200 MB: at 350 kbit/s it is 174 (165)
 * and 22. The whole command, with four voices and a pointer, takes 0.16 to 0.18 s/s (0.19 to 0.22).
 */
const videoBitsPerSecond = 350_000;
const bufferBits = 2_400_000;
const initialBufferBits = 2_000_000;

/** BT.601, as cameras in browsers make it; said in the stream, because players guess BT.709 from 720 lines on. */
export const colorOptions = [
  ...['-colorspace', 'smpte170m', '-color_primaries', 'smpte170m'],
  ...['-color_trc', 'smpte170m', '-color_range', 'tv'],
];

export const videoEncoding = [
  ...['-c:v', 'libvpx-vp9', '-deadline', 'realtime', '-cpu-used', '8', '-lag-in-frames', '0'],
  ...['-b:v', String(videoBitsPerSecond), '-minrate', String(videoBitsPerSecond)],
  ...['-maxrate', String(videoBitsPerSecond), '-bufsize', String(bufferBits)],
  ...['-rc_init_occupancy', String(initialBufferBits), '-aq-mode', '3'],
  // Keyframes at the beginning and where a page is turned to. One thread: meetings that run have the other cores.
  ...['-g', '9999', '-threads', '1', '-row-mt', '0', '-pix_fmt', 'yuv420p', ...colorOptions],
  ...['-r', String(picture.framesPerSecond)],
];

export const audioEncoding = [
  ...[
    '-c:a',
    'libopus',
    '-b:a',
    '48k',
    '-vbr',
    'constrained',
    '-frame_duration',
    '20',
    '-application',
    'audio',
  ],
];

/** A packet's length as set above. */
export const packetMs = 20;

/** What libopus delays the sound by at 48 kHz (its `lookahead` for `audio`), told in the head of the file. */
export const preSkipSamples = 312;
