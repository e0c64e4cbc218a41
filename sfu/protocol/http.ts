import { z } from 'zod';
import { limits } from './limits.ts';
import { id } from './values.ts';

/** Bodies and answers of the HTTP interface. Failures are `{ code, message }` with a code of codes.ts. */

/** `POST /api/session`. IDs are NFKC-folded and case-insensitive (A1). */
export const signIn = z.object({
  organization: z.string().max(200),
  login: z.string().max(200),
  password: z.string().min(1).max(1_000),
  /** A3: signed in elsewhere and in a meeting there, which is answered `sign-in-in-meeting` without this. */
  takeOver: z.boolean().optional(),
});

/** `POST /api/session/password`. */
export const changePassword = z.object({
  current: z.string().min(1).max(1_000),
  next: z
    .string()
    .min(1)
    .max(4 * limits.passwordCharactersMax),
});

/** The answer to signing in. */
export const session = z.object({
  accountId: id,
  accountName: z.string(),
  login: z.string(),
  role: z.enum(['admin', 'manager', 'rep']),
  organization: z.object({ id: z.string(), name: z.string() }),
  /** A2: everything but the change of the password is refused until it is done. */
  mustChangePassword: z.boolean(),
});

/** `GET /api/session`: who is signed in; where nobody is, why the last session of this browser ended, if told. */
export const whoIsSignedIn = z.object({ session: session.nullable(), endedBecause: z.string().nullable() });

/** `GET /api/start?organization=…`: the name the start page shows to a customer. */
export const startPage = z.object({ organizationName: z.string().nullable() });

export type SignIn = z.infer<typeof signIn>;
export type ChangePassword = z.infer<typeof changePassword>;
export type Session = z.infer<typeof session>;
export type WhoIsSignedIn = z.infer<typeof whoIsSignedIn>;
export type StartPage = z.infer<typeof startPage>;

/** The body of every failed HTTP request. */
export type HttpFailure = { code: string; message: string; details?: Record<string, string | number> };
