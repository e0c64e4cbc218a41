/** What a measured page notes down about itself. Times are milliseconds since 1970 with fractions. */
export type Instruments = {
  /** When frames of other people's pictures were decoded and shown, oldest first, and of which track. */
  remoteFrames: { at: number; track: string }[];
  /** When the person last pressed something. */
  lastPress: number;
  /** Bytes of RTP that have arrived, over all connections of the page. */
  receivedBytes(): Promise<number>;
  receivedPackets(): Promise<number>;
  /** Connections of the page whose both sides are up. */
  connectedLines(): number;
};

declare global {
  interface Window {
    instruments: Instruments;
  }
}

/** Runs in the page, before its own scripts: it may refer to nothing outside of itself. */
export function installInstruments(): void {
  const connections: RTCPeerConnection[] = [];
  const remoteTracks = new Set<string>();
  const remoteFrames: Instruments['remoteFrames'] = [];
  const epoch = performance.timeOrigin;

  const Original = window.RTCPeerConnection;
  window.RTCPeerConnection = class extends Original {
    constructor(configuration?: RTCConfiguration) {
      super(configuration);
      connections.push(this);
      this.addEventListener('track', ({ track }) => remoteTracks.add(track.id));
    }
  };

  const property = Object.getOwnPropertyDescriptor(HTMLMediaElement.prototype, 'srcObject');
  const watched = new WeakSet<HTMLVideoElement>();
  const watch = (video: HTMLVideoElement) => {
    if (watched.has(video)) return;
    watched.add(video);
    const onFrame = (now: number) => {
      const [track] = video.srcObject instanceof MediaStream ? video.srcObject.getVideoTracks() : [];
      if (track && remoteTracks.has(track.id)) remoteFrames.push({ at: epoch + now, track: track.id });
      video.requestVideoFrameCallback(onFrame);
    };
    video.requestVideoFrameCallback(onFrame);
  };
  Object.defineProperty(HTMLMediaElement.prototype, 'srcObject', {
    ...property,
    set(this: HTMLMediaElement, value: MediaProvider | null) {
      property?.set?.call(this, value);
      if (this instanceof HTMLVideoElement) watch(this);
    },
  });

  const sum = async (field: 'bytesReceived' | 'packetsReceived'): Promise<number> => {
    let total = 0;
    for (const connection of connections) {
      if (connection.connectionState === 'closed') continue;
      for (const report of (await connection.getStats()).values()) {
        if (report.type === 'inbound-rtp') total += Number(report[field]);
      }
    }
    return total;
  };

  window.instruments = {
    remoteFrames,
    lastPress: 0,
    receivedBytes: () => sum('bytesReceived'),
    receivedPackets: () => sum('packetsReceived'),
    connectedLines: () => connections.filter((each) => each.connectionState === 'connected').length,
  };
  addEventListener(
    'click',
    (event) => {
      window.instruments.lastPress = epoch + event.timeStamp;
    },
    { capture: true },
  );
}
