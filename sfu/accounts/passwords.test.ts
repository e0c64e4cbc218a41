import { describe, expect, test } from 'vitest';
import { isPasswordForm } from './password-form.ts';
import { hashPassword, makeUpPassword, verifyPassword } from './passwords.ts';

describe('the form of a password', () => {
  test.each([
    ['twelve characters', 'abcdefghijkl', true],
    ['eleven', 'abcdefghijk', false],
    ['128 characters', 'x'.repeat(128), true],
    ['129', 'x'.repeat(129), false],
    ['twelve characters of four bytes', '𠮷'.repeat(12), true],
    ['eleven of them', '𠮷'.repeat(11), false],
    ['spaces and signs', ' correct horse, "battery" ステープル ', true],
    ['a line break', 'abcdefghijkl\n', false],
    ['half a character', 'abcdefghijkl\uD842', false],
    ['one sign that stands for five characters, NFKC', '㌀㌀㌀', true],
  ])('%s', (_, password, allowed) => {
    expect(isPasswordForm(password)).toBe(allowed);
  });
});

describe('hashing', () => {
  test('is argon2id in PHC form with the cost OWASP recommends and a salt of its own', async () => {
    const [one, two] = [await hashPassword('correct horse'), await hashPassword('correct horse')];
    expect(one).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$[A-Za-z0-9+/]{22}\$[A-Za-z0-9+/]{43}$/);
    expect(one).not.toBe(two);
  });

  test('tells right from wrong, however the right one is typed', async () => {
    const stored = await hashPassword('ガンダム-GUNDAM-79');
    expect(await verifyPassword('ガンダム-GUNDAM-79', stored)).toBe(true);
    expect(await verifyPassword('ｶﾞﾝﾀﾞﾑ-ＧＵＮＤＡＭ-７９', stored)).toBe(true);
    expect(await verifyPassword('ガンダム-gundam-79', stored)).toBe(false);
    expect(await verifyPassword('', stored)).toBe(false);
  });

  test('reads what other argon2 libraries write', async () => {
    // The reference implementation's own test vector (phc-winner-argon2, test.c): "password", salt "somesalt".
    const vector = '$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc';
    expect(await verifyPassword('password', vector)).toBe(true);
    expect(await verifyPassword('Password', vector)).toBe(false);
  });

  test('takes something else in the store for a defect', async () => {
    await expect(verifyPassword('x', 'plain text')).rejects.toThrow('not an argon2id hash');
  });

  test('leaves the event loop free', async () => {
    let turns = 0;
    const timer = setInterval(() => turns++, 1);
    await Promise.all(Array.from({ length: 8 }, () => hashPassword('correct horse')));
    clearInterval(timer);
    expect(turns).toBeGreaterThan(0);
  });
});

test('a made-up password is of the right form and never the same', () => {
  const passwords = Array.from({ length: 50 }, makeUpPassword);
  expect(passwords.every(isPasswordForm)).toBe(true);
  expect(new Set(passwords).size).toBe(50);
});
