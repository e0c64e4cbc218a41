import { readdirSync, readFileSync, rmSync, mkdtempSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import type { CDPSession, Page } from '@playwright/test';
import { build } from 'vite';
import { launchChromium } from '../../../web/e2e/kit/chromium.ts';
import { canvas, closesPanel, region, seesPalmOf, shows } from '../../../web/e2e/kit/documents.ts';
import type { Participant } from '../../../web/e2e/kit/participant.ts';
import type { Server } from '../../../web/e2e/kit/server.ts';
import { pdfOf } from '../../test/kit/pdf.ts';
import { lastPress } from '../kit/frames.ts';
import { memoryMb } from '../kit/processes.ts';
import { photosOf } from './photos.ts';
import { arriveMeasured } from '../kit/taimen.ts';

const title = '百ページ';
const pages = 100;
const viewport = { width: 1_000, height: 700 };
/** What somebody needs who leafs fast; the next page has been made ready by then. */
const turnEveryMs = 400;

/** A rep in a room with a document of 100 pages and 20 MB. */
export class Presentation {
  readonly #server: Server;
  readonly rep: Participant;
  #link = '';

  private constructor(server: Server, rep: Participant) {
    this.#server = server;
    this.rep = rep;
  }

  static async begin(server: Server): Promise<Presentation> {
    const rep = await arriveMeasured({ server, colour: 'green', viewport: { width: 1_440, height: 900 } });
    const presentation = new Presentation(server, rep);
    await rep.signIn();
    const answer = await rep.context.request.post(
      `${rep.origin}/api/documents?name=${encodeURIComponent(title)}.pdf`,
      {
        data: pdfOf(pages, { photos: photosOf(pages) }),
        headers: { 'Content-Type': 'application/octet-stream', Origin: rep.origin },
        timeout: 120_000,
      },
    );
    if (!answer.ok()) throw new Error(`The document is not taken: ${answer.status()} ${await answer.text()}`);
    await rep.openRoom();
    presentation.#link = await rep.invites();
    return presentation;
  }

  /** A guest with a browser of their own, in which nothing is cached. */
  async guestComes(): Promise<Participant> {
    const guest = await arriveMeasured({ server: this.#server, colour: 'red', viewport });
    await guest.acceptInvitation(this.#link, '山田');
    await guest.isInCall();
    await guest.sees(this.rep);
    return guest;
  }

  /** From the rep's press on 見せる to the first page before the guest's eyes, in milliseconds. */
  async show(guest: Participant): Promise<number> {
    await shows(this.rep, title);
    const painted = await paintedAt(guest.page, 1);
    const since = await lastPress(this.rep.page);
    await canvas(this.rep).waitFor();
    await closesPanel(this.rep);
    return painted - since;
  }

  async close(guest: Participant): Promise<void> {
    await this.rep.presses('閉じる');
    await region(guest).waitFor({ state: 'detached' });
  }

  /** From the press on 次のページ to the page on the guest's screen, for each turn, in milliseconds. */
  async turn(guest: Participant, turns: number, from = 1): Promise<number[]> {
    const times: number[] = [];
    for (let page = from + 1; page <= from + turns; page += 1) {
      await this.rep.page.waitForTimeout(turnEveryMs);
      await this.rep.presses('次のページ');
      const painted = await paintedAt(guest.page, page);
      times.push(painted - (await lastPress(this.rep.page)));
    }
    return times;
  }

  async end(): Promise<void> {
    await this.rep.goHome();
  }
}

/** When this page of the document was painted last. */
async function paintedAt(page: Page, number: number): Promise<number> {
  const handle = await page.waitForFunction(
    (number) => {
      const painted = document.querySelector<HTMLElement>(`canvas[data-painted-page="${number}"]`);
      return painted?.dataset['paintedAt'];
    },
    number,
    { polling: 10, timeout: 30_000 },
  );
  return Number(await handle.jsonValue());
}

/** From the mouse event on one side to the palm's first frame on the way there on the other, in milliseconds. */
export async function measurePointer(from: Participant, to: Participant, moves: number): Promise<number[]> {
  const box = await canvas(from).boundingBox();
  if (!box) throw new Error('There is no page to point at.');
  await from.page.evaluate(() => {
    addEventListener('pointermove', (event) => {
      Object.assign(window, { movedAt: performance.timeOrigin + event.timeStamp });
    });
  });
  await from.page.mouse.move(box.x + box.width * 0.5, box.y + box.height * 0.5);
  await seesPalmOf(to, from, 0.5, 0.5);
  const times: number[] = [];
  for (let move = 0; move < moves; move += 1) {
    const share = move % 2 === 0 ? 0.3 + (move % 20) / 100 : 0.5;
    const drawn = to.page.evaluate(watchPalm);
    await from.page.mouse.move(box.x + box.width * share, box.y + box.height * 0.5);
    const at = await drawn;
    const movedAt = await from.page.evaluate(() => (window as unknown as { movedAt: number }).movedAt);
    times.push(at - movedAt);
  }
  return times;
}

/** Runs in the page: resolves with the time of the first frame in which the palm is somewhere else. */
function watchPalm(): Promise<number> {
  const palm = document.querySelector('[data-palm]');
  const where = () => palm?.getBoundingClientRect().left ?? 0;
  const before = where();
  return new Promise((resolve, reject) => {
    const deadline = performance.now() + 5_000;
    const look = () => {
      if (Math.abs(where() - before) > 0.5) resolve(Date.now());
      else if (performance.now() > deadline) reject(new Error('The palm has not moved.'));
      else requestAnimationFrame(look);
    };
    requestAnimationFrame(look);
  });
}

/** Memory of all processes of somebody's browser, shared pages divided, after tidying up; in MB. */
export async function browserMemory(who: Participant): Promise<number> {
  const browser = who.context.browser();
  if (!browser) throw new Error('There is no browser.');
  const inPage: CDPSession = await who.context.newCDPSession(who.page);
  await inPage.send('HeapProfiler.collectGarbage');
  await inPage.detach();
  const session = await browser.newBrowserCDPSession();
  const { processInfo } = await session.send('SystemInfo.getProcessInfo');
  await session.detach();
  return memoryMb(processInfo.map(({ id }) => id)).proportional;
}

/** The same PDF, fetched from the same address by the least of pages, in a fresh browser each time. */
export async function measurePlain(guest: Participant, runs: number): Promise<number[]> {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'taimen-plain-'));
  try {
    const root = path.resolve(import.meta.dirname, '../plain-pdf');
    await build({
      root,
      base: './',
      logLevel: 'warn',
      build: { outDir: folder, assetsDir: '', target: 'es2022' },
    });
    const asked = await requestOfPages(guest);
    const times: number[] = [];
    for (let run = 0; run < runs; run += 1) times.push(await openPlain(guest.origin, folder, asked));
    return times;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Where the guest's page gets the document from, and with which headers. */
async function requestOfPages(guest: Participant): Promise<{ url: string; headers: Record<string, string> }> {
  const asking = guest.page.waitForRequest((request) => request.url().includes('/pdf?'));
  await guest.page.reload();
  const request = await asking;
  const { authorization } = await request.allHeaders();
  return { url: request.url(), headers: authorization ? { Authorization: authorization } : {} };
}

async function openPlain(origin: string, folder: string, asked: object): Promise<number> {
  const browser = await launchChromium({ media: null, allows: true });
  try {
    const page = await (await browser.newContext({ viewport })).newPage();
    const types: Record<string, string> = {
      '.html': 'text/html',
      '.js': 'text/javascript',
      '.mjs': 'text/javascript',
    };
    const names = new Set(readdirSync(folder));
    await page.route(`${origin}/plain/**`, (route) => {
      const name = new URL(route.request().url()).pathname.split('/').at(-1) ?? '';
      if (!names.has(name)) return route.fulfill({ status: 404 });
      return route.fulfill({
        body: readFileSync(path.join(folder, name)),
        contentType: types[path.extname(name)] ?? 'application/octet-stream',
      });
    });
    const since = Date.now();
    await page.goto(`${origin}/plain/index.html#${encodeURIComponent(JSON.stringify(asked))}`);
    const handle = await page.waitForFunction(
      () => document.querySelector<HTMLElement>('canvas[data-painted-at]')?.dataset['paintedAt'],
      undefined,
      { polling: 10, timeout: 60_000 },
    );
    return Number(await handle.jsonValue()) - since;
  } finally {
    await browser.close();
  }
}
