import { describe, expect, test } from 'vitest';
import { Refusal } from '../protocol/codes.ts';
import { Guard, guardLimits } from './guard.ts';

const small = {
  ...guardLimits,
  messages: { points: 3, duration: 60 },
  faults: { points: 2, duration: 60 },
  wrongNumbers: { points: 3, duration: 60 },
  wrongNumbersInAll: { points: 7, duration: 60 },
  issuedNumbers: { points: 2, duration: 60 },
};

const wrong = () => {
  throw new Refusal('number-unknown', 'There is no such number.');
};

async function codeOf(work: Promise<unknown>): Promise<string> {
  return work.then(
    () => 'accepted',
    (error: unknown) => (error instanceof Refusal ? error.code : String(error)),
  );
}

describe('guessing', () => {
  test('is stopped after some failures, right or wrong, with the seconds to wait', async () => {
    const guard = new Guard(small);
    for (let times = 0; times < 3; times++)
      expect(await codeOf(guard.guessing('a', wrong))).toBe('number-unknown');
    const refusal: unknown = await guard.guessing('a', () => 'found').catch((error: unknown) => error);
    expect(refusal).toMatchObject({ code: 'too-many' });
    expect((refusal as Refusal).details['seconds']).toBeGreaterThan(50);
    expect(await guard.guessing('b', () => 'found')).toBe('found');
  });

  test('right is never counted, nor is what is no guess', async () => {
    const guard = new Guard(small);
    const crowded = () => {
      throw new Refusal('meeting-full', 'Full.');
    };
    for (let times = 0; times < 50; times++) {
      expect(await guard.guessing('a', async () => times)).toBe(times);
      expect(await codeOf(guard.guessing('a', crowded))).toBe('meeting-full');
    }
    expect(await codeOf(guard.guessing('a', () => Promise.reject(new Error('a defect'))))).toBe(
      'Error: a defect',
    );
  });

  test('a hundred times at once is no way around it', async () => {
    const guard = new Guard(small);
    let looked = 0;
    const codes = await Promise.all(
      Array.from({ length: 100 }, () =>
        codeOf(
          guard.guessing('a', () => {
            looked += 1;
            wrong();
          }),
        ),
      ),
    );
    expect(looked).toBe(3);
    expect(codes.filter((code) => code === 'too-many')).toHaveLength(97);
  });

  test('from many addresses is stopped in all; one address alone cannot stop the others', async () => {
    const guard = new Guard(small);
    for (let times = 0; times < 20; times++) await codeOf(guard.guessing('a', wrong));
    expect(await codeOf(guard.guessing('b', wrong))).toBe('number-unknown');
    for (const address of ['c', 'd', 'e'])
      expect(await codeOf(guard.guessing(address, wrong))).toBe('number-unknown');
    expect(await codeOf(guard.guessing('f', () => 'found'))).toBe('too-many');
  });
});

test('a page may send so many messages, and so many faulty ones', async () => {
  const guard = new Guard(small);
  for (let times = 0; times < 3; times++) await guard.message('page');
  expect(await codeOf(guard.message('page'))).toBe('too-many');
  await guard.message('another page');
  expect([await guard.fault('page'), await guard.fault('page'), await guard.fault('page')]).toEqual([
    true,
    true,
    false,
  ]);
  guard.forget('page');
  await guard.message('page');
  expect(await guard.fault('page')).toBe(true);
});

test('an address may ask for so many numbers', async () => {
  const guard = new Guard(small);
  await guard.issuingNumber('a');
  await guard.issuingNumber('a');
  expect(await codeOf(guard.issuingNumber('a'))).toBe('too-many');
  await guard.issuingNumber('b');
});
