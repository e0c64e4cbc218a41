import { describe, expect, it } from 'vitest';
import { withLinks } from './links.ts';

const links = (text: string) => withLinks(text).filter((part) => part.href !== null);

describe('links in the chat', () => {
  it('finds an address in the middle of Japanese text', () => {
    expect(withLinks('資料はhttps://example.com/a?b=1をご覧ください。')).toEqual([
      { text: '資料は', href: null },
      { text: 'https://example.com/a?b=1', href: 'https://example.com/a?b=1' },
      { text: 'をご覧ください。', href: null },
    ]);
  });

  it('leaves the full stop and the bracket to the sentence', () => {
    expect(links('See (http://example.com/x).').map((part) => part.text)).toEqual(['http://example.com/x']);
  });

  it.each(['javascript:alert(1)', 'data:text/html,x', 'ftp://example.com', 'https://', 'www.example.com'])(
    'makes no link of %s',
    (text) => {
      expect(links(text)).toEqual([]);
    },
  );

  it('loses no character', () => {
    const text = 'a https://例え.jp https://example.com/1, b\nhttp://example.com';
    expect(
      withLinks(text)
        .map((part) => part.text)
        .join(''),
    ).toBe(text);
  });
});
