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
  knocks: { points: 2, duration: 60 },
};

const from = (address: string) => ({ address, account: null });
const rep = (accountId: string, address: string) => ({ address, account: { accountId } });

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
      expect(await codeOf(guard.guessing(from('a'), wrong))).toBe('number-unknown');
    const refusal: unknown = await guard.guessing(from('a'), () => 'found').catch((error: unknown) => error);
    expect(refusal).toMatchObject({ code: 'too-many' });
    expect((refusal as Refusal).details['seconds']).toBeGreaterThan(50);
    expect(await guard.guessing(from('b'), () => 'found')).toBe('found');
  });

  test('right is never counted, nor is what is no guess', async () => {
    const guard = new Guard(small);
    const crowded = () => {
      throw new Refusal('meeting-full', 'Full.');
    };
    for (let times = 0; times < 50; times++) {
      expect(await guard.guessing(from('a'), async () => times)).toBe(times);
      expect(await codeOf(guard.guessing(from('a'), crowded))).toBe('meeting-full');
    }
    expect(await codeOf(guard.guessing(from('a'), () => Promise.reject(new Error('a defect'))))).toBe(
      'Error: a defect',
    );
  });

  test('a hundred times at once is no way around it', async () => {
    const guard = new Guard(small);
    let looked = 0;
    const codes = await Promise.all(
      Array.from({ length: 100 }, () =>
        codeOf(
          guard.guessing(from('a'), () => {
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
    for (let times = 0; times < 20; times++) await codeOf(guard.guessing(from('a'), wrong));
    expect(await codeOf(guard.guessing(from('b'), wrong))).toBe('number-unknown');
    for (const address of ['c', 'd', 'e'])
      expect(await codeOf(guard.guessing(from(address), wrong))).toBe('number-unknown');
    expect(await codeOf(guard.guessing(from('f'), () => 'found'))).toBe('too-many');
    // Links are too long to be guessed, and reps are at work.
    expect(await codeOf(guard.guessingSecret(from('f'), () => 'found'))).toBe('accepted');
    expect(await codeOf(guard.guessing(rep('hanako', 'a'), () => 'found'))).toBe('accepted');
  });

  test('of a rep is counted for the account, wherever it comes from, and for nobody else', async () => {
    const guard = new Guard(small);
    for (const address of ['a', 'b', 'c'])
      expect(await codeOf(guard.guessing(rep('hanako', address), wrong))).toBe('number-unknown');
    expect(await codeOf(guard.guessing(rep('hanako', 'd'), () => 'found'))).toBe('too-many');
    expect(await codeOf(guard.guessing(rep('taro', 'a'), () => 'found'))).toBe('accepted');
    for (let times = 0; times < 3; times++) await codeOf(guard.guessing(from('a'), wrong));
    expect(await codeOf(guard.guessing(from('b'), () => 'found'))).toBe('accepted');
  });

  test('of links is stopped per address, and stops nobody else', async () => {
    const guard = new Guard(small);
    const unknown = () => {
      throw new Refusal('invitation-unknown', 'There is no such invitation.');
    };
    for (const address of ['a', 'b', 'c', 'd']) {
      for (let times = 0; times < 3; times++)
        expect(await codeOf(guard.guessingSecret(from(address), unknown))).toBe('invitation-unknown');
      expect(await codeOf(guard.guessingSecret(from(address), unknown))).toBe('too-many');
    }
    expect(await codeOf(guard.guessing(from('e'), wrong))).toBe('number-unknown');
  });

  test('from all the addresses of one IPv6 network is guessing from one', async () => {
    const guard = new Guard(small);
    for (const host of ['1', '2', '3']) await codeOf(guard.guessing(from(`2001:db8:1:2::${host}`), wrong));
    expect(await codeOf(guard.guessing(from('2001:db8:1:2::4'), () => 'found'))).toBe('too-many');
    expect(await codeOf(guard.guessing(from('2001:db8:1:3::4'), () => 'found'))).toBe('accepted');
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

test('an address may knock so many times', async () => {
  const guard = new Guard(small);
  for (const host of ['1', '2']) await guard.knocking(`2001:db8:1:2::${host}`);
  expect(await codeOf(guard.knocking('2001:db8:1:2::3'))).toBe('too-many');
  await guard.knocking('203.0.113.7');
});
