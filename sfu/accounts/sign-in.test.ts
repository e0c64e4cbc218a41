import { beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { AccountRecord } from '../store/account-repository.ts';
import { hashPassword } from './passwords.ts';
import { networkOf, SignIn } from './sign-in.ts';

const password = 'correct horse battery';
let yamada: AccountRecord;
let now: number;
let signIn: SignIn;
let lookups: number;

beforeAll(async () => {
  yamada = {
    id: 'a',
    organizationId: 'o',
    login: 'Yamada',
    foldedLogin: 'yamada',
    name: '山田',
    role: 'rep',
    passwordHash: await hashPassword(password),
    mustChangePassword: false,
    createdAt: 0,
    lastSignInAt: null,
  };
});

beforeEach(() => {
  now = 1_000_000;
  lookups = 0;
  const findByLogin = (organization: string, login: string) => {
    lookups++;
    return Promise.resolve(organization === 'demo' && login === 'yamada' ? yamada : null);
  };
  signIn = new SignIn({ findByLogin }, () => now);
});

const attempt = (
  changes: { organization?: string; login?: string; password?: string } = {},
  address = '10.0.0.1',
) => signIn.authenticate({ organization: 'demo', login: 'yamada', password, ...changes }, address);
const codeOf = (promise: Promise<unknown>) =>
  promise.then(
    () => 'ok',
    (error: unknown) => (error as { code: string }).code,
  );
const failTimes = async (times: number, login: string, address?: string) => {
  for (let i = 0; i < times; i++) await codeOf(attempt({ login, password: 'wrong' }, address));
};

describe('signing in', () => {
  test('works however the IDs are typed', async () => {
    expect(await attempt({ organization: ' ＤＥＭＯ ', login: 'ＹＡＭＡＤＡ' })).toBe(yamada);
  });

  test('fails alike for a wrong password, login or organisation', async () => {
    const outcomes = await Promise.allSettled([
      attempt({ password: 'wrong' }),
      attempt({ login: 'nobody' }),
      attempt({ organization: 'nowhere' }),
    ]);
    const messages = outcomes.map((outcome) => (outcome as PromiseRejectedResult).reason as Error);
    expect(new Set(messages.map(String)).size).toBe(1);
    expect(messages[0]).toMatchObject({ code: 'sign-in-failed', details: {} });
  });

  test('takes about as long whether or not the account exists', async () => {
    await attempt();
    const timeOf = async (login: string) => {
      const times: number[] = [];
      for (let i = 0; i < 7; i++) {
        const start = performance.now();
        await codeOf(attempt({ login, password: 'wrong' }));
        times.push(performance.now() - start);
      }
      return times.sort((a, b) => a - b)[3]!;
    };
    const known = await timeOf('yamada');
    // Without the hash it would be a fraction of a millisecond.
    expect(await timeOf('nobody')).toBeGreaterThan(known / 4);
  });

  test('is blocked for an account after ten failures, with the time to wait, also for an unknown one', async () => {
    for (const login of ['yamada', 'nobody']) {
      await failTimes(10, login);
      await expect(attempt({ login })).rejects.toMatchObject({
        code: 'sign-in-blocked',
        details: { seconds: 900 },
      });
    }
    now += 15 * 60_000;
    expect(await codeOf(attempt())).toBe('ok');
  });

  test('counts from anew after a success', async () => {
    await failTimes(9, 'yamada');
    expect(await codeOf(attempt())).toBe('ok');
    await failTimes(9, 'yamada');
    expect(await codeOf(attempt())).toBe('ok');
  });

  test('is blocked for an address that tries many accounts, and for that one only', async () => {
    for (let i = 0; i < 50; i++) {
      await failTimes(1, `guess${i}`, '10.0.0.2');
      // An account of one's own is no way to go on.
      if (i === 25) expect(await codeOf(attempt({}, '10.0.0.2'))).toBe('ok');
    }
    expect(await codeOf(attempt({}, '10.0.0.2'))).toBe('sign-in-blocked');
    expect(await codeOf(attempt({}, '10.0.0.3'))).toBe('ok');
  });

  test('of others who know their password does not prolong the block of an address', async () => {
    for (let i = 0; i < 49; i++) await failTimes(1, `guess${i}`);
    now += 14 * 60_000;
    expect(await codeOf(attempt())).toBe('ok');
    now += 60_000;
    // A quarter of an hour after the last failure they are all forgotten.
    await failTimes(1, 'guess50');
    expect(await codeOf(attempt())).toBe('ok');
  });

  test('does not let many guesses at once slip through', async () => {
    const codes = await Promise.all(Array.from({ length: 30 }, () => codeOf(attempt({ password: 'wrong' }))));
    expect(codes.filter((code) => code === 'sign-in-failed')).toHaveLength(10);
    expect(lookups).toBe(10);
  });

  test('does not blame people for a database that is away', async () => {
    signIn = new SignIn({ findByLogin: () => Promise.reject(new Error('away')) }, () => now);
    for (let i = 0; i < 12; i++) await expect(attempt()).rejects.toThrow('away');
  });
});

test.each([
  ['10.0.0.1', '10.0.0.1'],
  ['::ffff:10.0.0.1', '10.0.0.1'],
  ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
  ['2001:DB8:1:2::9', '2001:db8:1:2::/64'],
  ['2001:db8::9', '2001:db8:0:0::/64'],
  ['::1', '0:0:0:0::/64'],
  ['fe80::1%eth0', 'fe80:0:0:0::/64'],
])('%s counts as %s', (address, network) => {
  expect(networkOf(address)).toBe(network);
});
