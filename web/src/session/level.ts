/** Measures how loud a microphone is, about ten times a second, without touching what is sent. */
export class LevelMeter {
  readonly #report: (level: number) => void;
  #context: AudioContext | null = null;
  #track: MediaStreamTrack | null = null;
  #timer: ReturnType<typeof setInterval> | null = null;

  constructor(report: (level: number) => void) {
    this.#report = report;
  }

  /** Null stops it. */
  listen(source: MediaStreamTrack | null): void {
    this.#stop();
    if (!source) return;
    // A clone of its own: muting the sent track must not silence the meter, which tells people they are muted.
    this.#track = source.clone();
    this.#track.enabled = true;
    this.#context ??= new AudioContext();
    // A browser starts it only after a touch; until then the meter rests at zero.
    const context = this.#context;
    void context.resume().catch(() => undefined);
    const analyser = context.createAnalyser();
    analyser.fftSize = 1024;
    try {
      context.createMediaStreamSource(new MediaStream([this.#track])).connect(analyser);
    } catch {
      // Firefox refuses a microphone of another sample rate than the context's: then there is no level to see.
      this.#stop();
      return;
    }
    const samples = new Float32Array(analyser.fftSize);
    this.#timer = setInterval(() => {
      analyser.getFloatTimeDomainData(samples);
      const meanSquare = samples.reduce((sum, sample) => sum + sample * sample, 0) / samples.length;
      // From -60 dBFS (silence in an office) to 0 dBFS.
      const decibels = 10 * Math.log10(meanSquare + 1e-9);
      this.#report(Math.min(1, Math.max(0, (decibels + 60) / 60)));
    }, 100);
  }

  /** To be called from a touch or key press. */
  wake(): void {
    void this.#context?.resume().catch(() => undefined);
  }

  #stop(): void {
    if (this.#timer) clearInterval(this.#timer);
    this.#timer = null;
    this.#track?.stop();
    this.#track = null;
    this.#report(0);
  }
}
