import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { whenIdle } from './when-idle.ts';

const afterMs = 5_000;
let done: number;
const act = () => {
  done += 1;
};

beforeEach(() => {
  vi.useFakeTimers();
  done = 0;
});
afterEach(() => {
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

test('waits for its time, and then for the page to be at rest', () => {
  const idle: (() => void)[] = [];
  vi.stubGlobal('requestIdleCallback', (callback: () => void) => idle.push(callback));
  whenIdle(afterMs, act);
  vi.advanceTimersByTime(afterMs - 1);
  expect(idle).toHaveLength(0);
  vi.advanceTimersByTime(1);
  expect(done).toBe(0);
  idle.shift()?.();
  expect(done).toBe(1);
});

test('is done by the clock alone where the browser cannot tell whether it is at rest', () => {
  vi.stubGlobal('requestIdleCallback', undefined);
  whenIdle(afterMs, act);
  vi.advanceTimersByTime(afterMs);
  expect(done).toBe(1);
});

test('is not done when it is called off, before or after its time', () => {
  const asked = new Set<number>();
  vi.stubGlobal('requestIdleCallback', () => {
    asked.add(7);
    return 7;
  });
  vi.stubGlobal('cancelIdleCallback', (handle: number) => asked.delete(handle));
  whenIdle(afterMs, act)();
  vi.advanceTimersByTime(2 * afterMs);
  expect(asked.size).toBe(0);
  const callOff = whenIdle(afterMs, act);
  vi.advanceTimersByTime(afterMs);
  expect(asked.size).toBe(1);
  callOff();
  expect(asked.size).toBe(0);
  expect(done).toBe(0);
});
