import { describe, expect, it } from 'vitest';
import { affordable, allPixels, wantedPages } from './cache-policy.ts';
import { follows, look, pageOf, shownKey, turned, typedPage, withinPages } from './following.ts';
import { linkTo } from './links.ts';
import { palmColour } from './palm-order.ts';

describe('the pages that are kept painted', () => {
  it('are the one looked at and those around it, in the order in which they will be wanted', () => {
    expect(wantedPages(5, 10, false)).toEqual([5, 6, 4, 7]);
    expect(wantedPages(5, 10, true)).toEqual([5, 4, 6, 3]);
    expect(wantedPages(1, 10, false)).toEqual([1, 2, 3]);
    expect(wantedPages(10, 10, false)).toEqual([10, 9]);
    expect(wantedPages(1, 1, false)).toEqual([1]);
  });

  it('are as many as the memory bears, and always the one looked at', () => {
    expect(affordable([5, 6, 4, 7], () => 1_000_000)).toEqual([5, 6, 4, 7]);
    expect(affordable([5, 6, 4, 7], () => allPixels / 2.5)).toEqual([5, 6]);
    expect(affordable([5, 6, 4], () => allPixels * 2)).toEqual([5]);
    // A small page finds room where a large one does not.
    expect(affordable([5, 6, 4], (page) => (page === 6 ? allPixels : 1_000))).toEqual([5, 4]);
  });
});

describe('following whoever shows', () => {
  it('goes with every turn', () => {
    expect(pageOf(turned(follows, 7), 7)).toBe(7);
  });

  it('ends when one looks elsewhere, and the turns of the other do not disturb', () => {
    const elsewhere = look(9, 3);
    expect(pageOf(elsewhere, 3)).toBe(9);
    expect(pageOf(turned(elsewhere, 4), 4)).toBe(9);
  });

  it('begins again where one goes back by oneself, and where one is met', () => {
    expect(look(3, 3)).toEqual(follows);
    expect(turned(look(9, 3), 9)).toEqual(follows);
    expect(pageOf(turned(turned(look(9, 3), 9), 10), 10)).toBe(10);
  });
});

describe('what is on show', () => {
  it('stays when other hands turn its pages, and begins anew with another file', () => {
    const shown = { documentId: 'd', version: 3, shownBy: 'guest' };
    expect(shownKey(Object.assign({}, shown, { shownBy: 'host' }))).toBe(shownKey(shown));
    expect(shownKey({ ...shown, version: 4 })).not.toBe(shownKey(shown));
    expect(shownKey({ ...shown, documentId: 'e' })).not.toBe(shownKey(shown));
  });
});

describe('a typed page number', () => {
  it('may be written as people write', () => {
    expect(typedPage(' 12 ', 40)).toBe(12);
    expect(typedPage('１２', 40)).toBe(12);
    expect(typedPage('99', 40)).toBe(40);
    expect(typedPage('0', 40)).toBe(1);
  });

  it('is nothing else', () => {
    for (const text of ['', 'x', '1.5', '-3', '1e3', '9999999']) expect(typedPage(text, 40), text).toBeNull();
    expect(withinPages(5, 3)).toBe(3);
  });
});

describe('links in a document', () => {
  it('lead to the web and to mail', () => {
    expect(linkTo('https://example.com/a?b#c')).toBe('https://example.com/a?b#c');
    expect(linkTo('http://例え.jp/')).toBe('http://xn--r8jz45g.jp/');
    expect(linkTo('mailto:info@example.com')).toBe('mailto:info@example.com');
  });

  it('lead nowhere else', () => {
    for (const address of [
      'javascript:alert(1)',
      ' JaVaScRiPt:alert(1)',
      'data:text/html,x',
      'file:///etc/passwd',
      'blob:https://example.com/1',
      'ftp://example.com/',
      'tel:117',
      '//example.com',
      '/dashboard',
      'x',
      'mailto:',
      'https://bank.example@evil.example/',
      undefined,
      7,
    ]) {
      expect(linkTo(address), String(address)).toBeNull();
    }
  });
});

describe('the colour of a palm', () => {
  it('is the same on every screen and differs among four', () => {
    const hands = ['d', 'a', 'c', 'b'];
    expect(hands.map((hand) => palmColour(hand, hands)).sort()).toEqual([0, 1, 2, 3]);
    expect(palmColour('c', ['a', 'b', 'c', 'd'])).toBe(palmColour('c', hands));
  });

  it('is one of the four even for somebody who is not on the list yet', () => {
    expect(palmColour('z', ['a', 'b', 'c', 'd'])).toBeLessThan(4);
  });
});
