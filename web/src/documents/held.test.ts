import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { Held } from './held.svelte.ts';

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

it('follows until somebody types, and again after a pause', () => {
  const held = new Held<number>();
  expect(held.value).toBeNull();
  held.typed(3);
  vi.advanceTimersByTime(4_000);
  // The page has been turned meanwhile: the field is still that of page 3.
  held.typed(4);
  expect(held.value).toBe(3);
  vi.advanceTimersByTime(4_000);
  expect(held.value).toBe(3);
  vi.advanceTimersByTime(2_000);
  expect(held.value).toBeNull();
});

it('knows no pause while an input method composes', () => {
  const held = new Held<number>();
  held.typed(3);
  held.compose(3);
  vi.advanceTimersByTime(60_000);
  expect(held.value).toBe(3);
  held.typed(3);
  vi.advanceTimersByTime(6_000);
  expect(held.value).toBeNull();
});

it('follows at once when it is left', () => {
  const held = new Held<number>();
  held.typed(3);
  held.release();
  expect(held.value).toBeNull();
  expect(vi.getTimerCount()).toBe(0);
});
