import { describe, expect, it } from 'vitest';
import { leaveCallback } from '../../sfu/protocol/banner.ts';
import { phoneNumber } from './phone.ts';

describe('a telephone number', () => {
  it.each([
    ['03-0000-0000', '03-0000-0000'],
    ['０３（００００）００００', '03(0000)0000'],
    ['０９０ー００００ー００００', '090-0000-0000'],
    ['090−0000−0000', '090-0000-0000'],
    ['ｰ090', null],
    [' +81 3 0000 0000 ', '+81 3 0000 0000'],
    ['(03) 0000-0000', '(03) 0000-0000'],
    ['0300000000', '0300000000'],
  ])('typed as %s is understood', (typed, number) => {
    expect(phoneNumber(typed)).toBe(number);
  });

  it.each(['', 'なし', '12345', '((((((', '03-0000-0000 内線のあと', 'mail@example.com'])(
    'is not what 「%s」 is',
    (typed) => {
      expect(phoneNumber(typed)).toBeNull();
    },
  );

  it('that is understood here is taken by the server', () => {
    for (const typed of ['０３（００００）００００', '+81 3 0000 0000', '(03) 0000-0000', '000000']) {
      const number = phoneNumber(typed);
      expect(leaveCallback.parse({ name: '高橋', phone: number, wish: '' }).phone).toBe(number);
    }
  });
});
