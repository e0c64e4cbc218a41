/**
 * Shows a stream in a video element. Browsers that refuse to play by themselves are asked once more on the
 * first touch; the sound of others is played elsewhere, so every video here is muted.
 */
export function playing(stream: MediaStream | null): (video: HTMLVideoElement) => void {
  return (video) => {
    // Set by hand: an attribute alone does not mute a video that is made by script.
    video.muted = true;
    if (video.srcObject !== stream) video.srcObject = stream;
    if (stream)
      video.play().catch(() => addEventListener('pointerdown', () => void video.play(), { once: true }));
  };
}
