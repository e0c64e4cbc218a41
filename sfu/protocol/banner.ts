import { z } from 'zod';
import { originPage } from './desk.ts';
import { limits } from './limits.ts';
import { id, printable } from './values.ts';

/** リンクバナー (B4): the piece of HTML on a company's site that starts a meeting. */

const line = (charactersMax: number) =>
  z
    .string()
    .max(10 * charactersMax)
    .transform((text) => printable(text, charactersMax));

/** A key stands in public pages: it names a banner, and is no secret. */
export const bannerKey = id;

export const bannerLook = z.object({
  /** `card`: with a sentence; `button`: alone; `corner`: stays in the lower corner of the window. */
  shape: z.enum(['card', 'button', 'corner']),
  color: z.string().regex(/^#[0-9a-f]{6}$/i),
  language: z.enum(['ja', 'en', 'browser']),
  /** '' stands for the usual words of the language. */
  heading: line(limits.bannerCharacters),
  text: line(limits.bannerCharacters),
  button: line(limits.bannerCharacters),
});

export const bannerView = z.object({
  key: bannerKey,
  /** For the organisation's own eyes. */
  name: z.string(),
  isOn: z.boolean(),
  look: bannerLook,
  createdAt: z.number(),
  /** How many calls have come about through it. */
  meetings: z.number().int(),
});

/** `GET /api/banners`: for every rep of the organisation; changed by admins and managers. */
export const bannerList = z.object({ banners: z.array(bannerView) });

const name = line(limits.nameCharacters).pipe(z.string().min(1));
/** `POST /api/banners`, `PATCH /api/banners/:key` */
export const newBanner = z.object({ name, look: bannerLook });
export const changeBanner = z.object({ name, look: bannerLook, isOn: z.boolean() }).partial();

/**
 * `GET /api/banner/:key`, from any site, without cookies; the start page behind the banner asks it, too. `isOn` false,
 * also for a key that there never was: the banner hides itself.
 */
export const publicBanner = z.discriminatedUnion('isOn', [
  z.object({ isOn: z.literal(false) }),
  z.object({
    isOn: z.literal(true),
    organizationName: z.string(),
    /** Somebody of the organisation can take a call now. */
    isAvailable: z.boolean(),
    look: bannerLook,
  }),
]);

/** `POST /api/banner/:key/callback`, from any site: nobody is there now. */
export const leaveCallback = z.object({
  name: line(limits.nameCharacters).pipe(z.string().min(1)),
  phone: z
    .string()
    .max(100)
    .transform((text) => printable(text.normalize('NFKC'), 40))
    .pipe(z.string().regex(/^[+()\d][-+()\d .]{5,}$/)),
  wish: line(limits.bannerCharacters),
  origin: originPage.nullish(),
});

export type BannerLook = z.infer<typeof bannerLook>;
export type BannerList = z.infer<typeof bannerList>;
export type BannerView = z.infer<typeof bannerView>;
export type NewBanner = z.infer<typeof newBanner>;
export type ChangeBanner = z.infer<typeof changeBanner>;
export type PublicBanner = z.infer<typeof publicBanner>;
export type LeaveCallback = z.infer<typeof leaveCallback>;
