/**
 * Camera and microphone of somebody who flashes and beeps at the same moment, every `periodMs` of the machine's
 * clock. Runs in the page, before its own scripts: it may refer to nothing outside of itself.
 */
export function installMetronome({ toneHz, periodMs }: { toneHz: number; periodMs: number }): void {
  const beatMs = 160;
  const looksMs = 5;
  let sound: { context: AudioContext; gain: GainNode; to: MediaStreamAudioDestinationNode } | null = null;
  let picture: HTMLCanvasElement | null = null;

  const microphone = () => {
    if (!sound) {
      const context = new AudioContext({ latencyHint: 'interactive' });
      const oscillator = new OscillatorNode(context, { frequency: toneHz });
      const gain = new GainNode(context, { gain: 0 });
      const to = context.createMediaStreamDestination();
      oscillator.connect(gain).connect(to);
      oscillator.start();
      sound = { context, gain, to };
    }
    return sound.to.stream.getAudioTracks();
  };
  const camera = () => {
    if (!picture) {
      picture = document.createElement('canvas');
      picture.width = 640;
      picture.height = 360;
      let count = 0;
      let wasOn = false;
      setInterval(() => {
        const drawing = picture?.getContext('2d');
        const isOn = Date.now() % periodMs < beatMs;
        count += 1;
        // A little movement all the time, so that frames come; the flash at once.
        if (drawing && (isOn !== wasOn || count % 8 === 0)) {
          drawing.fillStyle = isOn ? '#fff' : '#222';
          drawing.fillRect(0, 0, 640, 360);
          drawing.fillStyle = '#555';
          drawing.fillRect((count / 8) % 600, 330, 20, 20);
        }
        if (isOn !== wasOn) sound?.gain.gain.setValueAtTime(isOn ? 0.5 : 0, sound.context.currentTime);
        wasOn = isOn;
      }, looksMs);
    }
    return picture.captureStream(30).getVideoTracks();
  };
  navigator.mediaDevices.getUserMedia = async ({ audio, video } = {}) =>
    new MediaStream([...(audio ? microphone() : []), ...(video ? camera() : [])]);
}
