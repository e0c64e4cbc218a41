import { z } from 'zod';
import { limits } from './limits.ts';
import { id, printable } from './values.ts';

/** The rep's desk (B1): who waits, and who is there to take the call. */

/** What somebody chooses; `meeting` and `offline` follow from what they do. */
export const chosenPresence = z.enum(['available', 'away']);
/** 対応可 / 商談中 / 離席; `offline`: no desk is open. */
export const presence = z.enum([...chosenPresence.options, 'meeting', 'offline']);

/** The page of a company's site that somebody came from. The query is left out: it may say more than is our business. */
export const originPage = z
  .string()
  .max(2_000)
  .transform((text) => {
    if (!URL.canParse(text)) return null;
    const { protocol, host, pathname } = new URL(text);
    if (!/^https?:$/.test(protocol)) return null;
    return printable(`${protocol}//${host}${pathname}`, limits.originCharacters);
  });

/** A customer with a number that belongs to this organisation, and whom nobody has taken yet. */
export const waitingCaller = z.object({
  meetingId: id,
  connectionNumber: z.string(),
  /** '' when none was given. */
  name: z.string(),
  /** Since when; milliseconds since 1970. */
  since: z.number(),
  origin: z.string().nullable(),
  /** The name of the banner that was pressed. */
  banner: z.string().nullable(),
  /** Their line is lost and may come back. */
  isAway: z.boolean(),
});

/** The answer to `desk:watch`; from then on whispers tell what is different. */
export const deskView = z.object({
  presence,
  waiting: z.array(waitingCaller),
  /** How many colleagues could take a call now; oneself is not counted. */
  available: z.number().int(),
});

/** A call that nobody was there for (B4). */
export const callback = z.object({
  id,
  name: z.string(),
  phone: z.string(),
  /** When they wish to be called, in their words. */
  wish: z.string(),
  origin: z.string().nullable(),
  banner: z.string(),
  at: z.number(),
  /** Who has called back, and when. */
  done: z.object({ by: z.string(), at: z.number() }).nullable(),
});

/**
 * `GET /api/callbacks`: the open ones, the oldest first; then those done in the last 30 days, the latest first.
 * `PUT /api/callbacks/:id`
 */
export const callbackList = z.object({ callbacks: z.array(callback) });
export const changeCallback = z.object({ done: z.boolean() });

export type ChosenPresence = z.infer<typeof chosenPresence>;
export type Presence = z.infer<typeof presence>;
export type WaitingCaller = z.infer<typeof waitingCaller>;
export type DeskView = z.infer<typeof deskView>;
export type Callback = z.infer<typeof callback>;
export type CallbackList = z.infer<typeof callbackList>;
