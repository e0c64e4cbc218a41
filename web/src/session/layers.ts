/** Which of a picture's sizes to send and to ask for. Pure; sizes in device pixels. */

/** Widths that the layers of a camera picture have, smallest first, by how many there are. */
const layerWidths: Readonly<Record<number, readonly number[]>> = {
  2: [320, 640],
  3: [320, 640, 1280],
};

/** A picture may be enlarged by this much before the next layer is worth its bits. */
const enlargement = 1.3;

/** Bits per second for a layer of this width at up to 30 frames a second. */
const bitrates: Readonly<Record<number, number>> = { 320: 150_000, 640: 500_000, 1280: 1_500_000 };

/**
 * Simulcast for a camera of this width. Chromium sends fewer layers than asked for from a small picture, so
 * only those are asked for that it sends.
 */
export function cameraEncodings(captureWidth: number): RTCRtpEncodingParameters[] {
  const count = captureWidth >= 960 ? 3 : 2;
  const widths = layerWidths[count] ?? [];
  return widths.map((width, index) => ({
    rid: `r${index}`,
    scaleResolutionDownBy: 2 ** (count - 1 - index),
    maxBitrate: bitrates[width] ?? 500_000,
    scalabilityMode: 'L1T3',
  }));
}

/** The smallest layer (0 is the smallest) that still looks sharp when shown this wide. */
export function layerForWidth(shownWidth: number, layerCount: number): number {
  const widths = layerWidths[layerCount];
  if (!widths) return Math.max(0, layerCount - 1);
  const fitting = widths.findIndex((width) => width * enlargement >= shownWidth);
  return fitting === -1 ? widths.length - 1 : fitting;
}

/** How many layers a consumer's parameters speak of: mediasoup writes them as one mode, such as `L3T3`. */
export function layerCountOf(scalabilityMode: string | undefined): number {
  const spatial = /^[LS](\d)/.exec(scalabilityMode ?? '')?.[1];
  return spatial ? Number(spatial) : 1;
}
