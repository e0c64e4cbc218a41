import { describe, expect, it } from 'vitest';
import { noScreens, screensNow, withoutGone, withSharing } from './screens.ts';

const after = (...steps: readonly (readonly string[])[]) => steps.reduce(withSharing, noScreens);
const middle = (screens: typeof noScreens, sharing: readonly string[]) => screensNow(screens, sharing).middle;

describe('several shared screens', () => {
  it('shows nothing while nobody shares', () => {
    expect(middle(after([]), [])).toBeNull();
    expect(middle(after(['a'], []), [])).toBeNull();
  });

  it('shows the one that came later, wherever its person sits', () => {
    expect(screensNow(after(['b'], ['a', 'b']), ['a', 'b'])).toEqual({ all: ['b', 'a'], middle: 'a' });
  });

  it('goes back to the earlier one when the later one ends', () => {
    expect(middle(after(['b'], ['a', 'b'], ['b']), ['b'])).toBe('b');
  });

  it('keeps what was chosen until one more comes', () => {
    const chosen = { ...after(['b'], ['a', 'b']), shown: 'b' };
    expect(middle(withSharing(chosen, ['a', 'b']), ['a', 'b'])).toBe('b');
    expect(middle(withSharing(chosen, ['a', 'b', 'c']), ['a', 'b', 'c'])).toBe('c');
    expect(middle(withSharing(chosen, ['a']), ['a'])).toBe('a');
  });

  it('comes back to the same one when a line has been restored', () => {
    const before = after(['b'], ['a', 'b']);
    const restored = [[], ['b'], ['a', 'b']].reduce(withSharing, before);
    expect(middle(restored, ['a', 'b'])).toBe('a');
  });

  it('takes a screen for a new one when it was away for long', () => {
    const forgotten = withoutGone(after(['a'], ['a', 'b']), ['b']);
    expect(forgotten).toEqual({ order: ['b'], shown: 'b' });
    expect(middle(withSharing(forgotten, ['a', 'b']), ['a', 'b'])).toBe('a');
    expect(withoutGone(forgotten, [])).toEqual(noScreens);
  });
});
