import { access } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { limits } from '../protocol/limits.ts';
import { codeOf } from './kit/client.ts';
import { bring, presenting } from './kit/documents.ts';
import { pdfOf } from './kit/pdf.ts';
import {
  captureFolder,
  captureOf,
  consentsOf,
  lampsOf,
  noted,
  partsOf,
  peopleIn,
  record,
  scenesOf,
  seesRecording,
  someOf,
  takesOf,
} from './kit/recording.ts';
import { sendAll } from './kit/rtp.ts';
import { TestServer } from './kit/server.ts';
import { call, comeByLink, fourPeople, knock, room } from './kit/stories.ts';
import { until } from './kit/waiting.ts';

let server: TestServer;

beforeAll(async () => {
  server = await TestServer.start();
});
afterEach(() => server.closePages());
afterAll(() => server.stop());

describe('レコーディング機能使用確認', () => {
  test('is asked of the rep who has connected, and of nobody else', async () => {
    const { rep, customer } = await call(server);
    expect(rep.view.recording).toMatchObject({ state: 'off', consent: 'none', host: { question: true } });
    expect(rep.view.recording?.host?.storage).toMatchObject({ usedBytes: 0, limitBytes: 5_000_000_000 });
    expect(customer.view.recording).toMatchObject({ state: 'off', consent: 'none', host: null });
  });

  test('with YES tells everybody before anything is recorded', async () => {
    const { host, everybody } = await fourPeople(server);
    await host.request('recording:start', { kind: 'video' });
    const captureId = await captureOf(server, host);
    const announced = await Promise.all(
      everybody.map(async (page) => (await page.nextNotice('recording:changed')).recording),
    );
    for (const { state, startsAt, at, consent } of announced) {
      expect([state, consent]).toEqual(['announced', 'given']);
      expect(startsAt! - at).toBeGreaterThan(limits.recordingNoticeMs / 2);
    }
    expect(await takesOf(server, captureId)).toEqual([]);
    for (const page of everybody) await seesRecording(page, 'on');
    const [begin] = await noted(server, captureId, 'the beginning', (events) => events.length > 0);
    expect(begin).toMatchObject({ type: 'begin', kind: 'video' });
    expect(begin?.type === 'begin' && begin.wallAt).toBeGreaterThanOrEqual(announced[0]!.startsAt!);
    expect(await consentsOf(server, host)).toEqual([
      'started 佐藤 花子',
      'told 山田',
      'told 鈴木',
      'told 田中',
    ]);
  });

  test('with NO is over, and nothing is recorded', async () => {
    const { rep, customer } = await call(server);
    await rep.request('recording:decline', {});
    await rep.sees('no question', (view) => view.recording?.host?.question === false);
    expect(customer.view.recording?.state).toBe('off');
    expect(await consentsOf(server, rep)).toEqual(['declined 佐藤 花子']);
    expect(await partsOf(server, rep)).toEqual([]);
  });

  test('pressed in two places at once makes one recording', async () => {
    const { rep, customer } = await call(server);
    const press = () => codeOf(rep.request('recording:start', { kind: 'video' }));
    expect(await Promise.all([press(), press(), press()])).toEqual(['accepted', 'accepted', 'accepted']);
    await seesRecording(customer, 'on');
    await press();
    await until('it is on the shelf', async () => (await partsOf(server, rep)).length > 0);
    expect(await partsOf(server, rep)).toHaveLength(1);
    expect(lampsOf(customer)).toEqual(['announced', 'on']);
  });

  test('is answered by the host alone', async () => {
    const { host } = await room(server);
    const guest = await comeByLink(server, host, '山田');
    expect(await codeOf(guest.request('recording:start', { kind: 'video' }))).toBe('not-allowed');
    for (const name of ['decline', 'pause', 'resume', 'stop'] as const) {
      expect(await codeOf(guest.request(`recording:${name}`, {}))).toBe('not-allowed');
    }
    expect(host.view.recording).toMatchObject({ state: 'off', host: { question: true } });
  });
});

describe('a guest who comes while it is recorded', () => {
  test('is asked, and nothing of them is recorded before they agree', async () => {
    const { host } = await room(server);
    const early = await comeByLink(server, host, '山田');
    const captureId = await record(server, host, [host, early]);
    const late = await comeByLink(server, host, '田中');
    expect(late.view.recording).toMatchObject({ state: 'on', consent: 'asked', host: null });
    await host.sees('whom it waits for', ({ recording }) => recording?.host?.waitingFor[0] === late.self);
    await sendAll(late);
    const document = await bring(server.base, late, pdfOf(3), '当社の図面.pdf');
    await late.request('document:show', { documentId: document.id });
    await host.request('participant:update', { microphone: 'on' });
    const before = await noted(server, captureId, 'the host’s microphone', (events) =>
      scenesOf(events).some(({ people }) => people[0]?.microphone === 'on'),
    );
    expect(JSON.stringify(before)).not.toMatch(/田中|当社の図面/);
    expect(peopleIn(before)).toEqual(['佐藤 花子', '山田']);
    await late.request('recording:agree', {});
    await late.request('recording:agree', {});
    await late.sees('the own consent', ({ recording }) => recording?.consent === 'given');
    await host.sees('nobody to wait for', ({ recording }) => recording?.host?.waitingFor.length === 0);
    const after = await noted(server, captureId, 'the newcomer', (events) => peopleIn(events).length === 3);
    expect(peopleIn(after)).toEqual(['佐藤 花子', '山田', '田中']);
    await noted(server, captureId, 'their document', (events) =>
      scenesOf(events).some(({ shown }) => shown?.documentId === document.id),
    );
    expect(await consentsOf(server, host)).toContain('agreed 田中');
  });

  test('and leaves instead has refused; the host waits no more', async () => {
    const { host } = await room(server);
    const captureId = await record(server, host, [host]);
    const late = await comeByLink(server, host, '田中');
    await host.sees('whom it waits for', ({ recording }) => recording?.host?.waitingFor.length === 1);
    await late.request('meeting:leave', {});
    await host.sees('nobody to wait for', ({ recording }) => recording?.host?.waitingFor.length === 0);
    expect(await consentsOf(server, host)).toContain('refused 田中');
    expect(JSON.stringify(await takesOf(server, captureId))).not.toContain('田中');
  });

  test('by the door sees nothing of it outside, and is asked inside', async () => {
    const { host, number } = await room(server);
    await record(server, host, [host]);
    const guest = await knock(server, number, '田中');
    expect(guest.view.recording).toBeNull();
    expect(await codeOf(guest.request('recording:agree', {}))).toBe('not-allowed');
    await host.request('guest:admit', { participantId: guest.self });
    const { snapshot } = await guest.nextWhisper('seat:admitted');
    expect(snapshot.recording).toMatchObject({ state: 'on', consent: 'asked' });
  });

  test('again after it has begun, though told of it before, is asked: the line was lost in between', async () => {
    const { host } = await room(server);
    const guest = await comeByLink(server, host, '山田');
    await host.request('recording:start', { kind: 'video' });
    await seesRecording(guest, 'announced');
    guest.close();
    await host.sees('whom it waits for', ({ recording }) => recording?.host?.waitingFor[0] === guest.self);
    const again = await server.openPage();
    await again.request('seat:resume', { resumeToken: guest.resumeToken! });
    expect(again.view.recording).toMatchObject({ state: 'on', consent: 'asked' });
  });

  test('again after a reload, having been told before, need not be asked', async () => {
    const { host } = await room(server);
    const guest = await comeByLink(server, host, '山田');
    await record(server, host, [host, guest]);
    guest.close();
    const again = await server.openPage();
    await again.request('seat:resume', { resumeToken: guest.resumeToken! });
    expect(again.view.recording).toMatchObject({ state: 'on', consent: 'given' });
  });
});

describe('a recording', () => {
  test('is paused, goes on and is stopped, and everybody is told each time', async () => {
    const { host, everybody } = await fourPeople(server);
    const captureId = await record(server, host, everybody);
    await someOf(server, captureId);
    await host.request('recording:pause', {});
    for (const page of everybody) await seesRecording(page, 'paused');
    await noted(server, captureId, 'the pause', (events) => events.some(({ type }) => type === 'pause'));
    await host.request('recording:resume', {});
    for (const page of everybody) await seesRecording(page, 'on');
    await noted(server, captureId, 'the resumption', (events) =>
      events.some(({ type }) => type === 'resume'),
    );
    await host.request('recording:stop', {});
    for (const page of everybody) await seesRecording(page, 'off');
    expect(host.view.recording?.problem).toBeNull();
    await until('it is ready', async () => (await partsOf(server, host))[0]?.state === 'ready');
    await until('what it was made of is gone', () => isGone(captureFolder(server, captureId)));
    expect((await consentsOf(server, host)).slice(-3)).toEqual([
      'paused 佐藤 花子',
      'resumed 佐藤 花子',
      'stopped 佐藤 花子',
    ]);
  });

  test('that does not run is not to be paused, and stopping it is no fault', async () => {
    const { host } = await room(server);
    expect(await codeOf(host.request('recording:pause', {}))).toBe('recording-not-running');
    expect(await codeOf(host.request('recording:resume', {}))).toBe('recording-not-running');
    expect(await codeOf(host.request('recording:stop', {}))).toBe('accepted');
    expect(await codeOf(host.request('recording:agree', {}))).toBe('accepted');
  });

  test('becomes 音声議事録 in the middle, at once, and both are kept', async () => {
    const { rep, customer } = await call(server);
    const first = await record(server, rep, [rep, customer]);
    await someOf(server, first);
    await rep.request('recording:start', { kind: 'audio' });
    await customer.sees('sound only', ({ recording }) => recording?.kind === 'audio');
    expect(customer.view.recording).toMatchObject({ state: 'on', consent: 'given' });
    const second = await captureOf(server, rep);
    expect(second).not.toBe(first);
    const [begin] = await someOf(server, second);
    expect(begin).toMatchObject({ kind: 'audio' });
    await rep.request('recording:stop', {});
    await until('both are ready', async () => {
      const parts = await partsOf(server, rep);
      return parts.length === 2 && parts.every(({ state }) => state === 'ready');
    });
    expect((await partsOf(server, rep)).map(({ kind, number }) => [kind, number])).toEqual([
      ['video', 1],
      ['audio', 2],
    ]);
  });

  test('follows the page on show and the pointers on it', async () => {
    const { host, everybody, guests, document } = await presenting(server);
    const captureId = await record(server, host, everybody);
    await host.request('document:show', { documentId: document.id, page: 3 });
    const onPage = (page: number) =>
      noted(server, captureId, `page ${page}`, (events) => scenesOf(events).at(-1)?.shown?.page === page);
    expect(scenesOf(await onPage(3)).at(-1)?.shown).toEqual({
      documentId: document.id,
      version: 1,
      title: 'ご提案書',
      page: 3,
      pages: 10,
    });
    const kept = path.join(captureFolder(server, captureId), `documents/${document.id}-1.pdf`);
    await until('the document is kept', async () => !(await isGone(kept)));
    const place = { documentId: document.id, page: 3, x: 0.25, y: 0.75 };
    await guests[0].request('pointer:rest', { place });
    await guests[0].request('pointer:rest', { place: null });
    const pointers = await noted(
      server,
      captureId,
      'the pointer',
      (events) => events.filter(({ type }) => type === 'pointer').length === 2,
    );
    expect(pointers.filter(({ type }) => type === 'pointer')).toMatchObject([
      { participantId: guests[0].self, place },
      { participantId: guests[0].self, place: null },
    ]);
    await host.request('document:close', { documentId: document.id });
    await noted(server, captureId, 'no page', (events) => scenesOf(events).at(-1)?.shown === null);
  });

  test('stands still while nobody of those in it is on the line, and goes on by itself', async () => {
    const { host } = await room(server);
    const captureId = await record(server, host, [host]);
    await noted(server, captureId, 'the beginning', (events) => events.length > 0);
    host.close();
    const types = (events: readonly { type: string }[]) => events.map(({ type }) => type);
    await noted(server, captureId, 'a pause', (events) => types(events).includes('pause'));
    const again = await server.openPage();
    await again.request('seat:resume', { resumeToken: host.resumeToken! });
    expect(again.view.recording?.state).toBe('on');
    await noted(server, captureId, 'a resumption', (events) => types(events).includes('resume'));
    expect(await consentsOf(server, again)).not.toContain('paused 佐藤 花子');
  });

  test('ends with the meeting, and is ready soon after', async () => {
    const { rep, customer } = await call(server);
    const captureId = await record(server, rep, [rep, customer]);
    await someOf(server, captureId);
    await rep.request('meeting:end', {});
    await until('it is ready', async () => (await partsOf(server, rep))[0]?.state === 'ready');
  });

  test('goes on while the host is away', async () => {
    const { host } = await room(server);
    const guest = await comeByLink(server, host, '山田');
    const captureId = await record(server, host, [host, guest]);
    await host.request('meeting:leave', {});
    const events = await noted(server, captureId, 'the guest alone', (all) => peopleIn(all).length === 1);
    expect(peopleIn(events)).toEqual(['山田']);
    expect(guest.view.recording?.state).toBe('on');
    expect(events.some(({ type }) => type === 'pause')).toBe(false);
  });
});

async function isGone(file: string): Promise<boolean> {
  return access(file).then(
    () => false,
    () => true,
  );
}
