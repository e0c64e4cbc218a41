import type { DeviceProblem } from './api.ts';

/** Opening cameras and microphones, and what the browsers' many ways of refusing mean. */

export type Captured = { track: MediaStreamTrack } | { problem: DeviceProblem };

const camera: MediaTrackConstraints = {
  width: { ideal: 1280 },
  height: { ideal: 720 },
  frameRate: { ideal: 24, max: 30 },
};
const microphone: MediaTrackConstraints = {
  echoCancellation: true,
  noiseSuppression: true,
  autoGainControl: true,
};

/**
 * Opens the camera, the microphone or both. Asked for both, the browser asks the person once; if it cannot
 * give both, each is tried alone, so that one missing device does not take the other along.
 */
export async function capture(wanted: {
  microphone?: { deviceId: string | null };
  camera?: { deviceId: string | null };
}): Promise<{ microphone?: Captured; camera?: Captured }> {
  const hurdle = environmentProblem();
  if (hurdle) {
    return {
      ...(wanted.microphone ? { microphone: { problem: hurdle } } : {}),
      ...(wanted.camera ? { camera: { problem: hurdle } } : {}),
    };
  }
  if (wanted.microphone && wanted.camera) {
    try {
      const stream = await navigator.mediaDevices.getUserMedia({
        audio: { ...microphone, ...chosen(wanted.microphone.deviceId) },
        video: { ...camera, ...chosen(wanted.camera.deviceId) },
      });
      const [sound] = stream.getAudioTracks();
      const [picture] = stream.getVideoTracks();
      if (sound && picture) return { microphone: { track: sound }, camera: { track: picture } };
      for (const track of stream.getTracks()) track.stop();
    } catch (error) {
      // The person closed the question or said no to both: asking twice more would only annoy.
      const problem = problemOf(error);
      if (problem === 'dismissed') return { microphone: { problem }, camera: { problem } };
    }
  }
  return {
    ...(wanted.microphone ? { microphone: await one('audio', microphone, wanted.microphone.deviceId) } : {}),
    ...(wanted.camera ? { camera: await one('video', camera, wanted.camera.deviceId) } : {}),
  };
}

/** What stands in the way before any device is asked for. */
export function environmentProblem(): DeviceProblem | null {
  if (!window.isSecureContext) return 'insecure';
  if (!('mediaDevices' in navigator) || typeof RTCPeerConnection === 'undefined') return 'unsupported';
  return null;
}

async function one(
  kind: 'audio' | 'video',
  constraints: MediaTrackConstraints,
  deviceId: string | null,
): Promise<Captured> {
  try {
    const stream = await navigator.mediaDevices.getUserMedia({
      [kind]: { ...constraints, ...chosen(deviceId) },
    });
    const [track] = stream.getTracks();
    return track ? { track } : { problem: 'failed' };
  } catch (error) {
    return { problem: problemOf(error) };
  }
}

/* `ideal`, not `exact`: a device that was unplugged since must not keep the person out. */
function chosen(deviceId: string | null): MediaTrackConstraints {
  return deviceId ? { deviceId: { ideal: deviceId } } : {};
}

/** Names by the Media Capture and Streams specification, with older browsers' own beside them. */
export function problemOf(error: unknown): DeviceProblem {
  const name = error instanceof Error || error instanceof DOMException ? error.name : '';
  const message = error instanceof Error ? error.message : '';
  switch (name) {
    case 'NotAllowedError':
    case 'PermissionDeniedError':
      // Chromium tells a closed question from a "no" only in the text.
      return /dismissed/i.test(message) ? 'dismissed' : 'denied';
    case 'SecurityError':
      return 'denied';
    case 'NotFoundError':
    case 'DevicesNotFoundError':
    case 'OverconstrainedError':
      return 'missing';
    case 'NotReadableError':
    case 'TrackStartError':
    case 'AbortError':
      return 'busy';
    default:
      return 'failed';
  }
}
