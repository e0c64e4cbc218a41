import path from 'node:path';
import type { Logger } from 'pino';
import type { RecorderCommand, Scene, Track } from '../../sfu/protocol/recorder.ts';
import { Capture } from '../capture/capture.ts';
import { monotonicMs } from '../capture/monotonic.ts';
import { TakeEvents, type TakeBeginning, type TakeEvent } from '../timeline/events.ts';
import { gridMs } from '../timeline/types.ts';
import type { CaptureFolder } from './capture-folder.ts';
import { EventLog } from './event-log.ts';

/** How often it is written down that the take still runs, although nobody may say or do anything. */
const tickMs = 1_000;

export type RunningTakeOptions = {
  folder: CaptureFolder;
  begin: RecorderCommand<'capture:begin'>;
  onKeyframeNeeded: (trackId: string, isStarving: boolean) => void;
  /** Nothing more can be written; told once. */
  onTrouble: (error: Error) => void;
  log: Logger;
};

/** A take while it is recorded: packets to raw files, and what happens to the event log, on one clock. */
export class RunningTake {
  readonly take: number;
  readonly folder: string;
  readonly beginning: TakeBeginning;
  readonly #capture: Capture;
  readonly #events: EventLog;
  /** The same, to be looked at. */
  readonly timeline: TakeEvents;
  readonly #beginAt: number;
  readonly #ticking: NodeJS.Timeout;
  #recordedMs = 0;
  #runningSince: number | null;
  #closing: Promise<void> | null = null;

  private constructor(
    made: { take: number; folder: string; capture: Capture; events: EventLog },
    begin: TakeBeginning,
  ) {
    const { at: beginAt } = begin;
    this.take = made.take;
    this.folder = made.folder;
    this.beginning = begin;
    this.#capture = made.capture;
    this.#events = made.events;
    this.#beginAt = beginAt;
    this.#runningSince = beginAt;
    this.timeline = new TakeEvents(made.take, begin);
    this.#note(begin);
    this.#ticking = setInterval(() => {
      this.#note({ type: 'tick', at: monotonicMs() });
    }, tickMs);
  }

  static async create(options: RunningTakeOptions): Promise<RunningTake> {
    const { begin, folder } = options;
    const { take, folder: takeFolder } = await folder.newTake();
    let isTold = false;
    const onTrouble = (error: Error) => {
      if (isTold) return;
      isTold = true;
      options.onTrouble(error);
    };
    const events = await EventLog.create(path.join(takeFolder, 'events.jsonl'), onTrouble);
    const { at, wallAt, kind, words, scene } = begin;
    const capture = await Capture.create({
      takeDir: takeFolder,
      beginAt: at,
      onKeyframeNeeded: options.onKeyframeNeeded,
      onTrouble,
    });
    capture.gridFrom(0);
    const beginning = { type: 'begin' as const, at, wallAt, kind, words, scene };
    return new RunningTake({ take, folder: takeFolder, capture, events }, beginning);
  }

  get port(): number {
    return this.#capture.port;
  }

  /** Take time. */
  get nowMs(): number {
    return monotonicMs() - this.#beginAt;
  }

  /** What has been recorded in this take so far, without pauses. */
  get recordedMs(): number {
    return this.#recordedMs + (this.#runningSince === null ? 0 : monotonicMs() - this.#runningSince);
  }

  addTrack(track: Track): void {
    this.#capture.addTrack(track);
  }

  removeTrack(trackId: string): void {
    this.#capture.removeTrack(trackId);
  }

  scene(at: number, scene: Scene): void {
    this.#note({ type: 'scene', at, scene });
  }

  pointer({ at, participantId, place }: RecorderCommand<'pointer'>): void {
    this.#note({ type: 'pointer', at, participantId, place });
  }

  pause(at: number): void {
    if (this.#runningSince === null) return;
    this.#recordedMs += Math.max(0, at - this.#runningSince);
    this.#runningSince = null;
    this.#capture.pause();
    this.#note({ type: 'pause', at });
  }

  resume(at: number): void {
    if (this.#runningSince !== null) return;
    this.#runningSince = at;
    this.#note({ type: 'resume', at });
    // The pieces count from the first line of the grid that is recorded again.
    this.#capture.gridFrom(Math.ceil((at - this.#beginAt) / gridMs) * gridMs);
    this.#capture.resume();
  }

  /** All that came until now is where composition finds it. */
  async flush(): Promise<void> {
    await this.#capture.flush();
  }

  /** Idempotent. @param at null: it is cut off here, by nobody's will */
  close(at: number | null): Promise<void> {
    this.#closing ??= this.#close(at);
    return this.#closing;
  }

  #note(event: TakeEvent): void {
    this.timeline.add(event);
    this.#events.add(event);
  }

  async #close(at: number | null): Promise<void> {
    clearInterval(this.#ticking);
    const end = at ?? monotonicMs();
    if (this.#runningSince !== null) this.#recordedMs += Math.max(0, end - this.#runningSince);
    this.#runningSince = null;
    this.#note({ type: 'end', at: end });
    await this.#capture.close();
    await this.#events.close();
  }
}
