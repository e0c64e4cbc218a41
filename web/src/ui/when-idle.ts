/** A page that is never at rest gets to it all the same. */
const patienceMs = 5_000;

/**
 * Does something that nobody waits for when the page has nothing else to do, not before some time has gone by.
 *
 * @returns calls it off
 */
export function whenIdle(afterMs: number, act: () => void): () => void {
  let idle: number | undefined;
  const timer = setTimeout(() => {
    // Safari cannot tell.
    if (typeof requestIdleCallback === 'undefined') act();
    else idle = requestIdleCallback(act, { timeout: patienceMs });
  }, afterMs);
  return () => {
    clearTimeout(timer);
    if (idle !== undefined) cancelIdleCallback(idle);
  };
}
