import { expect, test } from 'vitest';
import { newSecret } from '../meeting/identity.ts';
import { readSessionCookie } from './session-cookie.ts';

const token = newSecret();

test.each([
  ['alone', `taimen_session=${token}`, token],
  ['among others', `a=b; taimen_session=${token};c=d`, token],
  ['not the one whose name ends alike', `x_taimen_session=${token}`, null],
  [
    'the first usable of several',
    `taimen_session=; taimen_session=${token}; taimen_session=${newSecret()}`,
    token,
  ],
  ['with a value that is no token', 'taimen_session=abc', null],
  ['with more than a token', `taimen_session=${token}x`, null],
  ['without a value', 'taimen_session', null],
  ['in an empty header', '', null],
])('the cookie %s', (_, header, expected) => {
  expect(readSessionCookie(header)).toBe(expected);
});

test('there may be no header', () => {
  expect(readSessionCookie(undefined)).toBeNull();
});
