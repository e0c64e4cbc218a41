import { describe, expect, it } from 'vitest';
import { originPage } from '../../../sfu/protocol/desk.ts';
import { cameFrom } from './start-page.ts';

const here = 'https://meet.example.com';

describe('the page that a customer came from', () => {
  it('is what the banner tells, without what may be private in it', () => {
    const from = 'https://www.example.co.jp/copiers/a3?name=takahashi#top';
    expect(cameFrom(from, 'https://www.example.co.jp/', here)).toBe('https://www.example.co.jp/copiers/a3');
  });

  it('is what the browser tells where there is only a link', () => {
    expect(cameFrom(null, 'https://www.example.co.jp/contact?a=b', here)).toBe(
      'https://www.example.co.jp/contact',
    );
    expect(cameFrom('javascript:alert(1)', 'http://intranet/', here)).toBe('http://intranet/');
  });

  it('is unknown where nobody tells, and on a way inside of Taimen', () => {
    expect(cameFrom(null, '', here)).toBeNull();
    expect(cameFrom('not an address', '', here)).toBeNull();
    expect(cameFrom(null, `${here}/join`, here)).toBeNull();
  });

  it('is one that the server takes, however long it is', () => {
    const page = cameFrom(`https://www.example.co.jp/${'a'.repeat(5_000)}`, '', here);
    expect(originPage.safeParse(page).success).toBe(true);
  });
});
