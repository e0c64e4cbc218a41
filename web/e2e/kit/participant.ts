import { expect } from '@playwright/test';
import type { Browser, BrowserContext, Locator, Page } from '@playwright/test';
import { launchChromium } from './chromium.ts';
import { colourOf, colours } from './colours.ts';
import type { Colour, Rgb } from './colours.ts';
import { eventually, itIs, notYet } from './eventually.ts';
import { Line } from './line.ts';
import { mediaFiles } from './media-files.ts';
import type { MediaFiles } from './media-files.ts';
import { installSenses } from './senses.ts';
import { adminPassword } from './server.ts';
import type { Server } from './server.ts';

export type Arrival = {
  server: Server;
  colour: Colour;
  /** A line to the web port that can be cut. */
  cuttable?: boolean;
  /** The server is far away: everything takes this long, in each direction. */
  farMs?: number;
  /** Null: no camera and no microphone in this machine. */
  media?: MediaFiles | null;
  /** False: the browser says no to every question for a device. */
  allows?: boolean;
  viewport?: { width: number; height: number };
  locale?: string;
  colorScheme?: 'light' | 'dark';
  deviceScaleFactor?: number;
  switches?: readonly string[];
  /** Runs in every page before its own scripts. */
  prepare?: (context: BrowserContext) => Promise<void>;
  /** The address as typed, where it is not the server's own. */
  origin?: string;
};

/** Louder than this is heard; what distortion makes of it lies 40 dB lower. */
const audibleDb = -45;
const listenMs = 1_300;
/** Frames in the last second that make a moving picture. */
const framesOfMotion = 4;

export const customersName = 'お客様';
export const repsName = 'admin';

/** Somebody with a browser of their own, known by a colour and a tone. */
export class Participant {
  readonly colour: Colour;
  readonly context: BrowserContext;
  readonly origin: string;
  readonly line: Line | null;
  /** The tab that is in front. */
  page: Page;
  /** What the others read on this person's tile. */
  name = '';
  /** What no page should do: errors in the console, breaches of the security policy, requests to elsewhere. */
  readonly complaints: string[] = [];
  readonly #browser: Browser;

  private constructor(
    arrival: Arrival,
    browser: Browser,
    context: BrowserContext,
    page: Page,
    line: Line | null,
  ) {
    this.colour = arrival.colour;
    this.origin = line?.origin ?? arrival.origin ?? arrival.server.origin;
    this.line = line;
    this.context = context;
    this.page = page;
    this.#browser = browser;
    this.#complainOf(page);
    context.on('page', (opened) => {
      this.#complainOf(opened);
    });
  }

  static async arrive(arrival: Arrival): Promise<Participant> {
    const { server, colour, viewport, allows = true } = arrival;
    const line = arrival.cuttable || arrival.farMs ? await Line.to(server.port, arrival.farMs) : null;
    const browser = await launchChromium({
      media: arrival.media === undefined ? mediaFiles(colour) : arrival.media,
      allows,
      ...(arrival.switches ? { switches: arrival.switches } : {}),
    });
    try {
      const context = await browser.newContext({
        locale: arrival.locale ?? 'ja-JP',
        timezoneId: 'Asia/Tokyo',
        viewport: viewport ?? { width: 1_000, height: 700 },
        colorScheme: arrival.colorScheme ?? 'light',
        reducedMotion: 'reduce',
        ...(arrival.deviceScaleFactor ? { deviceScaleFactor: arrival.deviceScaleFactor } : {}),
      });
      await context.addInitScript(installSenses);
      await arrival.prepare?.(context);
      return new Participant(arrival, browser, context, await context.newPage(), line);
    } catch (error) {
      await browser.close();
      throw error;
    }
  }

  async goHome(): Promise<void> {
    await this.#browser.close();
    await this.line?.close();
  }

  async goTo(path: string): Promise<void> {
    await this.page.goto(this.origin + path);
  }

  /** In a second tab of the same browser, which comes to the front. The first stays in `earlier`. */
  async openTab(path: string): Promise<{ earlier: Page }> {
    const earlier = this.page;
    this.page = await this.context.newPage();
    await this.goTo(path);
    return { earlier };
  }

  // ways in

  /** J1. @returns the five digits that the page shows */
  async startAsCustomer(): Promise<string> {
    this.name = customersName;
    await this.goTo('/');
    await this.presses('商談を始める');
    return this.readsNumber();
  }

  async readsNumber(): Promise<string> {
    const status = this.page.getByRole('status', { name: '接続ナンバー' });
    await expect(status, `${this.who} should see a number of five digits`).toHaveText(
      /^\s*\d{2}\s*\d{3}\s*$/,
    );
    return (await status.innerText()).replace(/\s/g, '');
  }

  async signIn(password = adminPassword): Promise<void> {
    this.name = repsName;
    await this.goTo('/dashboard');
    await this.fills('組織ID', 'demo');
    await this.fills('ログインID', 'admin');
    await this.fills('パスワード', password);
    await this.presses('ログイン');
    const home = this.page.getByRole('textbox', { name: '接続ナンバー' });
    // A3: after a call that was left without a word the server still waits for them there.
    const question = this.button('ここでログインする');
    await expect(home.or(question)).toBeVisible();
    if (await question.isVisible()) await question.click();
    await expect(home).toBeVisible();
  }

  async connect(number: string, record: 'YES' | 'NO' | 'later' = 'NO'): Promise<void> {
    await this.fills('接続ナンバー', number);
    // The field's own: whoever waits has one, too.
    await this.page.locator('form').getByRole('button', { name: '接続する', exact: true }).click();
    await this.isInCall();
    await this.answersRecording(record);
  }

  /** R1: the question that comes up once somebody is there. */
  async answersRecording(answer: 'YES' | 'NO' | 'later'): Promise<void> {
    if (answer === 'later') return;
    const dialog = this.page.getByRole('dialog', { name: 'レコーディング機能使用確認' });
    await dialog.getByRole('button', { name: answer, exact: true }).click();
    await expect(dialog).toHaveCount(0);
  }

  /** J4. @returns the room's number */
  async openRoom(): Promise<string> {
    await this.presses('商談ルームを開く');
    await this.isInCall();
    return this.readsMeetingNumber();
  }

  /** The number as it stands in the call, for the host. */
  async readsMeetingNumber(): Promise<string> {
    let number = '';
    await eventually(`${this.who} should read the meeting's number`, async () => {
      const text = (await this.page.locator('body').textContent()) ?? '';
      number = /接続ナンバー\D{0,20}(\d{2}\s*\d{3})(?!\d)/.exec(text)?.[1]?.replace(/\s/g, '') ?? '';
      return number ? itIs : notYet('no number of five digits is there');
    });
    return number;
  }

  /** Up to the host's door. */
  async join(number: string, name: string): Promise<void> {
    this.name = name;
    await this.goTo('/join');
    await this.fills('接続ナンバー', number);
    await this.fills('お名前', name);
    await this.presses('参加する');
  }

  /** @param url as the host got it; only its path counts where this person's line is their own */
  async openInvitation(url: string): Promise<void> {
    await this.goTo(new URL(url).pathname);
  }

  async acceptInvitation(url: string, name: string): Promise<void> {
    this.name = name;
    await this.openInvitation(url);
    await this.fills('お名前', name);
    await this.presses('参加する');
  }

  async isInCall(): Promise<void> {
    await expect(this.button('接続終了'), `${this.who} should be in the call`).toBeVisible();
  }

  // hands

  button(name: string): Locator {
    return this.page.getByRole('button', { name, exact: true });
  }

  async presses(name: string): Promise<void> {
    await this.button(name).click();
  }

  async fills(name: string, value: string): Promise<void> {
    await this.page.getByRole('textbox', { name, exact: true }).fill(value);
  }

  /** Presses マイク, カメラ or スピーカー and waits until the button says so. */
  async turns(device: 'マイク' | 'カメラ' | 'スピーカー', to: 'on' | 'off'): Promise<void> {
    await this.presses(device);
    await expect(this.button(device), `${this.who} should have ${device} ${to}`).toHaveAttribute(
      'aria-pressed',
      String(to === 'on'),
    );
  }

  /** C6, for a guest; the host is asked. */
  async endsCall(choice?: '自分だけ退出する' | '全員の接続を終了する'): Promise<void> {
    await this.presses('接続終了');
    if (choice) await this.presses(choice);
  }

  /** J5. @returns the link */
  async invites(): Promise<string> {
    await this.presses('チャット招待');
    const field = this.page.getByRole('textbox', { name: '招待リンク' });
    await expect(field, `${this.who} should get an invitation link`).toHaveValue(/^http.*\/i\/[\w-]{43}$/);
    const url = await field.inputValue();
    await this.presses('チャット招待');
    return url;
  }

  async letsIn(name: string): Promise<void> {
    await this.#atDoor(name).getByRole('button', { name: '許可する' }).click();
  }

  async refuses(name: string): Promise<void> {
    await this.#atDoor(name).getByRole('button', { name: 'お断りする' }).click();
  }

  async writes(text: string): Promise<void> {
    await this.#opensChat();
    await this.fills('メッセージ', text);
    await this.presses('送信');
  }

  // eyes

  tile(of: { name: string }): Locator {
    return this.page.getByRole('figure', { name: of.name, exact: true });
  }

  tiles(): Locator {
    return this.page.getByRole('figure');
  }

  /** The other one's picture, in their colour, and moving. */
  async sees(other: Participant, timeoutMs?: number): Promise<void> {
    const expectation = `${this.who} should see ${other.who}, moving, in ${other.colour}`;
    await eventually(
      expectation,
      () => this.#looksAt(this.tile(other).locator('video'), other.colour),
      timeoutMs,
    );
  }

  /** Somebody is there, by name, without a picture (J7). */
  async seesOnlyNameOf(other: Participant): Promise<void> {
    await expect(this.tile(other), `${this.who} should see a tile of ${other.who}`).toBeVisible();
    await expect(
      this.tile(other).locator('video'),
      `${this.who} should see no picture of ${other.who}`,
    ).toHaveCount(0);
  }

  /** A screen that somebody shares, in the middle. */
  async seesScreenOf(other: Participant): Promise<void> {
    const screen = this.page
      .getByRole('region', { name: new RegExp(`^${other.name}(さん)?の画面$`) })
      .locator('video');
    await eventually(`${this.who} should see the screen of ${other.who}`, async () => {
      if ((await screen.count()) === 0) return notYet('no screen is shown');
      const { rgb, width } = await screen.evaluate((video: HTMLVideoElement) =>
        window.taimenSenses.look(video),
      );
      return rgb && width > 0 ? itIs : notYet('the screen has no picture yet');
    });
  }

  /** How it looks, and how large it is. */
  async looksAtScreen(): Promise<{ rgb: Rgb; width: number; height: number }> {
    const screen = this.page.getByRole('region', { name: /の画面$/ }).locator('video');
    const { rgb, width, height } = await screen.evaluate((video: HTMLVideoElement) =>
      window.taimenSenses.look(video),
    );
    if (!rgb) throw new Error(`${this.who} sees no picture of the screen.`);
    return { rgb, width, height };
  }

  async seesNoScreen(): Promise<void> {
    await expect(
      this.page.getByRole('region', { name: /の画面$/ }),
      `${this.who} should see nobody's screen`,
    ).toHaveCount(0);
  }

  /** Exactly these people have tiles: nobody is missing, and no ghost is there. */
  async seesExactly(people: readonly Participant[], timeoutMs?: number): Promise<void> {
    const wanted = people.map(({ name }) => name).sort();
    await eventually(
      `${this.who} should have the tiles of ${wanted.join(', ')} and no other`,
      async () => {
        const names = await this.tiles().evaluateAll((tiles) =>
          tiles.map((tile) => tile.getAttribute('aria-label')),
        );
        const found = names.map(String).sort();
        return found.join() === wanted.join()
          ? itIs
          : notYet(`the tiles are of ${found.join(', ') || 'nobody'}`);
      },
      timeoutMs,
    );
  }

  /** When the frames of the other one's picture came on this screen, milliseconds since 1970. */
  async frameTimesOf(other: Participant): Promise<number[]> {
    const videos = await this.tile(other)
      .locator('video')
      .evaluateAll((all) =>
        all.map((video) => window.taimenSenses.look(video as HTMLVideoElement).frameTimes),
      );
    return videos[0] ?? [];
  }

  /** Waits for a sentence on the screen. */
  async reads(text: string | RegExp, timeoutMs?: number): Promise<void> {
    await expect(this.page.getByText(text).first(), `${this.who} should read ${String(text)}`).toBeVisible(
      timeoutMs === undefined ? {} : { timeout: timeoutMs },
    );
  }

  async readsInChat(text: string): Promise<void> {
    await this.#opensChat();
    await expect(
      this.page.getByRole('log').getByText(text),
      `${this.who} should read 「${text}」 once in the chat`,
    ).toHaveCount(1);
  }

  // ears

  async hears(other: Participant, timeoutMs?: number): Promise<void> {
    const expectation = `${this.who} should hear ${other.who} at ${colours[other.colour].toneHz} Hz`;
    await eventually(
      expectation,
      async () => {
        const level = await this.#levelOf(other);
        return level > audibleDb ? itIs : notYet(`it was ${Math.round(level)} dBFS loud`);
      },
      timeoutMs,
    );
  }

  async hearsNothingOf(other: Participant): Promise<void> {
    await eventually(`${this.who} should hear nothing of ${other.who}`, async () => {
      const level = await this.#levelOf(other);
      return level <= audibleDb ? itIs : notYet(`it was ${Math.round(level)} dBFS loud`);
    });
  }

  /** How this person is called in a failure. */
  get who(): string {
    return `${this.name || 'somebody'} (${this.colour})`;
  }

  async #levelOf(other: Participant): Promise<number> {
    return this.page.evaluate(
      ({ toneHz, listenMs, audibleDb }) => window.taimenSenses.listen(toneHz, listenMs, audibleDb),
      { toneHz: colours[other.colour].toneHz, listenMs, audibleDb },
    );
  }

  async #looksAt(video: Locator, colour: Colour): ReturnType<Parameters<typeof eventually>[1]> {
    const count = await video.count();
    if (count !== 1) return notYet(`there are ${count} pictures on ${await this.tiles().count()} tiles`);
    const { seen, now } = await video.evaluate(
      (element: HTMLVideoElement) => ({ seen: window.taimenSenses.look(element), now: Date.now() }),
      undefined,
      { timeout: 2_000 },
    );
    if (!seen.rgb) return notYet('the picture has not come yet');
    const found = colourOf(seen.rgb);
    if (found !== colour) return notYet(`the picture is ${found ?? 'colourless'} (${seen.rgb.join(', ')})`);
    const lately = seen.frameTimes.filter((time) => time > now - 1_000).length;
    return lately >= framesOfMotion
      ? itIs
      : notYet(`the picture stands still (${lately} frames in a second)`);
  }

  async #opensChat(): Promise<void> {
    const button = this.button('チャット');
    if ((await button.getAttribute('aria-expanded')) !== 'true') await button.click();
  }

  #atDoor(name: string): Locator {
    return this.page.getByRole('group', { name: `${name}様が入室を待っています` });
  }

  #complainOf(page: Page): void {
    page.on('console', (message) => {
      if (message.type() === 'error') this.complaints.push(`${message.text()} (${message.location().url})`);
    });
    page.on('pageerror', (error) => {
      this.complaints.push(`uncaught: ${error.message}`);
    });
    page.on('request', (request) => {
      const url = new URL(request.url());
      const isInside = ['data:', 'blob:', 'about:'].includes(url.protocol);
      if (!isInside && url.origin !== this.origin) this.complaints.push(`request to ${request.url()}`);
    });
  }
}
