import { describe, expect, test } from 'vitest';
import { usualSettings } from '../accounts/organization.ts';
import { newId } from '../meeting/identity.ts';
import { limits } from '../protocol/limits.ts';
import { readSubject } from '../protocol/log-subject.ts';
import type { LogEntry } from '../protocol/log.ts';
import type { OrganizationSettings, OrganizationView } from '../protocol/organization.ts';
import { codeOf, useStaff } from './http-staff.ts';

const here = useStaff();
const { person, stranger } = here;

const view = async (who = here.admin) =>
  (await who.ask('GET', '/api/organization')).json as unknown as OrganizationView;
const change = (body: unknown, who = here.admin) => who.ask('PATCH', '/api/organization', body);
const changed = async (settings: Partial<OrganizationSettings>) => {
  const answer = await change({ settings });
  expect(answer.status).toBe(200);
  return (answer.json as unknown as OrganizationView).settings;
};

/** A recording of theirs; with `bytes` it is ready, without it still runs. */
async function recording(accountId: string, bytes: number | null): Promise<void> {
  const { recordings } = here.server.store;
  const id = newId();
  const of = { id, accountId, meetingId: newId(), captureId: newId(), part: 1, kind: 'video' } as const;
  await recordings.insert({ ...of, beganAt: here.server.clockMs, reservedBytes: 7_000 });
  if (bytes !== null) await recordings.change(id, { state: 'ready', bytes, reservedBytes: 0 });
}

describe('an organisation’s rules', () => {
  test('are the usual ones at first; with them comes what the operator has set, and how much there is', async () => {
    const rep = await person();
    const removed = await person();
    for (const [id, bytes] of [
      [rep.id, 1_000],
      [here.admin.id, 2_000_000_000],
      [removed.id, 4_000_000_000],
      [rep.id, null],
    ] as const)
      await recording(id, bytes);
    await here.admin.ask('POST', '/api/users/remove', { ids: [removed.id] });
    await recording((await stranger()).id, 9_000);
    expect(await view()).toEqual({
      id: 'demo',
      name: 'Demo',
      settings: usualSettings,
      server: {
        quotaBytes: 5_000_000_000,
        documentBytesMax: limits.documentBytesMax,
        documentPagesMax: limits.documentPagesMax,
        canMail: false,
      },
      accounts: 2,
      usedBytes: 6_000_001_000,
    });
  });

  test('are changed one by one, and stay', async () => {
    const everything: OrganizationSettings = {
      sharedLogin: true,
      quotaBytes: 10_000_000_000,
      thresholds: [
        { unit: 'bytes', value: 9_000_000_000 },
        { unit: 'percent', value: 50 },
      ],
      warnOwner: false,
      warnAdmins: true,
      documentBytesMax: 5_000_000,
      documentPagesMax: 20,
      retentionMonths: { signIns: 120, meetings: 1, files: null, chat: 12, admin: null },
    };
    for (const key of Object.keys(everything) as (keyof OrganizationSettings)[])
      expect(await changed({ [key]: everything[key] })).toMatchObject({ [key]: everything[key] });
    await here.server.listen({});
    expect((await view()).settings).toEqual(everything);
    expect(await changed({ quotaBytes: null })).toEqual({ ...everything, quotaBytes: null });
    expect(await changed({})).toEqual({ ...everything, quotaBytes: null });
  });

  test('that two admins change at the same moment are both changed', async () => {
    await Promise.all([
      changed({ sharedLogin: true }),
      changed({ warnAdmins: true }),
      changed({ quotaBytes: 1 }),
      change({ name: '株式会社 対面' }),
    ]);
    expect(await view()).toMatchObject({
      name: '株式会社 対面',
      settings: { ...usualSettings, sharedLogin: true, warnAdmins: true, quotaBytes: 1 },
    });
  });

  test('with a name that people read where it is shown', async () => {
    const answer = await change({ name: '  株式会社\u202e 対面\n(東京) ' });
    expect(answer.json).toMatchObject({ id: 'demo', name: '株式会社 対面 (東京)', settings: usualSettings });
    expect((await here.server.ask('GET', '/api/start?organization=demo')).json).toMatchObject({
      organizationName: '株式会社 対面 (東京)',
    });
  });

  test.each([
    ['no object', '[]'],
    ['a name of nothing', { name: ' \u3164 ' }],
    ['less than nothing', { settings: { quotaBytes: -1 } }],
    ['more than a petabyte', { settings: { quotaBytes: 2e15 } }],
    ['a half byte', { settings: { quotaBytes: 0.5 } }],
    ['a threshold above all', { settings: { thresholds: [{ unit: 'percent', value: 101 }] } }],
    ['a threshold of what is not known', { settings: { thresholds: [{ unit: 'hours', value: 1 }] } }],
    [
      'too many thresholds',
      { settings: { thresholds: Array.from({ length: 7 }, () => ({ unit: 'percent', value: 1 })) } },
    ],
    [
      'a retention of no time',
      { settings: { retentionMonths: { ...usualSettings.retentionMonths, chat: 0 } } },
    ],
    ['half a retention', { settings: { retentionMonths: { chat: 3 } } }],
    ['one good and one bad', { settings: { sharedLogin: true, warnOwner: 'no' } }],
  ])('are not changed to %s', async (_, body) => {
    const answer = await change(body);
    expect([answer.status, codeOf(answer)]).toEqual([400, 'bad-request']);
    expect(await view()).toMatchObject({ name: 'Demo', settings: usualSettings });
  });

  test('that are damaged in the store are as usual, and can be set again', async () => {
    const damage = (settings: string) =>
      here.server.db
        .updateTable('organizations')
        .set({ settings })
        .where('id', '=', here.organizationId)
        .execute();
    await damage('{"sharedLogin":true,"thresholds":"many"');
    expect((await view()).settings).toEqual(usualSettings);
    expect(await changed({ warnAdmins: true })).toEqual({ ...usualSettings, warnAdmins: true });
    await damage('{"sharedLogin":true,"thresholds":"many","ofANewerServer":[1]}');
    expect(await changed({ warnOwner: false })).toEqual({
      ...usualSettings,
      sharedLogin: true,
      warnOwner: false,
    });
    const { settings } = await here.server.db
      .selectFrom('organizations')
      .select('settings')
      .where('id', '=', here.organizationId)
      .executeTakeFirstOrThrow();
    expect(JSON.parse(settings!)).toMatchObject({ ofANewerServer: [1] });
  });

  test('are for its own admins, who have chosen a password of their own', async () => {
    const theirs = await stranger();
    expect((await change({ settings: { sharedLogin: true } }, theirs)).json).toMatchObject({ id: 'other' });
    for (const role of ['rep', 'manager'] as const) {
      const who = await person({ role });
      for (const answer of [await who.ask('GET', '/api/organization'), await change({ name: 'x' }, who)])
        expect([answer.status, codeOf(answer)]).toEqual([403, 'not-allowed']);
    }
    for (const method of ['GET', 'PATCH'])
      expect(
        (await here.server.ask(method, '/api/organization', method === 'GET' ? undefined : {})).status,
      ).toBe(401);
    const fresh = await person({ role: 'admin', mustChangePassword: true });
    expect(codeOf(await fresh.ask('GET', '/api/organization'))).toBe('password-change-required');
    const elsewhere = { origin: 'https://elsewhere.example' };
    const foreign = await here.admin.ask('PATCH', '/api/organization', { name: 'x' }, elsewhere);
    expect(codeOf(foreign)).toBe('origin');
    expect(await view()).toMatchObject({ name: 'Demo', settings: usualSettings });
  });
});

test('who has changed which of them is written down', async () => {
  await change({ name: '新しい会社', settings: { warnAdmins: true, quotaBytes: null } });
  await change({ settings: { quotaBytes: -1 } });
  await here.server.organizationLog.flush();
  const { json } = await here.admin.ask('GET', '/api/logs?kind=admin');
  const entries = (json as { entries: LogEntry[] }).entries.filter(({ act }) => act === 'settings-changed');
  expect(entries.map(({ accountId }) => accountId)).toEqual([here.admin.id]);
  // What was said again as it was is no change.
  expect(readSubject(entries[0]!.subject).changes).toEqual([
    { field: 'name', from: 'Demo', to: '新しい会社' },
    { field: 'warnAdmins', from: 'off', to: 'on' },
  ]);
});

describe('the space for recordings', () => {
  const limitOf = async (who: { ask: typeof here.admin.ask }) =>
    ((await who.ask('GET', '/api/recordings')).json as { storage: { limitBytes: number } }).storage
      .limitBytes;

  test('is the account’s own, else the organisation’s, else the server’s; each counts at once', async () => {
    const [rep, other] = [await person(), await person()];
    expect(await limitOf(rep)).toBe(5_000_000_000);
    await changed({ quotaBytes: 8_000_000_000 });
    expect([await limitOf(rep), await limitOf(other)]).toEqual([8_000_000_000, 8_000_000_000]);
    await here.admin.ask('PATCH', `/api/users/${rep.id}`, { quotaBytes: 1_000_000 });
    expect([await limitOf(rep), await limitOf(other)]).toEqual([1_000_000, 8_000_000_000]);
    await changed({ quotaBytes: null });
    expect([await limitOf(rep), await limitOf(other)]).toEqual([1_000_000, 5_000_000_000]);
    await here.admin.ask('PATCH', `/api/users/${rep.id}`, { quotaBytes: null });
    expect(await limitOf(rep)).toBe(5_000_000_000);
    expect(await limitOf(await stranger())).toBe(5_000_000_000);
  });

  test('of none lets nothing begin; a recording that runs stops soon after the space is taken away', async () => {
    const rep = await person();
    const captureId = newId();
    const of = { part: 1, kind: 'video', accountId: rep.id, beganAt: here.server.clockMs } as const;
    await here.server.shelf.begin({ ...of, captureId, meetingId: newId() });
    const second = (recordedMs: number) => {
      here.server.clockMs += 1_000;
      const progress = { part: 1, recordedMs, composedMs: recordedMs, composedBytes: recordedMs * 50 };
      return here.server.shelf.progress(captureId, [progress]);
    };
    expect(await second(1_000)).toBe('ok');
    await changed({ quotaBytes: 0 });
    const refused = here.server.shelf.begin({ ...of, captureId: newId(), meetingId: newId() });
    await expect(refused).rejects.toMatchObject({ code: 'recording-quota' });
    const answers: string[] = [];
    for (let at = 2; at <= 7; at++) answers.push(await second(at * 1_000));
    expect(answers).toContain('full');
  });
});
