/** Milliseconds of the machine's monotonic clock, with fractions: the same in every process until it restarts. */
export function monotonicMs(): number {
  const [seconds, nanoseconds] = process.hrtime();
  return seconds * 1_000 + nanoseconds / 1e6;
}
