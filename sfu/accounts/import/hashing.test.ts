import { expect, test } from 'vitest';
import { verifyPassword } from '../passwords.ts';
import { PasswordHashing } from './hashing.ts';

const calm = () => new AbortController().signal;

test('each password gets the hash of its own place', async () => {
  const passwords = ['correct horse 1', 'correct horse 2', 'correct horse 3', 'correct horse 4'];
  const hashes = await new PasswordHashing(3).hashAll(passwords, calm());
  expect(new Set(hashes).size).toBe(4);
  for (const [index, password] of passwords.entries()) {
    expect(await verifyPassword(password, hashes[index]!)).toBe(true);
  }
  expect(await new PasswordHashing().hashAll([], calm())).toEqual([]);
});

test('of two who ask at once neither waits for all of the other’s', async () => {
  const hashing = new PasswordHashing(1);
  const ended: string[] = [];
  const many = hashing.hashAll(Array<string>(12).fill('many'), calm()).then(() => ended.push('many'));
  const few = hashing.hashAll(['one', 'two'], calm()).then(() => ended.push('few'));
  await Promise.all([many, few]);
  expect(ended).toEqual(['few', 'many']);
});

test('whoever gives up stops it, and others go on', async () => {
  const hashing = new PasswordHashing(1);
  const gone = new AbortController();
  const given = hashing.hashAll(Array<string>(1_000).fill('password'), gone.signal);
  const others = hashing.hashAll(['password'], calm());
  gone.abort(new Error('hung up'));
  await expect(given).rejects.toThrow('hung up');
  expect(await others).toHaveLength(1);
});

test('signing in meanwhile takes hardly longer', async () => {
  const gone = new AbortController();
  const hashing = new PasswordHashing();
  const many = hashing.hashAll(Array<string>(1_000).fill('password'), gone.signal).catch(() => 'stopped');
  const [hash] = await new PasswordHashing().hashAll(['correct horse'], calm());
  const begin = performance.now();
  expect(await verifyPassword('correct horse', hash!)).toBe(true);
  expect(performance.now() - begin).toBeLessThan(1_000);
  gone.abort();
  expect(await many).toBe('stopped');
});
