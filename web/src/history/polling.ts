import type { Failure } from '../session/api.ts';

/** Something is being made ready: the person looks on. */
const pollMs = 2_000;
/** … and nothing has come of it for so long: it may need somebody to see to the server first. */
const patienceMs = 60_000;
const pollPatientMs = 15_000;
/** A meeting runs: only its length and size grow. */
const pollRunningMs = 10_000;
/** A lost line is asked again less and less often. */
const pollSlowestMs = 30_000;

/** Answers after which asking again changes nothing before the person has done something. */
const lasting: readonly Failure['code'][] = [
  'sign-in-required',
  'password-change-required',
  'not-allowed',
  'history-unknown',
];

export const isLasting = ({ code }: Failure): boolean => lasting.includes(code);

/** What there is to wait for. */
export type Outlook = {
  /** What is being made ready, as it stands; as long as that is the same, nothing has come of it. */
  made: readonly unknown[];
  /** Something goes on for as long as people want it to. */
  runs: boolean;
};

/** Asks the server again by itself, for as long as somebody looks and there is something to wait for. */
export class Polling {
  readonly #ask: () => void;
  #watchers = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #lost = 0;
  #awaited = '';
  #awaitedSince = 0;

  constructor(ask: () => void) {
    this.#ask = ask;
  }

  get isWatched(): boolean {
    return this.#watchers > 0;
  }

  /** Asks at once. @returns ends it */
  watch(): () => void {
    this.#watchers += 1;
    this.#awaitedSince = Date.now();
    this.#ask();
    return () => {
      this.#watchers -= 1;
      if (this.#watchers === 0) clearTimeout(this.#timer);
    };
  }

  /** To be called with every answer. @param failure null: it was a good one */
  answered(failure: Failure | null): void {
    this.#lost = failure ? this.#lost + 1 : 0;
  }

  /** To be called when nothing is being asked. @param failure the latest answer, if it was one */
  wait(failure: Failure | null, outlook: Outlook): void {
    clearTimeout(this.#timer);
    if (this.#watchers === 0) return;
    const pauseMs = this.#pauseMs(failure, outlook);
    if (pauseMs !== null) this.#timer = setTimeout(this.#ask, pauseMs);
  }

  /** @returns null when there is nothing to wait for */
  #pauseMs(failure: Failure | null, { made, runs }: Outlook): number | null {
    if (failure && isLasting(failure)) return null;
    if (this.#lost > 0) return Math.min(pollMs * 2 ** this.#lost, pollSlowestMs);
    const awaited = JSON.stringify(made);
    if (awaited !== this.#awaited) this.#awaitedSince = Date.now();
    this.#awaited = awaited;
    if (made.length === 0) return runs ? pollRunningMs : null;
    if (Date.now() - this.#awaitedSince < patienceMs) return pollMs;
    return runs ? pollRunningMs : pollPatientMs;
  }
}
