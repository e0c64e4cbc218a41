/** The own screen, shared with the others (C5). */
export class ScreenShare {
  /** Picture and, where the browser can, sound; null while nothing is shared. */
  stream = $state.raw<MediaStream | null>(null);
  readonly #changed: () => void;

  constructor(changed: () => void) {
    this.#changed = changed;
  }

  get isPossible(): boolean {
    return 'mediaDevices' in navigator && 'getDisplayMedia' in navigator.mediaDevices;
  }

  /** @returns false when it failed; changing one's mind in the browser's dialog is no failure */
  async start(): Promise<boolean> {
    try {
      const stream = await navigator.mediaDevices.getDisplayMedia({
        video: { frameRate: { ideal: 15, max: 30 } },
        audio: true,
      });
      for (const track of stream.getVideoTracks()) {
        track.contentHint = 'detail';
        // Stopped from the browser's own bar, or the window was closed.
        track.addEventListener('ended', () => {
          if (this.stream === stream) this.stop();
        });
      }
      this.stop();
      this.stream = stream;
      this.#changed();
      return true;
    } catch (error) {
      return error instanceof DOMException && error.name === 'NotAllowedError';
    }
  }

  stop(): void {
    if (!this.stream) return;
    for (const track of this.stream.getTracks()) track.stop();
    this.stream = null;
    this.#changed();
  }
}
