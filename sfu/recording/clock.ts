/** Milliseconds of the machine's monotonic clock, which the recorder's process reads as well. */
export function monotonicMs(): number {
  return Number(process.hrtime.bigint()) / 1e6;
}
