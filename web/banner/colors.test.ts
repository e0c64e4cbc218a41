import { describe, expect, it } from 'vitest';
import { contrast, inkOn, isDarkPage } from './colors.ts';

describe('the words on a button of any colour', () => {
  it('are white on dark colours and black on light ones', () => {
    expect(inkOn('#1f4a80')).toBe('#ffffff');
    expect(inkOn('#bf3a1b')).toBe('#ffffff');
    expect(inkOn('#ffd400')).toBe('#000000');
    expect(inkOn('#ffffff')).toBe('#000000');
  });

  it('keep 4.5 : 1 on every one of 4,096 colours', () => {
    for (let each = 0; each < 0x1000; each += 1) {
      const color = `#${[each >> 8, (each >> 4) & 15, each & 15].map((part) => part.toString(16).repeat(2)).join('')}`;
      expect(contrast(color, inkOn(color)), color).toBeGreaterThanOrEqual(4.5);
    }
  });

  it('are reckoned as WCAG does', () => {
    expect(contrast('#000000', '#ffffff')).toBeCloseTo(21, 5);
    expect(contrast('#777777', '#ffffff')).toBeCloseTo(4.48, 2);
  });
});

describe('a page', () => {
  it.each([
    ['rgb(34, 31, 27)', false],
    ['rgba(0, 0, 0, 0.8)', false],
    ['rgb(243, 239, 232)', true],
    ['oklch(0.93 0.01 80)', true],
    ['oklab(0.2 0.1 0.1)', false],
    ['lab(92 0 3)', true],
    ['lch(20 10 40)', false],
    ['color(srgb 0.1 0.1 0.1)', false],
    ['color(display-p3 0.95 0.95 0.9)', true],
  ])('with text in %s is dark: %s', (text, isDark) => {
    expect(isDarkPage(text)).toBe(isDark);
  });
});
