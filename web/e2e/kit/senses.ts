import type { Rgb } from './colours.ts';

/** A picture as a page shows it now. */
export type Seen = {
  /** The average colour; null before the first frame. */
  rgb: Rgb | null;
  width: number;
  height: number;
  /** When frames came on the screen, milliseconds since 1970, newest last. */
  frameTimes: number[];
};

/** Eyes and ears in a page. */
export type Senses = {
  look(video: HTMLVideoElement): Seen;
  /** How loud a frequency is in what the page plays, in dBFS: the loudest moment of `forMs`, or the first over `enoughDb`. */
  listen(frequency: number, forMs: number, enoughDb: number): Promise<number>;
};

declare global {
  interface Window {
    taimenSenses: Senses;
  }
}

/** Runs in the page, before its own scripts: it may refer to nothing outside of itself. */
export function installSenses(): void {
  const framesKept = 2_000;
  const frameTimes = new WeakMap<HTMLVideoElement, number[]>();
  const players = new Set<HTMLMediaElement>();
  const analysers = new Map<MediaStream, AnalyserNode>();
  let context: AudioContext | null = null;

  // Voices are played by audio elements that are in no document: they are known by their being played.
  const play = HTMLMediaElement.prototype.play;
  HTMLMediaElement.prototype.play = function (this: HTMLMediaElement) {
    players.add(this);
    return play.call(this);
  };

  document.addEventListener('securitypolicyviolation', (event) => {
    console.error(`content security policy: ${event.violatedDirective} forbids ${event.blockedURI}`);
  });

  const watch = (video: HTMLVideoElement) => {
    const times: number[] = [];
    frameTimes.set(video, times);
    const onFrame = () => {
      times.push(Date.now());
      if (times.length > framesKept) times.splice(0, framesKept / 2);
      video.requestVideoFrameCallback(onFrame);
    };
    video.requestVideoFrameCallback(onFrame);
  };
  setInterval(() => {
    for (const video of document.querySelectorAll('video')) if (!frameTimes.has(video)) watch(video);
  }, 40);

  const canvas = document.createElement('canvas');
  canvas.width = 16;
  canvas.height = 9;
  const drawing = canvas.getContext('2d', { willReadFrequently: true });

  const look = (video: HTMLVideoElement): Seen => {
    const { videoWidth, videoHeight } = video;
    const seen = { width: videoWidth, height: videoHeight, frameTimes: frameTimes.get(video) ?? [] };
    if (!drawing || videoWidth === 0 || video.readyState < 2) return { ...seen, rgb: null };
    drawing.drawImage(video, 0, 0, canvas.width, canvas.height);
    const { data } = drawing.getImageData(0, 0, canvas.width, canvas.height);
    const sums = [0, 0, 0];
    data.forEach((value, index) => {
      const channel = index % 4;
      if (channel < 3) sums[channel] = (sums[channel] ?? 0) + value;
    });
    const [red = 0, green = 0, blue = 0] = sums.map((sum) =>
      Math.round(sum / (canvas.width * canvas.height)),
    );
    return { ...seen, rgb: [red, green, blue] };
  };

  const analyserOf = (stream: MediaStream): AnalyserNode => {
    const known = analysers.get(stream);
    if (known) return known;
    context ??= new AudioContext();
    void context.resume();
    const analyser = context.createAnalyser();
    analyser.fftSize = 4096;
    analyser.smoothingTimeConstant = 0;
    context.createMediaStreamSource(stream).connect(analyser);
    analysers.set(stream, analyser);
    return analyser;
  };

  const audible = (): MediaStream[] =>
    [...players].flatMap(({ srcObject, muted, paused, volume }) => {
      if (muted || paused || volume === 0 || !(srcObject instanceof MediaStream)) return [];
      return srcObject.getAudioTracks().some((track) => track.readyState === 'live') ? [srcObject] : [];
    });

  const listen = async (frequency: number, forMs: number, enoughDb: number): Promise<number> => {
    let loudest = -200;
    const until = performance.now() + forMs;
    while (performance.now() < until && loudest < enoughDb) {
      for (const stream of audible()) {
        const analyser = analyserOf(stream);
        const spectrum = new Float32Array(analyser.frequencyBinCount);
        analyser.getFloatFrequencyData(spectrum);
        const bin = Math.round((frequency * analyser.fftSize) / analyser.context.sampleRate);
        loudest = Math.max(loudest, ...spectrum.subarray(bin - 1, bin + 2));
      }
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    return loudest;
  };

  window.taimenSenses = { look, listen };
}
