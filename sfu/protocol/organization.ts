import { z } from 'zod';
import { errorCodes } from './codes.ts';
import { limits } from './limits.ts';
import { id, printable } from './values.ts';

/** The organisation: its units, users, rules, and who is signed in where (A1 to A7). */

/**
 * `admin`: everything in the organisation. `manager`: the reps of the own unit and of those below it. `rep`: what is
 * their own.
 */
export const accountRole = z.enum(['admin', 'manager', 'rep']);

const line = (charactersMax: number) =>
  z
    .string()
    .max(10 * charactersMax)
    .transform((text) => printable(text, charactersMax));
const named = (charactersMax: number) => line(charactersMax).pipe(z.string().min(1));

/** As it is shown; compared folded (A1). */
export const loginId = named(limits.loginCharacters);
const mailAddress = z
  .string()
  .max(320)
  .transform((text) => printable(text.normalize('NFKC'), 320))
  .pipe(z.email());

/** A part of the organisation; at most five levels deep (A4). */
export const unitView = z.object({
  id,
  /** Null at the top. */
  parentId: id.nullable(),
  name: z.string(),
  /** Who is in it, without those of the units below. */
  users: z.number().int(),
});

/** `GET /api/units`: parents before their children, siblings by name. A manager gets the own unit and those below. */
export const unitList = z.object({ units: z.array(unitView) });

/** `POST /api/units`, `PATCH /api/units/:id` */
export const newUnit = z.object({ name: named(limits.unitCharacters), parentId: id.nullable() });
export const changeUnit = newUnit.partial();

export const userView = z.object({
  id,
  login: z.string(),
  name: z.string(),
  role: accountRole,
  unitId: id.nullable(),
  note: z.string(),
  mail: z.string().nullable(),
  /** Recording space of this account alone; null: the organisation's. */
  quotaBytes: z.number().int().nullable(),
  /** Has not chosen a password of their own yet. */
  mustChangePassword: z.boolean(),
  lastSignInAt: z.number().nullable(),
  createdAt: z.number(),
});

/** The query of `GET /api/users`. A page has up to 100; `after`: the `next` of the page before. */
export const userQuery = z.object({
  search: line(200).optional(),
  unit: id.optional(),
  role: accountRole.optional(),
  after: z.string().max(400).optional(),
});

export const userList = z.object({
  users: z.array(userView),
  /** How many there are in all, as asked for. */
  count: z.number().int(),
  next: z.string().nullable(),
});

const userFields = {
  name: named(limits.nameCharacters),
  role: accountRole,
  unitId: id.nullable(),
  note: line(limits.noteCharacters),
  mail: mailAddress.nullable(),
  quotaBytes: z.number().int().min(0).max(limits.quotaBytesMax).nullable(),
};

/** `POST /api/users`. Answered with `userCreated`. */
export const newUser = z
  .object({ login: loginId, ...userFields })
  .partial({ unitId: true, note: true, mail: true, quotaBytes: true });
/** `PATCH /api/users/:id` */
export const changeUser = z.object({ login: loginId, ...userFields }).partial();
/** `POST /api/users/remove`: all or nothing. */
export const removeUsers = z.object({ ids: z.array(id).min(1).max(limits.usersPerRequest) });

/** The only time that the password can be read; it has to be changed at the first sign-in (A2). */
export const temporaryPassword = z.object({ login: z.string(), password: z.string() });
export const userCreated = z.object({ user: userView, password: z.string() });

/**
 * `POST /api/users/csv?dry=1`, then without `dry`; the body is the file (A4). A known login ID is overwritten, except
 * its password. Errors: nothing is written.
 */
export const userImport = z.object({
  encoding: z.enum(['utf-8', 'shift_jis']),
  rows: z.number().int(),
  created: z.number().int(),
  changed: z.number().int(),
  unchanged: z.number().int(),
  /** Units that the file names and that do not exist yet: they are made. */
  units: z.array(z.string()),
  errors: z.array(
    z.object({
      /** As a spreadsheet counts: the line with the names of the columns is 1. */
      row: z.number().int(),
      column: z.string().nullable(),
      code: z.enum([
        'missing-column',
        'unknown-column',
        'empty-file',
        'too-many-rows',
        'not-text',
        'broken-quotes',
        'field-count',
        'required',
        'too-long',
        'duplicate',
        'role',
        'mail',
        'quota',
        'password',
        'unit-depth',
        'out-of-reach',
        'admin-only',
        'last-admin',
        'own-account',
      ]),
      /** What stands there, cut short; '' where nothing helps. */
      value: z.string(),
    }),
  ),
  /** There are more errors than are listed. */
  moreErrors: z.boolean(),
  /** After a real run: the new accounts, for which the file has no password. Read once. */
  passwords: z.array(temporaryPassword),
});

/** When storage is warned of, and whom (A7). */
export const storageThreshold = z.discriminatedUnion('unit', [
  z.object({ unit: z.literal('percent'), value: z.number().int().min(1).max(100) }),
  /** Of what is used. */
  z.object({ unit: z.literal('bytes'), value: z.number().int().min(1).max(limits.quotaBytesMax) }),
]);

const months = z.number().int().min(1).max(120).nullable();

/** The rules of an organisation; what is not set is as the operator has set it for the server. */
export const organizationSettings = z.object({
  /** A3: several people at once with one login; otherwise the later sign-in wins. */
  sharedLogin: z.boolean(),
  /** R5: recording space per account; null: RECORDING_QUOTA_BYTES. */
  quotaBytes: z.number().int().min(0).max(limits.quotaBytesMax).nullable(),
  thresholds: z.array(storageThreshold).max(6),
  warnOwner: z.boolean(),
  warnAdmins: z.boolean(),
  /** D1; never more than the server allows; null: what it allows. */
  documentBytesMax: z.number().int().min(1_000_000).max(limits.documentBytesCeiling).nullable(),
  documentPagesMax: z.number().int().min(1).max(limits.documentPagesCeiling).nullable(),
  /** A6, A7: after so many months it is deleted; null: never. */
  retentionMonths: z.object({
    signIns: months,
    meetings: months,
    files: months,
    chat: months,
    admin: months,
  }),
});

/** `GET /api/organization`: for admins. */
export const organizationView = z.object({
  /** The short ID people sign in with; never changes. */
  id: z.string(),
  name: z.string(),
  settings: organizationSettings,
  /** What the server's operator has set. */
  server: z.object({
    quotaBytes: z.number(),
    documentBytesMax: z.number(),
    documentPagesMax: z.number(),
    canMail: z.boolean(),
  }),
  accounts: z.number().int(),
  usedBytes: z.number(),
});

/** `PATCH /api/organization` */
export const changeOrganization = z.object({
  name: named(limits.nameCharacters).optional(),
  settings: organizationSettings.partial().optional(),
});

/** Where somebody is signed in. */
export const sessionView = z.object({
  id,
  /** Such as 「Chrome · Windows」; '' when the browser says nothing usable. */
  browser: z.string(),
  address: z.string(),
  createdAt: z.number(),
  lastSeenAt: z.number(),
  /** It is the one that asks. */
  isOwn: z.boolean(),
  /** It holds a seat in a meeting that runs. */
  inMeeting: z.boolean(),
});

/** `GET /api/sessions` (the own), `GET /api/users/:id/sessions`; `DELETE …/:sessionId` ends one. */
export const sessionList = z.object({ sessions: z.array(sessionView) });

/** Why a row of a list cannot be acted upon, for lists of acts. */
export const failureOf = z.object({ id, code: z.enum(errorCodes) });

export type AccountRole = z.infer<typeof accountRole>;
export type UnitView = z.infer<typeof unitView>;
export type UnitList = z.infer<typeof unitList>;
export type UserView = z.infer<typeof userView>;
export type UserQuery = z.infer<typeof userQuery>;
export type UserList = z.infer<typeof userList>;
export type NewUser = z.infer<typeof newUser>;
export type ChangeUser = z.infer<typeof changeUser>;
export type TemporaryPassword = z.infer<typeof temporaryPassword>;
export type UserCreated = z.infer<typeof userCreated>;
export type UserImport = z.infer<typeof userImport>;
export type ImportError = UserImport['errors'][number];
export type StorageThreshold = z.infer<typeof storageThreshold>;
export type OrganizationSettings = z.infer<typeof organizationSettings>;
export type OrganizationView = z.infer<typeof organizationView>;
export type ChangeOrganization = z.infer<typeof changeOrganization>;
export type SessionView = z.infer<typeof sessionView>;
