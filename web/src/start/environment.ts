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
