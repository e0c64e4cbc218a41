/** Plugging, unplugging and other programs' grip on a device: Chromium's fake devices cannot do these. */

export type DeviceName = 'camera' | 'microphone';
export type Condition = 'there' | 'missing' | 'busy';
export type Hardware = Record<DeviceName, Condition>;

declare global {
  interface Window {
    taimenHardware: { set(device: DeviceName, condition: Condition): void };
  }
}

/** Runs in the page, before its own scripts; puts itself between the page and the browser's devices. */
export function installHardware(first: Hardware): void {
  const hardware = { ...first };
  const kinds = { camera: 'videoinput', microphone: 'audioinput' } as const;
  const { mediaDevices } = navigator;
  const open = mediaDevices.getUserMedia.bind(mediaDevices);
  const list = mediaDevices.enumerateDevices.bind(mediaDevices);
  const opened = new Map<DeviceName, Set<MediaStreamTrack>>([
    ['camera', new Set()],
    ['microphone', new Set()],
  ]);

  mediaDevices.getUserMedia = async (constraints = {}) => {
    const wanted: DeviceName[] = [
      ...(constraints.video ? (['camera'] as const) : []),
      ...(constraints.audio ? (['microphone'] as const) : []),
    ];
    for (const device of wanted) {
      if (hardware[device] === 'missing')
        throw new DOMException('Requested device not found', 'NotFoundError');
      if (hardware[device] === 'busy')
        throw new DOMException('Could not start the source', 'NotReadableError');
    }
    const stream = await open(constraints);
    for (const track of stream.getTracks())
      opened.get(track.kind === 'video' ? 'camera' : 'microphone')?.add(track);
    return stream;
  };

  mediaDevices.enumerateDevices = async () => {
    const missing = (['camera', 'microphone'] as const).filter((device) => hardware[device] === 'missing');
    const all = await list();
    return all.filter(({ kind }) => !missing.some((device) => kinds[device] === kind));
  };

  window.taimenHardware = {
    set: (device, condition) => {
      // A device that another program lets go was there all the time: the browser tells nobody.
      const isPlugging = (hardware[device] === 'missing') !== (condition === 'missing');
      hardware[device] = condition;
      if (condition === 'missing') {
        for (const track of opened.get(device) ?? []) {
          if (track.readyState === 'ended') continue;
          track.stop();
          track.dispatchEvent(new Event('ended'));
        }
        opened.get(device)?.clear();
      }
      if (isPlugging) mediaDevices.dispatchEvent(new Event('devicechange'));
    },
  };
}
