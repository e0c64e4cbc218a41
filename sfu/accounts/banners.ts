import { newId } from '../meeting/identity.ts';
import type { BannerView, ChangeBanner, LeaveCallback, NewBanner, PublicBanner } from '../protocol/banner.ts';
import { Refusal } from '../protocol/codes.ts';
import type { Callback } from '../protocol/desk.ts';
import { limits } from '../protocol/limits.ts';
import type { BannerRecord, BannerRepository } from '../store/banner-repository.ts';
import type { CallbackRepository } from '../store/callback-repository.ts';

/** More than an office can call back: what comes beyond is mischief, and must not fill the store. */
const openCallbacksMax = 1_000;
/** A list has this many at the most: all that can be open, and as many again. */
const listedCallbacksMax = 2 * openCallbacksMax;
/** For so long one can see who has called back, and open it again; then nobody needs the number any more. */
const doneCallbackKeptMs = 30 * 24 * 60 * 60_000;

/** The desks of an organisation, as far as banners are concerned. */
export interface Desks {
  /** Whether somebody of the organisation can take a call now. */
  isAvailable(organizationId: string): boolean;
  /** So many calls are to be returned. */
  callbacksChanged(organizationId: string, open: number): void;
  /** A banner has another name; null: it is no more. */
  bannerChanged(organizationId: string, key: string, name: string | null): void;
}

export type BannersOptions = {
  banners: BannerRepository;
  callbacks: CallbackRepository;
  desks: Desks;
  now?: () => number;
};

/**
 * リンクバナー (B4): what stands on companies' sites, and the calls that nobody was there for. An organisation reaches
 * its own only; another's is answered like one that there never was.
 */
export class Banners {
  readonly #options: BannersOptions;
  readonly #now: () => number;
  /** The last telling of desks that is under way: counts are told in the order in which they were taken. */
  #telling: Promise<void> = Promise.resolve();

  constructor(options: BannersOptions) {
    this.#options = options;
    this.#now = options.now ?? Date.now;
  }

  async list(organizationId: string): Promise<BannerView[]> {
    const banners = await this.#options.banners.list(organizationId);
    return banners.map(({ organizationId: _, ...banner }) => banner);
  }

  /** It is on from the beginning. @throws Refusal banner-count */
  async create(organizationId: string, { name, look }: NewBanner): Promise<BannerView> {
    const banner = { key: newId(), name, look, isOn: true, createdAt: this.#now() };
    if (!(await this.#options.banners.create({ ...banner, organizationId }, limits.bannersPerOrganization))) {
      throw new Refusal('banner-count', 'The organisation has as many banners as it may have.', {
        count: limits.bannersPerOrganization,
      });
    }
    return { ...banner, meetings: 0 };
  }

  /** Whoever has a number through it already goes on waiting. @throws Refusal banner-unknown */
  async change(organizationId: string, key: string, { name, look, isOn }: ChangeBanner): Promise<BannerView> {
    const change = {
      ...(name === undefined ? {} : { name }),
      ...(look === undefined ? {} : { look }),
      ...(isOn === undefined ? {} : { isOn }),
    };
    if (!(await this.#options.banners.change(organizationId, key, change))) throw unknownBanner();
    const changed = (await this.list(organizationId)).find((each) => each.key === key);
    // Removed in the same moment.
    if (!changed) throw unknownBanner();
    this.#options.desks.bannerChanged(organizationId, key, changed.name);
    return changed;
  }

  /**
   * For good; a page that still has it shows nothing.
   *
   * @returns the name that it had
   * @throws Refusal banner-unknown
   */
  async remove(organizationId: string, key: string): Promise<string> {
    const banner = await this.#options.banners.find(key);
    if (!banner || !(await this.#options.banners.remove(organizationId, key))) throw unknownBanner();
    this.#options.desks.bannerChanged(organizationId, key, null);
    return banner.name;
  }

  /** What a banner on any site is told, and the start page behind it. */
  async look(key: string): Promise<PublicBanner> {
    const banner = await this.#options.banners.find(key);
    if (!banner?.isOn) return { isOn: false };
    const { organizationName, organizationId, look } = banner;
    return {
      isOn: true,
      organizationName,
      isAvailable: this.#options.desks.isAvailable(organizationId),
      look,
    };
  }

  /**
   * Whose reps can use a number that is issued through it (J2).
   * @throws Refusal banner-unknown when there is none, or it is switched off
   */
  async organizationOf(key: string): Promise<string> {
    return (await this.#findOn(key)).organizationId;
  }

  /** @throws Refusal banner-unknown, too-many */
  async leaveCallback(key: string, { name, phone, wish, origin }: LeaveCallback): Promise<void> {
    const { organizationId } = await this.#findOn(key);
    const { callbacks } = this.#options;
    await callbacks.removeDoneBefore(this.#now() - doneCallbackKeptMs);
    if ((await callbacks.open(organizationId)) >= openCallbacksMax) {
      throw new Refusal('too-many', 'So many calls are to be returned already; please call.');
    }
    await callbacks.add({
      id: newId(),
      organizationId,
      bannerKey: key,
      name,
      phone,
      wish,
      origin: origin ?? null,
      at: this.#now(),
      done: null,
    });
    await this.#tellDesks(organizationId);
  }

  /** The open ones, the oldest first; then those that were done in the last 30 days, the latest first. */
  async callbacks(organizationId: string): Promise<Callback[]> {
    const since = this.#now() - doneCallbackKeptMs;
    const found = await this.#options.callbacks.list(organizationId, since, listedCallbacksMax);
    return found.map(({ organizationId: _, bannerKey: __, ...callback }) => callback);
  }

  /**
   * @param by the name of who has called back; null: it is open again
   * @throws Refusal callback-unknown
   */
  async setCallbackDone(organizationId: string, id: string, by: string | null): Promise<void> {
    const done = by === null ? null : { by, at: this.#now() };
    await this.#options.callbacks.removeDoneBefore(this.#now() - doneCallbackKeptMs);
    if (!(await this.#options.callbacks.setDone(organizationId, id, done))) {
      throw new Refusal('callback-unknown', 'There is no such call to be returned.');
    }
    await this.#tellDesks(organizationId);
  }

  async #findOn(key: string): Promise<BannerRecord> {
    const banner = await this.#options.banners.find(key);
    if (!banner?.isOn) throw unknownBanner();
    return banner;
  }

  #tellDesks(organizationId: string): Promise<void> {
    const { callbacks, desks } = this.#options;
    const told = this.#telling.then(async () => {
      desks.callbacksChanged(organizationId, await callbacks.open(organizationId));
    });
    this.#telling = told.catch(() => undefined);
    return told;
  }
}

function unknownBanner(): Refusal {
  return new Refusal('banner-unknown', 'There is no such banner, or it is switched off.');
}
