import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { limits } from '../protocol/limits.ts';
import { guardLimits } from '../signaling/guard.ts';
import { codeOf, RequestRefused } from './kit/client.ts';
import { createOrganization, openDesk } from './kit/rep.ts';
import { TestServer, wideLimits } from './kit/server.ts';
import { call, customerWithNumber, room } from './kit/stories.ts';
import { until } from './kit/waiting.ts';

const graceMs = 2_000;
let server: TestServer;

beforeAll(async () => {
  server = await TestServer.start({ timings: { numberGraceMs: graceMs } });
});
afterEach(() => server.closePages());
afterAll(() => server.stop());

describe('a customer presses 商談を始める', () => {
  test('and reads five digits, valid for half an hour', async () => {
    const customer = await server.openPage();
    const before = Date.now();
    const { role, snapshot } = await customer.request('number:issue', {});
    expect(role).toBe('guest');
    expect(snapshot).toMatchObject({ state: 'waiting', organizationName: null, chat: [], startedAt: null });
    expect(snapshot.connectionNumber).toMatch(/^[0-9]{5}$/);
    expect(snapshot.numberExpiresAt! - limits.numberLifetimeMs).toBeGreaterThanOrEqual(before);
    expect(snapshot.participants).toMatchObject([{ id: snapshot.self, standing: 'waiting' }]);
  });

  test('two hundred times at once, and no number is given out twice', async () => {
    const pages = await Promise.all(Array.from({ length: 200 }, () => server.openPage()));
    const seats = await Promise.all(pages.map((page) => page.request('number:issue', {})));
    expect(new Set(seats.map(({ snapshot }) => snapshot.connectionNumber)).size).toBe(200);
  });

  test('twice by accident: one number stands, and the page is not left with two', async () => {
    const customer = await server.openPage();
    const [first, second] = await Promise.all([
      customer.raw('number:issue', {}),
      customer.raw('number:issue', {}),
    ]);
    const numberOf = (answer: unknown) =>
      (answer as { value: { snapshot: { connectionNumber: string } } }).value.snapshot.connectionNumber;
    const rep = await openDesk(server);
    expect(await codeOf(rep.request('number:connect', { number: numberOf(first) }))).toBe('number-expired');
    await rep.request('number:connect', { number: numberOf(second) });
    await customer.nextWhisper('seat:admitted');
  });

  test('on a page of an organisation that does not exist', async () => {
    const customer = await server.openPage();
    expect(await codeOf(customer.request('number:issue', { organization: 'nowhere' }))).toBe(
      'organization-unknown',
    );
  });

  test('and cancels: the rep who has the number reads that it is unknown', async () => {
    const { customer, number } = await customerWithNumber(server);
    await customer.request('meeting:leave', {});
    expect(await customer.nextWhisper('seat:closed')).toEqual({ reason: 'left', endReason: 'cancelled' });
    const rep = await openDesk(server);
    expect(await codeOf(rep.request('number:connect', { number }))).toBe('number-expired');
    expect(await codeOf(customer.request('seat:resume', { resumeToken: customer.resumeToken! }))).toBe(
      'meeting-ended',
    );
  });

  test('and closes the page: the number lives on for the grace, and not longer', async () => {
    const { customer, number } = await customerWithNumber(server);
    const rep = await openDesk(server);
    customer.close();
    await rep.request('number:prepare', { number });
    await rep.request('number:release', {});
    await until(
      'the number is gone',
      async () => (await codeOf(rep.request('number:prepare', { number }))) === 'number-expired',
    );
  });

  test('and reloads the page within the grace: the number stays', async () => {
    const { customer, number } = await customerWithNumber(server);
    customer.close();
    const reloaded = await server.openPage();
    const { snapshot } = await reloaded.request('seat:resume', { resumeToken: customer.resumeToken! });
    expect(snapshot).toMatchObject({ state: 'waiting', connectionNumber: number });
    const rep = await openDesk(server);
    await rep.request('number:connect', { number });
    expect((await reloaded.nextWhisper('seat:admitted')).snapshot.participants).toHaveLength(2);
  });

  test('and waits too long: page and rep both learn that the number has expired', async () => {
    const own = await TestServer.start();
    try {
      const { customer, number } = await customerWithNumber(own);
      const { resumeToken } = customer;
      await own.down();
      const store = await own.store();
      const [record] = await store.meetings.loadUnended('node-1');
      await store.meetings.save({ ...record!, numberExpiresAt: Date.now() + 1_500 });
      await own.up();
      const reloaded = await own.openPage();
      await reloaded.request('seat:resume', { resumeToken: resumeToken! });
      expect(await reloaded.nextWhisper('seat:closed')).toEqual({ reason: 'ended', endReason: 'expired' });
      const rep = await openDesk(own);
      expect(await codeOf(rep.request('number:connect', { number }))).toBe('number-expired');
      await own.closePages();
    } finally {
      await own.stop();
    }
  });
});

describe('a rep types the number', () => {
  test('and both are face to face, each with the other on the screen', async () => {
    const { rep, customer, number } = await call(server);
    await customer.sees('the rep', (view) => view.names.includes('佐藤 花子'));
    for (const { view } of [rep, customer]) {
      expect(view.snapshot).toMatchObject({ state: 'live', connectionNumber: number, numberExpiresAt: null });
      expect(view.present.map((each) => each.role).sort()).toEqual(['guest', 'host']);
    }
    expect(rep.view.snapshot.meetingId).toBe(customer.view.snapshot.meetingId);
    expect(customer.view.snapshot.organizationName).toBe('Demo');
  });

  test.each([
    [
      'full width',
      (digits: string) => [...digits].map((each) => '０１２３４５６７８９'[Number(each)]).join(''),
    ],
    ['kanji', (digits: string) => [...digits].map((each) => '〇一二三四五六七八九'[Number(each)]).join('')],
    ['spaces', (digits: string) => ` ${digits.slice(0, 2)}\u3000${digits.slice(2)} `],
    ['hyphens', (digits: string) => `${digits.slice(0, 3)}ー${digits.slice(3)}-`],
  ])('with %s', async (_, written) => {
    const { customer, number } = await customerWithNumber(server);
    const rep = await openDesk(server);
    await rep.request('number:connect', { number: written(number) });
    await customer.nextWhisper('seat:admitted');
  });

  test.each(['', '1234', '123456', 'abcde', '12a45', '12.3e4', '十二三四五', '１２３４', '-----'])(
    'of a form that no number has: %j',
    async (number) => {
      const rep = await openDesk(server);
      expect(await codeOf(rep.request('number:connect', { number }))).toBe('number-form');
      expect(await codeOf(rep.request('number:prepare', { number }))).toBe('number-form');
    },
  );

  test('that nobody has', async () => {
    const { number } = await customerWithNumber(server);
    // Any other number: nobody else is waiting on this server under it.
    const other = number === '00000' ? '00001' : '00000';
    const rep = await openDesk(server);
    const code = await codeOf(rep.request('number:connect', { number: other }));
    // Somebody of an earlier test may have had just this one.
    expect(['number-unknown', 'number-expired']).toContain(code);
  });

  test('of somebody who has given up: the rep reads that it is no longer valid', async () => {
    const { customer, number } = await customerWithNumber(server);
    await customer.request('meeting:leave', {});
    const rep = await openDesk(server);
    expect(await codeOf(rep.request('number:connect', { number }))).toBe('number-expired');
  });

  test('that is somebody else’s already', async () => {
    const { number } = await call(server);
    const other = await openDesk(server);
    expect(await codeOf(other.request('number:connect', { number }))).toBe('number-taken');
    expect(await codeOf(other.request('number:prepare', { number }))).toBe('number-taken');
  });

  test('without being signed in', async () => {
    const { number } = await customerWithNumber(server);
    const stranger = await server.openPage();
    expect(await codeOf(stranger.request('number:connect', { number }))).toBe('sign-in-required');
    expect(await codeOf(stranger.request('room:open', {}))).toBe('sign-in-required');
  });

  test('in the same moment as another rep: exactly one is in, and the customer sees only that one', async () => {
    const { customer, number } = await customerWithNumber(server);
    const reps = await Promise.all(['一郎', '二郎'].map((name) => openDesk(server, { name })));
    const codes = await Promise.all(reps.map((rep) => codeOf(rep.request('number:connect', { number }))));
    expect(codes.toSorted()).toEqual(['accepted', 'number-taken']);
    await customer.sees('one rep', (view) => view.present.some((each) => each.role === 'host'));
    const { participants } = await customer.request('meeting:snapshot', {});
    expect(participants).toHaveLength(2);
    // Who came too late can go on with another customer at once.
    const next = await customerWithNumber(server);
    await reps[codes.indexOf('number-taken')]!.request('number:connect', { number: next.number });
    await next.customer.nextWhisper('seat:admitted');
    expect((await customer.request('meeting:snapshot', {})).participants).toHaveLength(2);
  });

  test('and presses 接続する twice: the meeting is whole', async () => {
    const { customer, number } = await customerWithNumber(server);
    const rep = await openDesk(server);
    await rep.request('number:prepare', { number });
    const answers = (await Promise.all([
      rep.raw('number:connect', { number }),
      rep.raw('number:connect', { number }),
    ])) as { ok: boolean; code?: string }[];
    expect(answers.map(({ ok, code }) => (ok ? 'accepted' : code))).toEqual(['accepted', 'accepted']);
    const { participants } = await rep.request('meeting:snapshot', {});
    expect(participants.map((each) => each.standing)).toEqual(['present', 'present']);
    await customer.sees('the rep once', (view) => view.present.length === 2);
  });

  test('before pressing 接続する nobody sees them; letting go and typing it again is fine', async () => {
    const { customer, number } = await customerWithNumber(server);
    const rep = await openDesk(server);
    const prepared = await rep.request('number:prepare', { number });
    expect(prepared).toEqual({ meetingId: customer.view.snapshot.meetingId, guestName: '' });
    await rep.request('number:prepare', { number });
    await rep.request('media:open', {});
    expect(await codeOf(rep.request('meeting:end', {}))).toBe('not-allowed');
    expect(await codeOf(rep.request('meeting:snapshot', {}))).toBe('participant-unknown');
    await rep.request('number:release', {});
    expect(await codeOf(rep.request('media:open', {}))).toBe('not-allowed');
    expect((await customer.request('meeting:snapshot', {})).participants).toHaveLength(1);
    const { snapshot } = await rep.request('number:connect', { number });
    expect(snapshot.state).toBe('live');
  });

  test('which two reps have typed: who presses first gets it, the other can go on', async () => {
    const { customer, number } = await customerWithNumber(server);
    const [first, second] = [await openDesk(server), await openDesk(server)];
    for (const rep of [first, second]) {
      await rep.request('number:prepare', { number });
      await rep.request('media:open', {});
    }
    await second.request('number:connect', { number });
    expect(await first.nextWhisper('number:gone')).toEqual({ code: 'number-taken' });
    expect(second.countOf('number:gone')).toBe(0);
    expect(await codeOf(first.request('number:connect', { number }))).toBe('number-taken');
    expect(await codeOf(first.request('media:open', {}))).toBe('not-allowed');
    await first.request('number:release', {});
    expect(second.view.present).toHaveLength(2);
    await customer.sees('one rep', (view) => view.present.length === 2);
  });

  test('and the customer gives up meanwhile: what was made ready is refused in plain words', async () => {
    const { customer, number } = await customerWithNumber(server);
    const rep = await openDesk(server);
    await rep.request('number:prepare', { number });
    await rep.request('media:open', {});
    await customer.request('meeting:leave', {});
    expect(await rep.nextWhisper('number:gone')).toEqual({ code: 'number-expired' });
    expect(await codeOf(rep.request('number:connect', { number }))).toBe('number-expired');
    expect(await codeOf(rep.request('media:open', {}))).toBe('not-allowed');
    await rep.request('number:release', {});
  });

  test('and never hears that it was right: typed again, it is their own call and nobody else’s', async () => {
    const { customer, number } = await customerWithNumber(server);
    const rep = await openDesk(server);
    rep.tell('number:connect', { number }, () => undefined);
    await customer.nextWhisper('seat:admitted');
    rep.close();
    const again = await server.openPage({ cookie: rep.cookie });
    expect(await again.request('number:prepare', { number })).toEqual({
      meetingId: customer.view.snapshot.meetingId,
      guestName: '',
    });
    const { role, snapshot } = await again.request('number:connect', { number });
    expect(role).toBe('host');
    expect(snapshot.participants).toHaveLength(2);
    await customer.sees('the rep on the line, once', ({ present }) => {
      return present.length === 2 && present.every(({ line }) => line === 'connected');
    });
    const other = await openDesk(server);
    expect(await codeOf(other.request('number:connect', { number }))).toBe('number-taken');
  });

  test('and is gone before being seated: no ghost stays, and the call is still theirs', async () => {
    const { customer, number } = await customerWithNumber(server);
    const rep = await openDesk(server);
    rep.tell('number:connect', { number }, () => undefined);
    rep.close();
    expect(await customer.nextNotice('participant:left')).toMatchObject({ reason: 'lost' });
    const again = await server.openPage({ cookie: rep.cookie });
    await again.request('number:connect', { number });
    await customer.sees('the rep', ({ present }) => present.length === 2);
  });

  test('of another organisation’s start page: to this rep there is no such number', async () => {
    await createOrganization(await server.store(), 'acme');
    const { customer, number } = await customerWithNumber(server, { organization: 'ＡＣＭＥ' });
    expect(customer.view.snapshot.organizationName).toBe('会社 acme');
    const stranger = await openDesk(server);
    expect(await codeOf(stranger.request('number:connect', { number }))).toBe('number-unknown');
    expect(await codeOf(stranger.request('number:prepare', { number }))).toBe('number-unknown');
    const own = await openDesk(server, { organization: 'acme' });
    await own.request('number:connect', { number });
    await customer.nextWhisper('seat:admitted');
  });
});

test('after the end a number rests for ten minutes before it is handed out again', async () => {
  const { host, number } = await room(server);
  await host.request('meeting:end', {});
  const { connectionNumbers } = await server.store();
  const claimAt = (atMs: number) => {
    let tries = 0;
    // Where the wished number is not free, another one is given.
    return connectionNumbers.claim('somebody', atMs, () => (tries++ < 50 ? number : '00000'));
  };
  const rested = Date.now() + limits.numberRestMs;
  expect(await claimAt(rested - 5_000)).not.toBe(number);
  expect(await claimAt(rested + 1_000)).toBe(number);
});

test('a number that a server left behind is found while another one runs', async () => {
  const own = await TestServer.start({ timings: { releaseNumbersMs: 50 } });
  try {
    const { connectionNumbers } = await own.store();
    const long = Date.now() - 2 * limits.numberGraceMs;
    expect(await connectionNumbers.claim('never stored', long, () => '12345')).toBe('12345');
    const rested = () => Date.now() + limits.numberRestMs + 1_000;
    await until(
      'it is free again',
      async () => (await connectionNumbers.claim('another', rested(), () => '12345')) === '12345',
    );
  } finally {
    await own.stop();
  }
});

describe('guessing', () => {
  const small = { ...wideLimits, wrongNumbers: { ...guardLimits.wrongNumbers, points: 5 } };
  const from = (address: string) => ({ headers: { 'X-Forwarded-For': address } });

  test('is stopped per address, with the seconds to wait; others and right numbers go on', async () => {
    const own = await TestServer.start({
      guardLimits: { ...small, wrongNumbersInAll: { points: 40, duration: 60 } },
      env: { TRUST_PROXY: '1' },
    });
    try {
      const { host, number } = await room(own);
      const wrong = number === '00000' ? '00001' : '00000';
      const guesser = await own.openPage(from('203.0.113.7'));
      const guess = (typed: string) => guesser.request('room:ask', { number: typed, name: '誰か' });
      // Right ones and slips of the keyboard are no guesses.
      for (let times = 0; times < 10; times++) {
        expect(await codeOf(guess(number))).toBe('accepted');
        expect(await codeOf(guess('12'))).toBe('number-form');
      }
      for (let times = 0; times < 5; times++) expect(await codeOf(guess(wrong))).toBe('number-unknown');
      const refused: unknown = await guess(number).catch((error: unknown) => error);
      expect(refused).toBeInstanceOf(RequestRefused);
      expect(refused).toMatchObject({ code: 'too-many', details: { seconds: expect.any(Number) as number } });
      // Going on in vain, also from a new page and with links, uses nothing up that is everybody's.
      const again = await own.openPage(from('203.0.113.7'));
      for (let times = 0; times < 50; times++) {
        expect(await codeOf(again.request('invitation:look', { token: 'x'.repeat(43) }))).toBe('too-many');
      }
      const honest = await own.openPage(from('198.51.100.1'));
      expect(await codeOf(honest.request('room:ask', { number, name: '山田' }))).toBe('accepted');
      expect(host.isOpen).toBe(true);
      await own.closePages();
    } finally {
      await own.stop();
    }
  });

  test('by many at once is no way around it', async () => {
    const own = await TestServer.start({ guardLimits: { ...small, faults: guardLimits.faults } });
    try {
      const page = await own.openPage();
      const codes = await Promise.all(
        Array.from({ length: 30 }, (_, index) =>
          codeOf(page.request('room:ask', { number: String(10_000 + index), name: '誰か' })),
        ),
      );
      expect(codes.filter((code) => code === 'number-unknown')).toHaveLength(5);
      expect(codes.filter((code) => code === 'too-many')).toHaveLength(25);
      await own.closePages();
    } finally {
      await own.stop();
    }
  });

  test('and so is knocking more often than anybody does', async () => {
    const own = await TestServer.start({
      guardLimits: { ...wideLimits, knocks: { points: 3, duration: 60 } },
    });
    try {
      const { number } = await room(own);
      const page = await own.openPage();
      const knocking = () => codeOf(page.request('room:ask', { number, name: '誰か' }));
      for (let times = 0; times < 3; times++) expect(await knocking()).toBe('accepted');
      expect(await knocking()).toBe('too-many');
      await own.closePages();
    } finally {
      await own.stop();
    }
  });

  test('and asking for more numbers than anybody needs is stopped as well', async () => {
    const own = await TestServer.start({
      guardLimits: { ...wideLimits, issuedNumbers: { points: 3, duration: 60 } },
    });
    try {
      const page = await own.openPage();
      for (let times = 0; times < 3; times++) await page.request('number:issue', {});
      expect(await codeOf(page.request('number:issue', {}))).toBe('too-many');
      await own.closePages();
    } finally {
      await own.stop();
    }
  });
});
