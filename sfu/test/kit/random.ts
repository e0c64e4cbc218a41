/** Random numbers that are the same in every run with the same seed (mulberry32). */
export function seededRandom(seed: number) {
  let state = seed >>> 0;
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const below = (limit: number) => Math.floor(next() * limit);

  const odd = (): unknown => {
    const oddities: unknown[] = [
      null,
      true,
      -1,
      1e308,
      2 ** 53 - 1,
      0.5,
      '',
      '\u0000',
      '🙃'.repeat(below(300)),
      'x'.repeat(below(5_000)),
      [],
      {},
      [[[[]]]],
      { length: 3 },
      JSON.parse('{"__proto__":{"polluted":true},"constructor":{"prototype":{}}}'),
      Array.from({ length: below(200) }, () => below(300)),
      { type: 'Buffer', data: [1, 2, 3] },
    ];
    return oddities[below(oddities.length)];
  };

  /** A copy in which one place, somewhere, holds something odd, is missing, or is there twice. */
  const spoiled = (value: unknown): unknown => {
    if (typeof value !== 'object' || value === null || next() < 0.15) return odd();
    if (Array.isArray(value)) {
      if (value.length === 0) return [odd()];
      const index = below(value.length);
      const items = value as unknown[];
      if (next() < 0.2) return [...items, items[index]];
      if (next() < 0.2) return items.toSpliced(index, 1);
      return items.with(index, spoiled(items[index]));
    }
    const keys = Object.keys(value);
    const key = keys[below(keys.length)];
    if (key === undefined) return odd();
    const { [key]: spoilt, ...others } = value as Record<string, unknown>;
    return next() < 0.2 ? others : { ...others, [key]: spoiled(spoilt) };
  };

  return { next, below, odd, spoiled };
}
