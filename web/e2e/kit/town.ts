import { test } from '@playwright/test';
import type { Frame, Locator, Page } from '@playwright/test';
import { BannerKeeper, Site } from './company.ts';
import type { Participant } from './participant.ts';
import type { Scene } from './scene.ts';
import { setTheScene } from './scene.ts';

/* Where a customer walks over companies' sites, some of which have the start banner (B4). */

export const leave = '折り返しの電話を希望する';

export const bannerOn = (page: Page): Locator => page.locator('taimen-banner');

export const startOn = (page: Page): Locator => bannerOn(page).getByRole('link', { name: /^商談を始める/ });

/** Scrolls to where the banner is, or will be. */
export async function opens(page: Page, address: string): Promise<void> {
  await page.goto(address);
  await bannerOn(page).waitFor({ state: 'attached' });
  await bannerOn(page).evaluate((host) => {
    host.scrollIntoView();
  });
}

/** Every question that the customer's pages ask about a banner. */
export function questionsOf({ context }: Participant): string[] {
  const questions: string[] = [];
  context.on('request', (request) => {
    if (request.method() === 'GET' && /\/api\/banner\//.test(request.url())) questions.push(request.url());
  });
  return questions;
}

/** The page in the only frame that a page has. */
export async function frameIn(page: Page): Promise<Frame> {
  const frame = await (await page.locator('iframe').elementHandle()).contentFrame();
  if (!frame) throw new Error('There is no frame in the page.');
  return frame;
}

/** From now on this person's eyes, ears and hands are in a frame, which has all of a page that they need. */
export function looksInto(participant: Participant, frame: Frame): void {
  participant.page = frame as unknown as Page;
}

export const html = (body: string, head = '') =>
  `<!doctype html><html lang="ja"><head><title>会社</title>${head}</head><body>${body}</body></html>`;

export class Town {
  readonly scene: Scene;
  readonly rep: Participant;
  readonly customer: Participant;
  readonly keeper: BannerKeeper;
  readonly #sites: Site[] = [];

  private constructor(scene: Scene, rep: Participant, customer: Participant, keeper: BannerKeeper) {
    this.scene = scene;
    this.rep = rep;
    this.customer = customer;
    this.keeper = keeper;
  }

  static async of(scene: Scene): Promise<Town> {
    const [rep, customer] = await Promise.all([scene.arrives('green'), scene.arrives('red')]);
    customer.name = 'お客様';
    await rep.signIn();
    const keeper = await BannerKeeper.of(rep);
    // With the desk closed, nobody is available.
    await rep.page.goto('about:blank');
    return new Town(scene, rep, customer, keeper);
  }

  get taimen(): string {
    return this.scene.server.origin;
  }

  /** What a company writes into its page. */
  line(key: string): string {
    return `<script src="${this.taimen}/banner.js" data-key="${key}" async></script>`;
  }

  async companySite(key: string): Promise<Site> {
    return this.#keep(await Site.ofCompany(this.taimen, key));
  }

  /** @param policy where it is another than the sample company's */
  async siteOf(files: Readonly<Record<string, string>>, policy?: string): Promise<Site> {
    return this.#keep(await Site.of(this.taimen, files, policy));
  }

  async tidyUp(): Promise<void> {
    this.keeper.closesDesks();
    await Promise.all(this.customer.context.pages().map((page) => page.close()));
    await Promise.all(this.#sites.splice(0).map((site) => site.close()));
  }

  #keep(site: Site): Site {
    this.#sites.push(site);
    return site;
  }
}

/** Each story begins with an empty tab of the customer's and no open desk. */
export function setTheTown(ready: (town: Town) => void): void {
  let town: Town | null = null;

  setTheScene(async (scene) => {
    town = await Town.of(scene);
    ready(town);
  });

  test.beforeEach(async () => {
    if (town) town.customer.page = await town.customer.context.newPage();
  });

  test.afterEach(async () => {
    await town?.tidyUp();
  });
}
