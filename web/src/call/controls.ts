import Mic from '@lucide/svelte/icons/mic';
import MicOff from '@lucide/svelte/icons/mic-off';
import Video from '@lucide/svelte/icons/video';
import VideoOff from '@lucide/svelte/icons/video-off';
import Volume2 from '@lucide/svelte/icons/volume-2';
import VolumeX from '@lucide/svelte/icons/volume-x';
import { t } from '../i18n/index.ts';
import type { DeviceChoice, DeviceKind, DevicesApi } from '../session/api.ts';

/** One own device as the bar shows it: sign, words, and what a press does. */
export function deviceControl(devices: DevicesApi, kind: DeviceKind) {
  const state = kind === 'speaker' ? (devices.speakerOn ? 'on' : 'off') : devices[kind];
  const on = state === 'on';
  const icons = {
    microphone: [Mic, MicOff],
    camera: [Video, VideoOff],
    speaker: [Volume2, VolumeX],
  } as const;
  const offWord = kind === 'microphone' ? t().call.muted : t().call.off;
  return {
    kind,
    on,
    missing: state === 'none',
    icon: icons[kind][on ? 0 : 1],
    label: t().call[kind],
    state: on ? t().call.on : state === 'none' ? t().call.unavailable : offWord,
  };
}

export function deviceChoices(devices: DevicesApi, kind: DeviceKind): readonly DeviceChoice[] {
  switch (kind) {
    case 'microphone':
      return devices.microphones;
    case 'camera':
      return devices.cameras;
    case 'speaker':
      return devices.speakers;
  }
}

/** @returns false when the device still cannot be used and the person should be told why. */
export async function toggleDevice(devices: DevicesApi, kind: DeviceKind): Promise<boolean> {
  switch (kind) {
    case 'speaker':
      devices.setSpeaker(!devices.speakerOn);
      return true;
    case 'microphone':
      await devices.setMicrophone(devices.microphone !== 'on');
      return devices.microphone !== 'none';
    case 'camera':
      await devices.setCamera(devices.camera !== 'on');
      return devices.camera !== 'none';
  }
}
