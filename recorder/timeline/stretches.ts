import type { Stretch } from './types.ts';

/** Sums and differences of stretches of time. Lists that are given back are in order and do not touch. */

export function united(stretches: readonly Stretch[]): Stretch[] {
  const result: Stretch[] = [];
  for (const { from, to } of stretches.toSorted((a, b) => a.from - b.from)) {
    if (from >= to) continue;
    const last = result.at(-1);
    if (last && from <= last.to) last.to = Math.max(last.to, to);
    else result.push({ from, to });
  }
  return result;
}

/** What lies in both. */
export function shared(some: readonly Stretch[], others: readonly Stretch[]): Stretch[] {
  return united(
    some.flatMap((a) => others.map((b) => ({ from: Math.max(a.from, b.from), to: Math.min(a.to, b.to) }))),
  );
}

/** What lies in the first and not in the second. */
export function without(some: readonly Stretch[], others: readonly Stretch[]): Stretch[] {
  let rest = united(some);
  for (const { from, to } of united(others)) {
    rest = rest.flatMap((each) => [
      { from: each.from, to: Math.min(each.to, from) },
      { from: Math.max(each.from, to), to: each.to },
    ]);
  }
  return united(rest);
}

/** The same, told from another moment. */
export function since(start: number, stretches: readonly Stretch[]): Stretch[] {
  return stretches.map(({ from, to }) => ({ from: from - start, to: to - start }));
}

/**
 * The index of the last entry of a list in order whose time has come by then.
 * @returns -1 when there is none
 */
export function lastBy(entries: readonly { at: number }[], time: number): number {
  let low = 0;
  let high = entries.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const entry = entries[middle];
    if (entry && entry.at <= time) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}
