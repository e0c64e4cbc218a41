import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect } from '@playwright/test';
import type { Download, Locator } from '@playwright/test';
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
  const choosing = who.page.waitForEvent('filechooser');
  await who.button('ファイルを選択').click();
  await (await choosing).setFiles(file);
  await expect(
    entry(who, title).getByRole('button', { name: '見せる', exact: true }),
    `${who.who} should be able to show 「${title}」 soon`,
  ).toBeEnabled({ timeout: 60_000 });
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
  await eventually(
    `${who.who} should see page ${page}${words === undefined ? '' : ` with 「${words}」`}`,
    async () => {
      if ((await canvas(who).count()) !== 1) return notYet('no page is painted');
      const { painted, ink } = await canvas(who).evaluate(look, undefined, { timeout: 2_000 });
      if (painted !== String(page)) return notYet(`page ${painted ?? '?'} is painted`);
      if (ink < 0.001) return notYet(`the page is empty (${ink})`);
      if (words === undefined) return itIs;
      const text = (await region(who).locator('.text').allTextContents()).join('');
      return text.replace(/\s/g, '').includes(words.replace(/\s/g, ''))
        ? itIs
        : notYet(`its words are 「${text.slice(0, 60)}」`);
    },
    timeoutMs,
  );
}

/** How much of a page is not white; runs in the browser. */
function look(element: Element): { painted: string | undefined; ink: number } {
  const page = element as HTMLCanvasElement;
  const small = document.createElement('canvas');
  small.width = 200;
  small.height = 200;
  const context = small.getContext('2d')!;
  context.fillStyle = 'white';
  context.fillRect(0, 0, 200, 200);
  context.drawImage(page, 0, 0, 200, 200);
  const { data } = context.getImageData(0, 0, 200, 200);
  let dark = 0;
  for (let index = 0; index < data.length; index += 4) {
    if ((data[index] ?? 0) + (data[index + 1] ?? 0) + (data[index + 2] ?? 0) < 600) dark += 1;
  }
  return { painted: page.dataset['paintedPage'], ink: dark / 40_000 };
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
