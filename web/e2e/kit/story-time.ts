/** From and to, in milliseconds. */
export type Stretch = { from: number; to: number };

export const middleOf = ({ from, to }: Stretch): number => (from + to) / 2;

/**
 * When things happened by the clock on the wall, and where that is in the recorded file: pauses are not in it.
 */
export class StoryTime {
  #beganAt: number | null = null;
  readonly #pauses: Stretch[] = [];
  readonly #acts = new Map<string, Stretch>();

  /** Now, as far as anybody can see, the recording begins. */
  begins(): void {
    this.#beganAt = Date.now();
  }

  pauses(): void {
    this.#pauses.push({ from: Date.now(), to: Infinity });
  }

  resumes(): void {
    const last = this.#pauses.at(-1);
    if (last) last.to = Date.now();
  }

  /** From before somebody's hand moved to when somebody saw what came of it. */
  async notes(what: string, act: () => Promise<unknown>): Promise<void> {
    const from = Date.now();
    await act();
    this.#acts.set(what, { from, to: Date.now() });
  }

  /** Milliseconds of the file. */
  of(what: string): Stretch {
    const act = this.#acts.get(what);
    if (!act) throw new Error(`Nobody has noted when this was: ${what}`);
    return { from: this.inFile(act.from), to: this.inFile(act.to) };
  }

  /** From after the one to before the other. */
  between(one: string, other: string): Stretch {
    return { from: this.of(one).to, to: this.of(other).from };
  }

  inFile(at: number): number {
    if (this.#beganAt === null) throw new Error('Nobody has noted when the recording began.');
    const paused = this.#pauses
      .filter(({ from }) => from < at)
      .reduce((sum, { from, to }) => sum + Math.min(at, to) - from, 0);
    return at - this.#beganAt - paused;
  }
}
