import type { SessionView } from '../../../../sfu/protocol/organization.ts';
import { ask, bodyOf, failureIn } from '../../documents/http.ts';
import type { Failure } from '../../session/api.ts';

/** Where an account is signed in, as the server has it (A3), and signing it out there. */
export class OpenSessions {
  readonly #path: string;
  #sessions = $state.raw<readonly SessionView[] | null>(null);
  #failure = $state.raw<Failure | null>(null);

  /** @param userId whose; left out: the own */
  constructor(userId?: string) {
    this.#path = userId === undefined ? '/api/sessions' : `/api/users/${userId}/sessions`;
  }

  /** The own one first, then the latest sign-in. Null until it has been read once. */
  get sessions(): readonly SessionView[] | null {
    return this.#sessions;
  }

  get failure(): Failure | null {
    return this.#failure;
  }

  /** All but the one that asks. */
  get others(): readonly SessionView[] {
    return this.#sessions?.filter(({ isOwn }) => !isOwn) ?? [];
  }

  async load(): Promise<void> {
    const outcome = await bodyOf<{ sessions: SessionView[] }>(ask('GET', this.#path));
    this.#failure = outcome.ok ? null : outcome.failure;
    if (outcome.ok) {
      this.#sessions = outcome.value.sessions.toSorted(
        (one, other) => Number(other.isOwn) - Number(one.isOwn),
      );
    }
  }

  /** @returns whether all of these are signed out now; if not, `failure` says why */
  async end(sessions: readonly SessionView[]): Promise<boolean> {
    const failures = await Promise.all(
      sessions.map(({ id }) => failureIn(ask('DELETE', `${this.#path}/${id}`))),
    );
    // One that has ended by itself meanwhile is where it was to go.
    const failure = failures.find((each) => each !== null && each.code !== 'session-unknown') ?? null;
    await this.load();
    this.#failure ??= failure;
    return this.#failure === null;
  }
}
