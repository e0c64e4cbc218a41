import { fork, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { randomBytes } from 'node:crypto';
import { recorderReports } from '../../sfu/protocol/recorder.ts';
import type {
  RecorderCommand,
  RecorderCommandName,
  RecorderReport,
  RecorderReportName,
  Scene,
  Track,
} from '../../sfu/protocol/recorder.ts';
import { monotonicMs } from '../capture/monotonic.ts';

/** For tests: a real recorder in a process of its own, and real RTP from ffmpeg. */

const patienceMs = 30_000;

type Heard = { [N in RecorderReportName]: { name: N; report: RecorderReport<N> } }[RecorderReportName];

export class RecorderUnderTest {
  readonly dir: string;
  readonly heard: Heard[] = [];
  readonly #isOwnDir: boolean;
  readonly #settings: Record<string, string>;
  #child: ChildProcess | null = null;
  #onHeard: (heard?: undefined) => void = () => undefined;

  private constructor(dir: string, isOwnDir: boolean, settings: Record<string, string>) {
    this.dir = dir;
    this.#isOwnDir = isOwnDir;
    this.#settings = settings;
  }

  static async start({
    dir,
    settings = {},
  }: { dir?: string; settings?: Record<string, string> } = {}): Promise<RecorderUnderTest> {
    const folder = dir ?? (await mkdtemp(path.join(os.tmpdir(), 'taimen-recorder-')));
    const recorder = new RecorderUnderTest(folder, dir === undefined, settings);
    await recorder.again();
    return recorder;
  }

  get pid(): number {
    return this.#child?.pid ?? 0;
  }

  /** The next life; what the one before has said is forgotten. */
  async again(): Promise<void> {
    this.heard.length = 0;
    const child = fork(path.join(import.meta.dirname, '../main.ts'), [], {
      execArgv: [],
      env: {
        PATH: process.env['PATH'],
        LANG: 'C.UTF-8',
        RECORDINGS_DIR: this.dir,
        RECORDING_RESERVE_BYTES: '1000000',
        OFFICE_SANDBOX: 'auto',
        LOG_LEVEL: 'error',
        ...this.#settings,
      },
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    });
    this.#child = child;
    child.on('message', (message) => {
      const [name, body] = message as unknown as [RecorderReportName, unknown];
      this.heard.push({ name, report: recorderReports[name].parse(body) } as Heard);
      this.#onHeard();
    });
    const { problem } = await this.hears('ready');
    if (problem !== null) throw new Error(problem);
  }

  send<N extends RecorderCommandName>(name: N, command: RecorderCommand<N>): void {
    this.#child?.send([name, command]);
  }

  /** Waits for a report, or takes one that has come already. */
  async hears<N extends RecorderReportName>(
    name: N,
    isIt: (report: RecorderReport<N>) => boolean = () => true,
  ): Promise<RecorderReport<N>> {
    const deadline = performance.now() + patienceMs;
    for (;;) {
      const found = this.heard.find((each) => each.name === name && isIt(each.report as RecorderReport<N>));
      if (found) return found.report as RecorderReport<N>;
      const left = deadline - performance.now();
      if (left <= 0) throw new Error(`The recorder has not said ${name} within ${patienceMs / 1_000} s.`);
      const { promise, resolve } = Promise.withResolvers<undefined>();
      const timer = setTimeout(() => resolve(undefined), left);
      this.#onHeard = resolve;
      await promise;
      clearTimeout(timer);
    }
  }

  /** Begins a take. @returns the port for RTP */
  async begins(
    captureId: string,
    scene: Scene,
    more: Partial<RecorderCommand<'capture:begin'>> = {},
  ): Promise<number> {
    this.send('capture:begin', {
      captureId,
      kind: 'video',
      partMs: 3_600_000,
      at: monotonicMs(),
      wallAt: Date.now(),
      scene,
      words: { host: '担当者', guest: 'お客様' },
      ...more,
    });
    return (await this.hears('capture:listening', (report) => report.captureId === captureId)).port;
  }

  /** Without any chance to put something in order. */
  async killed(): Promise<void> {
    const child = this.#child;
    this.#child = null;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const gone = once(child, 'exit');
    child.kill('SIGKILL');
    await gone;
  }

  /** Its server is gone. Resolves when it is gone, too. */
  async loseServer(): Promise<void> {
    const child = this.#child;
    this.#child = null;
    if (!child) return;
    const gone = once(child, 'exit');
    child.disconnect();
    await gone;
  }

  async stop(): Promise<void> {
    await this.killed();
    if (this.#isOwnDir) await rm(this.dir, { recursive: true, force: true });
  }
}

export const newId = () => randomBytes(16).toString('base64url');

export type Person = Scene['people'][number] & { camera: 'on' | 'off' | 'none' };

export function person(name: string, more: Partial<Person> = {}): Person {
  return {
    participantId: newId(),
    name,
    role: 'guest',
    microphone: 'on',
    camera: 'on',
    isConnected: true,
    ...more,
  };
}

export const sceneOf = (people: Person[], more: Partial<Scene> = {}): Scene => ({
  people,
  shown: null,
  screens: [],
  ...more,
});

let lastSsrc = 1_000;

export function trackOf(who: Person, source: Track['source']): Track {
  const isVideo = source === 'camera' || source === 'screen';
  lastSsrc += 1;
  return {
    trackId: newId(),
    participantId: who.participantId,
    source,
    mimeType: isVideo ? 'video/VP8' : 'audio/opus',
    clockRate: isVideo ? 90_000 : 48_000,
    ssrc: lastSsrc,
    payloadType: isVideo ? 96 : 111,
  };
}

/** A camera of one colour, or a microphone with a tone, as RTP from a real ffmpeg, until it is stopped. */
export class Sender {
  readonly #child: ChildProcess;

  private constructor(child: ChildProcess) {
    this.#child = child;
  }

  static camera(port: number, { ssrc, payloadType }: Track, colour: string): Sender {
    const source = `color=c=${colour}:s=640x360:r=15,format=yuv420p`;
    const encoding = [
      '-c:v',
      'libvpx',
      '-deadline',
      'realtime',
      '-cpu-used',
      '8',
      '-b:v',
      '400k',
      '-g',
      '15',
    ];
    return Sender.#start(port, ssrc, payloadType, source, encoding);
  }

  static microphone(port: number, { ssrc, payloadType }: Track, hertz: number): Sender {
    const source = `sine=frequency=${hertz}:sample_rate=48000`;
    return Sender.#start(port, ssrc, payloadType, source, ['-c:a', 'libopus', '-b:a', '32k', '-ac', '2']);
  }

  static #start(port: number, ssrc: number, payloadType: number, source: string, encoding: string[]): Sender {
    const to = `rtp://127.0.0.1:${port}?pkt_size=1200`;
    const rtp = ['-ssrc', String(ssrc), '-payload_type', String(payloadType), '-f', 'rtp', to];
    return new Sender(
      spawn(
        'ffmpeg',
        ['-v', 'error', '-nostdin', '-re', '-f', 'lavfi', '-i', source, '-threads', '1', ...encoding, ...rtp],
        { stdio: 'ignore' },
      ),
    );
  }

  async stop(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const gone = once(this.#child, 'exit');
    this.#child.kill('SIGKILL');
    await gone;
  }
}
