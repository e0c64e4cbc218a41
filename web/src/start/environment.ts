/** Why this browser cannot hold a call at all (J1); each has a sentence with the remedy in the catalogue. */
export type EnvironmentProblem = 'insecure' | 'noWebRtc' | 'noDevices';

/** What can be known before the server is asked. A camera that is missing or forbidden is no obstacle (J8). */
export function environmentProblem(): EnvironmentProblem | null {
  if (!isSecureContext) return 'insecure';
  if (!('RTCPeerConnection' in globalThis)) return 'noWebRtc';
  // The type says that it is always there; in browsers inside other apps it is not.
  const devices = navigator.mediaDevices as MediaDevices | undefined;
  if (!devices || !('getUserMedia' in devices)) return 'noDevices';
  return null;
}

/** Whether this page stands in a page of somebody else's (B4). */
export const isFramed = (): boolean => window.top !== window;

/** Permissions Policy, 8; Chromium has it under its old name, other browsers have none. */
type WithPolicy = { featurePolicy?: { allowsFeature: (feature: string) => boolean } };

/**
 * Whether this page stands in somebody else's and may not use camera and microphone there (B4), as far as one can know:
 * where the browser does not tell, it is taken for so, and the call gets a tab of its own.
 */
export function isFramedWithoutDevices(): boolean {
  if (!isFramed()) return false;
  const { featurePolicy } = document as WithPolicy;
  return !['camera', 'microphone'].every((feature) => featurePolicy?.allowsFeature(feature));
}
