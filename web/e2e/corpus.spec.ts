import { existsSync, readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from '@playwright/test';
import type { DocumentView } from '../../sfu/protocol/documents.ts';
import { preview, seesPreview, sendsByScript } from './kit/documents.ts';
import type { Participant } from './kit/participant.ts';
import { setTheScene } from './kit/scene.ts';

/* Real documents of all kinds, good and bad, from the file to the page before the rep's eyes. */

const corpus = path.resolve(import.meta.dirname, '../../../shared/corpus');
const isThere = existsSync(path.join(corpus, 'MANIFEST.tsv'));
const absent = `the test documents are NOT there (${corpus})`;
if (!isThere) console.warn(`\n${absent}: their tests are skipped.\n`);

const good = isThere ? readdirSync(path.join(corpus, 'good')).map((name) => path.join('good', name)) : [];
/** Hostile, and shown all the same: they do nothing. */
const harmless = ['pdf-javascript.pdf', 'pdf-launch-actions.pdf', 'pdf-jbig2-bomb.pdf'];
const bad = isThere ? harmless.map((name) => path.join('bad', name)) : [];
const all = [...good, ...bad];

/** So many are on their way at once: while one is looked at, the next are converted. */
const atOnce = 2;
const longestBreakMs = 2_500;
/** Without any fixed size: their pages depend on the fonts of the machine. */
const flowing = /\.(docx?|xlsx?)$/i;
const japanese = /[^ -~]|japanese|shift-jis|furigana|cjk/i;
/** What a reader finds on the first page. */
const words: Partial<Record<string, string>> = {
  'GIF説明資料（詳細版）.PPTX': '政府相互運用性フレームワーク',
  'doc-shift-jis.doc': 'File Agent Server Administration',
  'docx-furigana.docx': '東京',
  'docx-japanese-rfp.docx': 'リニューアルプロポーザル募集要項',
  'docx-vertical-japanese.docx': '御見積書のご説明',
  'pdf-cjk-not-embedded-identity.pdf': 'あいうえお',
  'pdf-cjk-not-embedded-jis7.pdf': 'あいうえお',
  'pdf-cjk-not-embedded-sjis.pdf': 'あいうえお',
  'pdf-vertical-japanese.pdf': 'あいうえお',
  'pptx-japanese-34-slides.pptx': 'データを扱う',
  'データモデル一覧ガイド.xlsx': 'GIFコアデータモデル',
  '調達データモデル 解説書.docx': '実装データモデル（行政）',
};
/** Pages on which there is nothing indeed. */
const empty: Partial<Record<string, number>> = { 'xlsx-many-merges.xlsx': 1, 'pdf-vertical-japanese.pdf': 2 };

const named = (file: string) => path.basename(file).normalize('NFC');

/** The manifest's pages, by the name of the file. */
function pagesInManifest(): Map<string, number> {
  const lines = isThere ? readFileSync(path.join(corpus, 'MANIFEST.tsv'), 'utf8').split('\n') : [];
  return new Map(
    lines.flatMap((line) => {
      const [file = '', , , size = ''] = line.split('\t');
      const pages = /(\d+) (?:pages?|slides?)/.exec(size)?.[1];
      return pages === undefined ? [] : [[named(file), Number(pages)] as const];
    }),
  );
}

test.describe('real documents', () => {
  test.skip(!isThere, absent);
  if (!isThere) test('are shown', () => {});

  let rep: Participant;
  const pages = pagesInManifest();
  const underWay = new Map<string, Promise<DocumentView>>();

  if (isThere) {
    setTheScene(async (scene) => {
      rep = await scene.arrives('green', {
        media: null,
        viewport: { width: 1_200, height: 900 },
        prepare: async (context) => {
          await context.addInitScript(noteBreaks);
        },
      });
      await rep.signIn();
      underWay.clear();
    });
  }

  /** Sends this file, if it has not been sent, and those that come next. */
  function brought(file: string): Promise<DocumentView> {
    const from = all.indexOf(file);
    for (const each of all.slice(from, from + atOnce)) {
      if (underWay.has(each)) continue;
      const sending = sendsByScript(rep, path.basename(each), readFileSync(path.join(corpus, each)));
      // Whoever waits for it is told.
      sending.catch(() => undefined);
      underWay.set(each, sending);
    }
    return underWay.get(file)!;
  }

  async function opened(file: string): Promise<DocumentView> {
    const view = await brought(file);
    expect(view.progress, 'it should have been prepared').toEqual({ state: 'ready' });
    rep.complaints.length = 0;
    await rep.goTo(`/dashboard/documents/${view.id}`);
    return view;
  }

  async function nothingWasWrong(): Promise<void> {
    expect(rep.complaints).toEqual([]);
    const links = await rep.page.getByRole('main').locator('a').evaluateAll(addresses);
    expect(links.filter((address) => !/^(https?|mailto):/.test(address))).toEqual([]);
  }

  const paintedPage = (view: DocumentView, page: number) =>
    preview(rep, view.title).locator(`canvas[data-painted-page="${page}"]`);

  for (const file of good) {
    const name = named(file);

    test(`${name} is shown`, async () => {
      const view = await opened(file);
      if (!flowing.test(name)) expect(view.pages, 'as many pages as in the manifest').toBe(pages.get(name));
      const sees = async (page: number) => {
        if (empty[name] === page) await expect(paintedPage(view, page)).toBeVisible();
        else await seesPreview(rep, view.title, page, page === 1 ? words[name] : undefined);
      };
      await sees(1);
      await expect(preview(rep, view.title).getByText(`/ ${view.pages}`, { exact: true })).toBeVisible();
      if (japanese.test(name) && view.pages > 1) {
        await rep.presses('次のページ');
        await sees(2);
      }
      await nothingWasWrong();
    });
  }

  for (const file of bad) {
    const name = named(file);

    test(`${name} is shown, and does nothing`, async () => {
      await brought(file);
      const page = await rep.context.newPage();
      rep.page = page;
      const done: string[] = [];
      page.on('dialog', (dialog) => {
        done.push(`dialog: ${dialog.message()}`);
        void dialog.dismiss();
      });
      page.on('popup', (popup) => done.push(`window: ${popup.url()}`));
      page.on('download', (download) => done.push(`download: ${download.url()}`));
      const view = await opened(file);
      page.on('framenavigated', (frame) => done.push(`navigation: ${frame.url()}`));

      await expect(paintedPage(view, 1)).toBeVisible({ timeout: 30_000 });
      await expect(preview(rep, view.title).locator('.text').first()).toBeAttached();
      for (const place of await paintedPage(view, 1).evaluate(placesWithoutLinks)) {
        await page.mouse.click(place.x, place.y);
      }
      await rep.presses('拡大');
      await rep.presses('全体を表示');
      await expect(paintedPage(view, 1)).toBeVisible();
      expect(done).toEqual([]);
      expect(await page.evaluate(() => window.longestBreakMs)).toBeLessThan(longestBreakMs);
      await nothingWasWrong();
      await page.close();
    });
  }
});

declare global {
  interface Window {
    longestBreakMs: number;
  }
}

/** Runs in the page, before its own scripts: how long nothing else could happen. */
function noteBreaks(): void {
  window.longestBreakMs = 0;
  let last = performance.now();
  setInterval(() => {
    const now = performance.now();
    window.longestBreakMs = Math.max(window.longestBreakMs, now - last);
    last = now;
  }, 50);
}

/** Runs in the page. */
function addresses(links: Element[]): string[] {
  return links.map((link) => (link as HTMLAnchorElement).href);
}

/** Runs in the page: all over it, wherever a document may have hidden something; but links that may be followed are. */
function placesWithoutLinks(canvas: Element): { x: number; y: number }[] {
  const { left, top, width, height } = canvas.getBoundingClientRect();
  const rows = Array.from({ length: 60 }, (_, row) => ({
    x: left + width * 0.3,
    y: top + (height * (row + 0.5)) / 60,
  }));
  return rows.filter(({ x, y }) => {
    const there = document.elementFromPoint(x, y);
    return there !== null && there.closest('a') === null;
  });
}
