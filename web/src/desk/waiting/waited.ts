const minuteMs = 60_000;

/** Whole minutes; a clock that is slow makes nobody wait less than none. */
export const waitedMinutes = (since: number, now: number): number =>
  Math.max(0, Math.floor((now - since) / minuteMs));
