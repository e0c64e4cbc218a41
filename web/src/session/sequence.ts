/**
 * The sequence of notices of one seat. Each notice is applied in its turn; where one is missing, or came
 * before this page knew its seat, the whole is asked for.
 */
export class Sequence {
  readonly #refresh: () => void;
  #revision = -1;
  /** The highest revision told before the seat was known: more than the seat's own snapshot may hold. */
  #early = -1;

  constructor(refresh: () => void) {
    this.#refresh = refresh;
  }

  /** Whether a snapshot is from before what has been applied already. */
  hasPassed(revision: number): boolean {
    return revision < this.#revision;
  }

  /** A snapshot has been applied. */
  standAt(revision: number): void {
    this.#revision = revision;
  }

  /** A seat has been taken, with a snapshot that may have been overtaken on its way here. */
  begin(revision: number): void {
    if (this.#early > revision) this.#refresh();
    this.#early = -1;
  }

  /** Something was told that the seat's snapshot may not hold. */
  tellEarly(revision = Number.POSITIVE_INFINITY): void {
    this.#early = Math.max(this.#early, revision);
  }

  next(revision: number, apply: () => void): void {
    if (revision <= this.#revision) return;
    if (revision > this.#revision + 1) {
      this.#refresh();
      return;
    }
    this.#revision = revision;
    apply();
  }

  reset(): void {
    this.#revision = -1;
    this.#early = -1;
  }
}
