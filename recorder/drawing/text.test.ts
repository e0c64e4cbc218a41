import { describe, expect, test } from 'vitest';
import { charactersOf, cutTo, escaped, oneLine, textAt, widthOf } from './text.ts';

describe('a name in a small place', () => {
  test('stays whole where there is room, and ends in … where there is not', () => {
    expect(cutTo('佐藤 花子', 15, 200)).toBe('佐藤 花子');
    expect(cutTo('寿限無寿限無五劫の擦り切れ', 15, 90)).toBe('寿限無寿限…');
    expect(cutTo('Maximiliane von Hohenstein', 15, 120)).toMatch(/^Maximilian\S*…$/);
    expect(cutTo('佐藤', 15, 0)).toBe('…');
  });

  test.each([
    '佐藤花子'.repeat(40),
    'W'.repeat(300),
    'il'.repeat(300),
    'ｶﾀｶﾅ'.repeat(50),
    '👩‍💼'.repeat(60),
    'محمد'.repeat(60),
  ])('never is wider than it: %s', (name) => {
    for (const room of [40, 111, 222]) expect(widthOf(cutTo(name, 15, room), 15)).toBeLessThanOrEqual(room);
  });

  test('is cut between what readers take for characters', () => {
    const name = 'か\u3099ぎ👩‍💼山';
    expect(charactersOf(name)).toEqual(['か\u3099', 'ぎ', '👩‍💼', '山']);
    expect(cutTo(`${name}田川島`, 10, 40)).toBe('か\u3099ぎ…');
  });

  test('is twice as wide in full-width letters, about', () => {
    const ratio = widthOf('タイメン', 10) / widthOf('ﾀｲﾒﾝ', 10);
    expect(ratio).toBe(2);
  });
});

describe('a hostile name', () => {
  test('is text and nothing else', () => {
    expect(escaped(`<script>&"'`)).toBe('&lt;script&gt;&amp;&quot;&#39;');
    expect(oneLine('a\u0000b\u202Ec\nd\uFFFE\uD800e')).toBe('a b c d e');
    expect(textAt(0, 0, '</text><image/>', { fontPx: 10, colour: '#fff' })).not.toContain('<image');
  });
});
