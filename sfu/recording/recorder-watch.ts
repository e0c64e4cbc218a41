import type { RecorderProcess } from './recorder-process.ts';
import type { RecordingTimings } from './timings.ts';

export type RecorderWatchOptions = {
  recorder: Pick<RecorderProcess, 'canRecord' | 'replace'>;
  timings: Pick<RecordingTimings, 'silentMs' | 'awayMs' | 'uselessMs'>;
  /** Whether anything is to be recorded, be it paused. */
  isWanted: () => boolean;
  /** Whether the present recorder has been told to record something: it has to say how far it is. */
  isTold: () => boolean;
  /** Whether something is with a recorder, or should be. */
  isAtWork: () => boolean;
  /** No recorder is to be expected any more: what is recorded has to end. */
  giveUp: (why: string) => void;
};

const deathsMax = 3;
/** More deaths than that within this time, and the next recorder would die as well. */
const deathsWithinMs = 30_000;
/** It looks so often within the shortest of its times. */
const looksWithin = 10;

/**
 * Whether the recorder does what it is there for. One that is dead is started again by others; this one sees to
 * those that hang, that die again and again, and that do not come.
 *
 * Time is counted in looks, not by a clock: when this process has stood still itself (a machine that slept, a
 * container that was frozen) the recorder must not be blamed for it.
 */
export class RecorderWatch {
  readonly #options: RecorderWatchOptions;
  readonly #lookMs: number;
  readonly #looking: NodeJS.Timeout;
  #silentMs = 0;
  #uselessMs = 0;
  #awayMs = 0;
  #sinceDeathsMs: number[] = [];

  constructor(options: RecorderWatchOptions) {
    this.#options = options;
    const { silentMs, awayMs, uselessMs } = options.timings;
    this.#lookMs = Math.min(silentMs, awayMs, uselessMs) / looksWithin;
    this.#looking = setInterval(() => {
      this.#look();
    }, this.#lookMs);
    this.#looking.unref();
  }

  /** It has said how far it is. */
  heard(): void {
    this.#silentMs = 0;
    this.#uselessMs = 0;
  }

  died(): void {
    this.#silentMs = 0;
    if (!this.#options.isWanted()) return;
    this.#sinceDeathsMs.push(0);
    if (this.#sinceDeathsMs.length > deathsMax) this.#giveUp('The recorder dies again and again.');
  }

  close(): void {
    clearInterval(this.#looking);
  }

  #look(): void {
    const { recorder, timings, isWanted, isTold, isAtWork } = this.#options;
    this.#sinceDeathsMs = this.#sinceDeathsMs
      .map((since) => since + this.#lookMs)
      .filter((since) => since < deathsWithinMs);
    this.#awayMs = isWanted() && !recorder.canRecord ? this.#awayMs + this.#lookMs : 0;
    this.#uselessMs = isAtWork() ? this.#uselessMs + this.#lookMs : 0;
    this.#silentMs = isTold() ? this.#silentMs + this.#lookMs : 0;
    if (this.#awayMs >= timings.awayMs) {
      this.#giveUp('There is no recorder.');
    } else if (this.#uselessMs >= timings.uselessMs) {
      this.#giveUp('No recorder records anything.');
    } else if (this.#silentMs >= timings.silentMs) {
      this.#silentMs = 0;
      recorder.replace('It says nothing of what it records.');
    }
  }

  #giveUp(why: string): void {
    this.#awayMs = 0;
    this.#uselessMs = 0;
    this.#sinceDeathsMs = [];
    this.#options.giveUp(why);
  }
}
