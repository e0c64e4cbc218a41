import type { DeviceState } from '../../../sfu/protocol/view.ts';
import type { DeviceChoice, DeviceKind, DeviceProblem, DevicesApi } from './api.ts';
import { capture, environmentProblem } from './capture.ts';
import type { Captured } from './capture.ts';
import { playChime } from './chime.ts';
import { LevelMeter } from './level.ts';

type InputKind = 'microphone' | 'camera';

/** Which devices were chosen, for every call from this browser. */
const chosenKey = 'taimen.devices';
/** What is switched on, for this tab: a reload in the middle of a call changes nothing (C7). */
const switchedKey = 'taimen.switched';

/**
 * The own camera, microphone and speaker. Knows what the person wants (`#wanted`), what they have, and brings
 * the two together whenever something is plugged, unplugged, allowed or chosen.
 */
export class Devices implements DevicesApi {
  microphones = $state.raw<readonly DeviceChoice[]>([]);
  cameras = $state.raw<readonly DeviceChoice[]>([]);
  speakers = $state.raw<readonly DeviceChoice[]>([]);
  chosen = $state.raw<Record<DeviceKind, string | null>>({
    microphone: null,
    camera: null,
    speaker: null,
    ...read(
      () => localStorage,
      chosenKey,
      (value) => typeof value === 'string',
    ),
  });
  preview = $state.raw<MediaStream | null>(null);
  level = $state(0);
  speakerOn = $state(true);
  opening = $state(false);
  problems = $state.raw<Partial<Record<DeviceKind, DeviceProblem>>>({});
  #tracks = $state.raw<Record<InputKind, MediaStreamTrack | null>>({ microphone: null, camera: null });
  #wanted = $state.raw<Record<InputKind, boolean>>({ microphone: true, camera: true });

  readonly #meter = new LevelMeter((level) => {
    this.level = level;
  });
  #listeners: (() => void)[] = [];
  #opened = false;
  #work: Promise<void> = Promise.resolve();

  constructor() {
    const switched = read<boolean>(
      () => sessionStorage,
      switchedKey,
      (value) => typeof value === 'boolean',
    );
    this.#wanted = { microphone: switched.microphone ?? true, camera: switched.camera ?? true };
    this.speakerOn = switched.speaker ?? true;
    if (!('mediaDevices' in navigator)) return;
    navigator.mediaDevices.addEventListener('devicechange', () => {
      void this.#enqueue(() => this.#replugged());
    });
    addEventListener('pointerdown', () => {
      this.#meter.wake();
    });
  }

  /** The tracks to send; null where there is none. A muted microphone keeps its track. */
  get microphoneTrack(): MediaStreamTrack | null {
    return this.#tracks.microphone;
  }

  get cameraTrack(): MediaStreamTrack | null {
    return this.#tracks.camera;
  }

  get microphone(): DeviceState {
    return this.#stateOf('microphone');
  }

  get camera(): DeviceState {
    return this.#stateOf('camera');
  }

  /** Calls back after any change of tracks, states or the speaker. */
  onChange(listener: () => void): void {
    this.#listeners.push(listener);
  }

  async open(): Promise<void> {
    this.#opened = true;
    await this.#enqueue(() => this.#fill());
  }

  /** The call is over: camera and microphone go off, and `open` begins anew. */
  close(): void {
    this.#opened = false;
    this.#drop('microphone');
    this.#drop('camera');
    this.problems = {};
  }

  async choose(kind: DeviceKind, id: string): Promise<void> {
    this.chosen = { ...this.chosen, [kind]: id };
    write(() => localStorage, chosenKey, this.chosen);
    if (kind === 'speaker') {
      this.#changed();
      return;
    }
    this.#wanted = { ...this.#wanted, [kind]: true };
    this.#opened = true;
    await this.#enqueue(async () => {
      this.#drop(kind);
      await this.#fill();
    });
  }

  async setMicrophone(on: boolean): Promise<void> {
    this.#opened = true;
    this.#wanted = { ...this.#wanted, microphone: on };
    this.#changed();
    if (on && !this.#tracks.microphone) await this.#enqueue(() => this.#fill());
  }

  async setCamera(on: boolean): Promise<void> {
    this.#opened = true;
    this.#wanted = { ...this.#wanted, camera: on };
    await this.#enqueue(async () => {
      // Off means off: the light at the camera goes out.
      if (this.#wanted.camera) await this.#fill();
      else this.#drop('camera');
    });
  }

  setSpeaker(on: boolean): void {
    this.speakerOn = on;
    this.#changed();
  }

  async testSpeaker(): Promise<void> {
    await playChime(this.chosen.speaker);
  }

  #stateOf(kind: InputKind): DeviceState {
    if (this.#tracks[kind]) return this.#wanted[kind] ? 'on' : 'off';
    // A camera that is switched off has no track, but it is there.
    const isOff = !this.#wanted[kind] && !this.problems[kind] && this.#opened;
    return isOff ? 'off' : 'none';
  }

  /* One after the other: two changes at once would open a device twice. */
  async #enqueue(work: () => Promise<void>): Promise<void> {
    this.#work = this.#work.then(work, work);
    await this.#work;
  }

  /** Opens what is wanted and not there. */
  async #fill(): Promise<void> {
    const missing = (kind: InputKind) => this.#wanted[kind] && !this.#tracks[kind];
    if (!missing('microphone') && !missing('camera')) {
      this.#changed();
      return;
    }
    this.opening = true;
    try {
      const captured = await capture({
        ...(missing('microphone') ? { microphone: { deviceId: this.chosen.microphone } } : {}),
        ...(missing('camera') ? { camera: { deviceId: this.chosen.camera } } : {}),
      });
      if (!this.#opened) {
        stop(captured);
        return;
      }
      if (captured.microphone) this.#take('microphone', captured.microphone);
      if (captured.camera) this.#take('camera', captured.camera);
    } finally {
      this.opening = false;
      await this.#list();
      this.#changed();
    }
  }

  #take(kind: InputKind, captured: Captured): void {
    if ('problem' in captured) {
      this.problems = { ...this.problems, [kind]: captured.problem };
      return;
    }
    const { [kind]: _, ...others } = this.problems;
    this.problems = others;
    const { track } = captured;
    // Only the browser ends a track by itself: unplugged, or the permission withdrawn.
    track.addEventListener('ended', () => {
      if (this.#tracks[kind] === track) void this.#enqueue(() => this.#lost(kind));
    });
    this.#drop(kind);
    this.#tracks = { ...this.#tracks, [kind]: track };
    if (kind === 'camera') this.preview = new MediaStream([track]);
    else this.#meter.listen(track);
  }

  #drop(kind: InputKind): void {
    this.#tracks[kind]?.stop();
    this.#tracks = { ...this.#tracks, [kind]: null };
    if (kind === 'camera') this.preview = null;
    else this.#meter.listen(null);
    this.#changed();
  }

  /** Unplugged in the middle: go on with another one, if there is one. */
  async #lost(kind: InputKind): Promise<void> {
    this.#drop(kind);
    await this.#list();
    const others = kind === 'camera' ? this.cameras : this.microphones;
    if (others.length === 0) {
      this.problems = { ...this.problems, [kind]: 'missing' };
      this.#changed();
      return;
    }
    await this.#fill();
  }

  /** Something was plugged or unplugged: take what was missing, go back to what was chosen. */
  async #replugged(): Promise<void> {
    await this.#list();
    if (!this.#opened) return;
    for (const kind of ['microphone', 'camera'] as const) {
      const choices = kind === 'camera' ? this.cameras : this.microphones;
      const inUse = this.#tracks[kind]?.getSettings().deviceId;
      const preferred = this.chosen[kind];
      const isBack = preferred !== null && preferred !== inUse && choices.some(({ id }) => id === preferred);
      if (this.#tracks[kind] && isBack) this.#drop(kind);
      const wasMissing = this.problems[kind] === 'missing' || this.problems[kind] === 'busy';
      if (choices.length === 0 && !this.#tracks[kind] && !environmentProblem()) {
        if (!this.problems[kind]) this.problems = { ...this.problems, [kind]: 'missing' };
      } else if (this.#wanted[kind] && !this.#tracks[kind] && (wasMissing || isBack)) {
        await this.#fill();
      }
    }
    this.#changed();
  }

  async #list(): Promise<void> {
    if (!('mediaDevices' in navigator)) return;
    const all = await navigator.mediaDevices.enumerateDevices().catch(() => []);
    const of = (kind: MediaDeviceKind): DeviceChoice[] =>
      all
        .filter((each) => each.kind === kind && each.deviceId !== '')
        .map(({ deviceId, label }) => ({ id: deviceId, label }));
    this.microphones = of('audioinput');
    this.cameras = of('videoinput');
    const canChoose = 'setSinkId' in HTMLMediaElement.prototype;
    this.speakers = canChoose ? of('audiooutput') : [];
  }

  #changed(): void {
    write(() => sessionStorage, switchedKey, { ...this.#wanted, speaker: this.speakerOn });
    for (const listener of this.#listeners) listener();
  }
}

/** What was opened too late for a call that is over. */
function stop(captured: Partial<Record<InputKind, Captured>>): void {
  for (const each of Object.values(captured)) if ('track' in each) each.track.stop();
}

/* Where storage is blocked even naming it throws: it is named inside the functions only. */

/** What was kept for each kind of device, as far as it is what it should be. */
function read<T = string>(
  storage: () => Storage,
  key: string,
  isGood: (value: unknown) => boolean,
): Partial<Record<DeviceKind, T>> {
  try {
    const kept: unknown = JSON.parse(storage().getItem(key) ?? '{}');
    const entries = Object.entries(kept as object).filter(
      ([kind, value]) => ['microphone', 'camera', 'speaker'].includes(kind) && isGood(value),
    );
    return Object.fromEntries(entries);
  } catch {
    return {};
  }
}

function write(storage: () => Storage, key: string, value: object): void {
  try {
    storage().setItem(key, JSON.stringify(value));
  } catch {
    // Kept for this page only.
  }
}
