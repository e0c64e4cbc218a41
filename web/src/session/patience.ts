import type { Failure } from './api.ts';

/** For how long a page tries to take its seat again when there is no line. */
const patienceMs = 120_000;
const pauseMs = 500;
const passing: ReadonlySet<Failure['code']> = new Set(['offline', 'timeout', 'internal']);

/** Coming back waits for a line that is away: whoever reloads while the server restarts need not press. */
export async function withPatience(comeBack: () => Promise<Failure | null>): Promise<Failure | null> {
  const deadline = Date.now() + patienceMs;
  for (;;) {
    const failure = await comeBack();
    if (!failure || !passing.has(failure.code) || Date.now() >= deadline) return failure;
    await new Promise((resolve) => setTimeout(resolve, pauseMs));
  }
}
