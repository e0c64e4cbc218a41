import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect } from '@playwright/test';
import type { Download, Locator } from '@playwright/test';
import type { DocumentView } from '../../../sfu/protocol/documents.ts';
import { eventually, itIs, notYet } from './eventually.ts';
import type { Participant } from './participant.ts';

/* What people do with documents in a call, and what they see of them. */

export const samples = path.resolve(import.meta.dirname, '../../../samples');

/** A file on the disk of whoever chooses it. */
export function fileNamed(name: string, content: Buffer): string {
  const file = path.join(mkdtempSync(path.join(tmpdir(), 'taimen-file-')), name);
  writeFileSync(file, content);
  return file;
}

export const region = (who: Participant): Locator =>
  who.page.getByRole('region', { name: '資料', exact: true });

/** The page that is before the eyes. */
export const canvas = (who: Participant): Locator => region(who).locator('canvas[data-painted-page]');

export async function opensPanel(who: Participant): Promise<void> {
  const button = who.button('資料共有');
  if ((await button.count()) === 0) await who.presses('その他');
  if ((await button.getAttribute('aria-expanded')) !== 'true') await button.click();
}

export async function closesPanel(who: Participant): Promise<void> {
  const close = who.button('パネルを閉じる');
  if ((await close.count()) > 0) await close.click();
}

/** A document in the panel, by its title. */
export const entry = (who: Participant, title: string): Locator =>
  who.page.getByRole('listitem', { name: title, exact: true });

/** 資料共有 → ファイルを選択, and waits until it can be shown. */
export async function brings(who: Participant, file: string, title: string): Promise<void> {
  await opensPanel(who);
  await picksFile(who, file);
  await expect(
    entry(who, title).getByRole('button', { name: '見せる', exact: true }),
    `${who.who} should be able to show 「${title}」 soon`,
  ).toBeEnabled({ timeout: 60_000 });
}

async function picksFile(who: Participant, file: string): Promise<void> {
  const choosing = who.page.waitForEvent('filechooser');
  await who.button('ファイルを選択').click();
  await (await choosing).setFiles(file);
}

export async function shows(who: Participant, title: string): Promise<void> {
  await opensPanel(who);
  await entry(who, title).getByRole('button', { name: '見せる', exact: true }).click();
}

/** The page is painted, with something on it, and its words can be selected. */
export async function seesPage(
  who: Participant,
  page: number,
  words?: string,
  timeoutMs?: number,
): Promise<void> {
  await seesPageIn(who, region(who), { page, words, timeoutMs });
}

/** Dark pixels of the shortest word that anybody would notice. */
const wordInk = 20;

async function seesPageIn(
  who: Participant,
  place: Locator,
  { page, words, timeoutMs }: { page: number; words?: string | undefined; timeoutMs?: number | undefined },
): Promise<void> {
  const painted = place.locator('canvas[data-painted-page]');
  await eventually(
    `${who.who} should see page ${page}${words === undefined ? '' : ` with 「${words}」`}`,
    async () => {
      if ((await painted.count()) !== 1) return notYet('no page is painted');
      const seen = await painted.evaluate(look, undefined, { timeout: 2_000 });
      if (seen.painted !== String(page)) return notYet(`page ${seen.painted ?? '?'} is painted`);
      if (seen.ink < wordInk) return notYet(`the page is empty (${seen.ink} dark pixels)`);
      if (words === undefined) return itIs;
      const text = (await place.locator('.text').allTextContents()).join('');
      return text.replace(/\s/g, '').includes(words.replace(/\s/g, ''))
        ? itIs
        : notYet(`its words are 「${text.slice(0, 60)}」`);
    },
    timeoutMs,
  );
}

/** Which page it is, and how many of its pixels are not light; runs in the browser. */
function look(element: Element): { painted: string | undefined; ink: number } {
  const page = element as HTMLCanvasElement;
  const copy = document.createElement('canvas');
  copy.width = page.width;
  copy.height = page.height;
  const context = copy.getContext('2d', { willReadFrequently: true })!;
  context.fillStyle = 'white';
  context.fillRect(0, 0, copy.width, copy.height);
  context.drawImage(page, 0, 0);
  const { data } = context.getImageData(0, 0, copy.width, copy.height);
  let ink = 0;
  for (let index = 0; index < data.length; index += 4) {
    if ((data[index] ?? 0) + (data[index + 1] ?? 0) + (data[index + 2] ?? 0) < 600) ink += 1;
  }
  return { painted: page.dataset['paintedPage'], ink };
}

export async function seesNoDocument(who: Participant): Promise<void> {
  await expect(region(who), `${who.who} should see no document`).toHaveCount(0);
}

/** Moves the mouse to a place on the page, given in shares of it. */
export async function pointsAt(who: Participant, x: number, y: number): Promise<void> {
  const box = await boxOfPage(who);
  await who.page.mouse.move(box.x + box.width * x, box.y + box.height * y, { steps: 4 });
}

/** The other one's palm, with the name, at that place of the page. */
export async function seesPalmOf(who: Participant, other: Participant, x: number, y: number): Promise<void> {
  await eventually(`${who.who} should see the palm of ${other.who} at ${x}, ${y} of the page`, async () => {
    const palm = palmOf(who, other);
    if ((await palm.count()) !== 1) return notYet(`there are ${await palm.count()} such palms`);
    const at = await palm.evaluate((element) => {
      const { left, top } = element.getBoundingClientRect();
      return { left, top };
    });
    const box = await boxOfPage(who);
    const place = { x: (at.left - box.x) / box.width, y: (at.top - box.y) / box.height };
    const isThere = Math.abs(place.x - x) < 0.01 && Math.abs(place.y - y) < 0.01;
    return isThere ? itIs : notYet(`it is at ${place.x.toFixed(3)}, ${place.y.toFixed(3)}`);
  });
}

export async function seesNoPalm(who: Participant): Promise<void> {
  await expect(region(who).locator('[data-palm]'), `${who.who} should see no palm`).toHaveCount(0, {
    timeout: 12_000,
  });
}

export const palmOf = (who: Participant, other: Participant): Locator =>
  region(who).locator('[data-palm]').filter({ hasText: other.name });

async function boxOfPage(who: Participant) {
  const box = await canvas(who).boundingBox();
  if (!box) throw new Error(`${who.who} has no page to point at.`);
  return box;
}

/** Accepts what is offered. @returns what the browser saves */
export async function receives(who: Participant): Promise<Download> {
  const saving = who.page.waitForEvent('download');
  await who.presses('資料を受け取る');
  return saving;
}

// 資料を設定する, the rep's own place

export async function goesToDocuments(who: Participant): Promise<void> {
  await who.goTo('/dashboard/documents');
  await expect(who.page.getByRole('heading', { level: 1 })).toBeVisible();
}

/** ファイルを選択, or another way to be asked for files. */
export async function picks(
  who: Participant,
  files: string | string[],
  press = () => who.presses('ファイルを選択'),
): Promise<void> {
  const choosing = who.page.waitForEvent('filechooser');
  await press();
  await (await choosing).setFiles(files);
}

/** Drags files from the desktop and lets them go on the page. */
export async function drops(who: Participant, files: readonly string[]): Promise<void> {
  const session = await who.context.newCDPSession(who.page);
  const hand = { x: 300, y: 200, data: { items: [], files: [...files], dragOperationsMask: 1 } };
  await session.send('Input.dispatchDragEvent', { type: 'dragEnter', ...hand });
  await session.send('Input.dispatchDragEvent', { type: 'dragOver', ...hand });
  await who.reads('ここで離すと追加されます');
  await session.send('Input.dispatchDragEvent', { type: 'dragOver', ...hand });
  await session.send('Input.dispatchDragEvent', { type: 'drop', ...hand });
  await session.detach();
}

/** A line on which sending takes its time, as on a train. @returns what ends it */
export async function sendsSlowly(who: Participant, bytesPerSecond: number): Promise<() => Promise<void>> {
  const session = await who.context.newCDPSession(who.page);
  await session.send('Network.emulateNetworkConditions', {
    offline: false,
    latency: 0,
    downloadThroughput: -1,
    uploadThroughput: bytesPerSecond,
  });
  return () => session.detach();
}

/** Where a file is on its way, as it is said on the screen. */
export const step = (who: Participant, title: string): Locator =>
  entry(who, title).getByRole('list', { name: '準備の進み具合' }).locator('[aria-current=step]');

export async function isReady(who: Participant, title: string): Promise<void> {
  await expect(
    entry(who, title).getByText('準備ができました'),
    `「${title}」 should be ready soon`,
  ).toBeVisible({ timeout: 60_000 });
}

/** その他の操作 → … */
export async function chooses(who: Participant, title: string, act: string): Promise<void> {
  await entry(who, title).getByRole('button', { name: 'その他の操作' }).click();
  await who.page.getByRole('menuitem', { name: act, exact: true }).click();
}

/** The box with the pages of a document, at its own place. */
export const preview = (who: Participant, title: string): Locator =>
  who.page.getByRole('region', { name: title, exact: true });

export async function seesPreview(
  who: Participant,
  title: string,
  page: number,
  words?: string,
  timeoutMs?: number,
): Promise<void> {
  await seesPageIn(who, preview(who, title), { page, words, timeoutMs });
}

/** Brings a file in the rep's name as a script would. @returns what became of it, ready or refused */
export async function sendsByScript(who: Participant, name: string, content: Buffer): Promise<DocumentView> {
  const { request } = who.context;
  const answer = await request.post(
    `${who.origin}/api/documents?${new URLSearchParams({ name }).toString()}`,
    {
      data: content,
      headers: { 'Content-Type': 'application/octet-stream', Origin: who.origin },
      timeout: 60_000,
    },
  );
  if (!answer.ok()) throw new Error(`${name} is not taken: ${answer.status()} ${await answer.text()}`);
  let view = (await answer.json()) as DocumentView;
  await eventually(
    `${name} should be prepared`,
    async () => {
      view = (await (await request.get(`${who.origin}/api/documents/${view.id}`)).json()) as DocumentView;
      return view.progress.state === 'converting' ? notYet('it is still being converted') : itIs;
    },
    120_000,
  );
  return view;
}
