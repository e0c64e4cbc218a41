import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { arrowTo, pageKey } from './keys.ts';

/** As much of an element as keys ask about. */
class Thing {
  readonly name: string;
  readonly parentElement: Thing | null;
  readonly overflow: string;
  clientHeight = 100;
  scrollHeight = 100;
  clientWidth = 100;
  scrollWidth = 100;

  constructor(name: string, parent: Thing | null = null, overflow = 'visible', scrollHeight = 100) {
    this.name = name;
    this.parentElement = parent;
    this.overflow = overflow;
    this.scrollHeight = scrollHeight;
  }
  closest(selector: string): Thing | null {
    return selector.split(', ').includes(this.name) ? this : (this.parentElement?.closest(selector) ?? null);
  }
  contains(other: Thing | null): boolean {
    return other !== null && (other === this || this.contains(other.parentElement));
  }
}

const body = new Thing('body', null, 'auto', 900);
const stage = new Thing('section', body);

const pressed = (target: Thing, key = 'PageDown') =>
  pageKey({ key, target } as unknown as KeyboardEvent, stage as unknown as Element);

describe('a key turns the page', () => {
  beforeEach(() => {
    vi.stubGlobal('Element', Thing);
    vi.stubGlobal('document', { body, querySelector: () => null });
    vi.stubGlobal('getComputedStyle', ({ overflow }: Thing) => ({
      overflowX: overflow,
      overflowY: overflow,
    }));
  });
  afterEach(() => vi.unstubAllGlobals());

  it('from the page, and from anywhere that has no use for it', () => {
    expect(pressed(stage)).toBe('next');
    expect(pressed(body)).toBe('next');
    expect(pressed(new Thing('button', new Thing('div', body)), 'ArrowLeft')).toBe('left');
    // Scrolling a page that is looked at closely is the stage's own business.
    expect(pressed(new Thing('div', stage, 'auto', 900))).toBe('next');
  });

  it('but not from a panel beside it', () => {
    const panel = new Thing('aside', body);
    expect(pressed(new Thing('button', panel))).toBeNull();
    expect(pressed(new Thing('button', panel), 'ArrowDown')).toBeNull();
  });

  it('nor from what scrolls itself', () => {
    const list = new Thing('div', body, 'auto', 900);
    expect(pressed(list)).toBeNull();
    expect(pressed(new Thing('li', new Thing('ul', list)))).toBeNull();
    expect(pressed(new Thing('li', new Thing('div', body, 'auto')))).toBe('next');
    expect(pressed(new Thing('li', new Thing('div', body, 'hidden', 900)))).toBe('next');
  });
});

describe('an arrow in the list of pages', () => {
  it('leads to a page and never out of the list', () => {
    expect(arrowTo('ArrowDown', 3, 9)).toBe(4);
    expect(arrowTo('ArrowRight', 9, 9)).toBe(9);
    expect(arrowTo('ArrowUp', 3, 9)).toBe(2);
    expect(arrowTo('ArrowLeft', 1, 9)).toBe(1);
    expect([arrowTo('Home', 5, 9), arrowTo('End', 5, 9)]).toEqual([1, 9]);
    for (const key of ['Enter', ' ', 'Tab', 'PageDown', 'constructor']) expect(arrowTo(key, 5, 9)).toBeNull();
  });
});
