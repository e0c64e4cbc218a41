import { setTimeout as delay } from 'node:timers/promises';

export type Outcome = { ok: true } | { ok: false; because: string };

export const itIs: Outcome = { ok: true };
export const notYet = (because: string): Outcome => ({ ok: false, because });

/**
 * Looks again and again until what was expected is there.
 *
 * @param expectation a sentence that says who should have seen what, for the failure
 * @throws Error with that sentence and what was there instead
 */
export async function eventually(
  expectation: string,
  look: () => Promise<Outcome>,
  timeoutMs = 20_000,
): Promise<void> {
  const deadline = Date.now() + timeoutMs;
  for (;;) {
    const outcome = await look().catch((error: unknown) => notYet(String(error).split('\n')[0] ?? ''));
    if (outcome.ok) return;
    if (Date.now() > deadline) {
      throw new Error(`${expectation} within ${timeoutMs / 1_000} s; instead: ${outcome.because}`);
    }
    await delay(100);
  }
}
