import { z } from 'zod';
import { historyPlace } from './recording.ts';
import { id, printable } from './values.ts';
import { fileLanguage, timeZone } from './history.ts';

/** What is written down about an organisation, and who uses how much (A5, A6). */

/** Each kind is kept for as long as the organisation says. */
export const logKind = z.enum(['sign-in', 'meeting', 'file', 'chat', 'admin']);

/** The closed list of what is written down, by kind. */
export const logActs = {
  'sign-in': [
    'signed-in',
    'sign-in-refused',
    'signed-out',
    'signed-out-remotely',
    'signed-in-elsewhere',
    'password-changed',
  ],
  meeting: ['meeting-started', 'meeting-ended', 'recording-started', 'recording-stopped'],
  file: [
    'document-uploaded',
    'document-replaced',
    'document-deleted',
    'document-shown',
    'document-handed-over',
    'document-taken',
    'recording-downloaded',
    'recording-deleted',
  ],
  chat: ['chat-sent'],
  admin: [
    'user-created',
    'user-changed',
    'user-removed',
    'users-imported',
    'users-exported',
    'password-reset',
    'unit-changed',
    'settings-changed',
    'banner-changed',
    'log-read',
    'log-exported',
    'usage-read',
    'usage-exported',
  ],
} as const satisfies Record<z.infer<typeof logKind>, readonly string[]>;

export type LogKind = z.infer<typeof logKind>;
export type LogAct = (typeof logActs)[LogKind][number];
const acts = Object.values(logActs).flat() as [LogAct, ...LogAct[]];
export const logAct = z.enum(acts);

export const logEntry = z.object({
  id,
  kind: logKind,
  act: logAct,
  /** Milliseconds since 1970. */
  at: z.number(),
  /** Null: a guest, or nobody who is known. */
  accountId: id.nullable(),
  /** As the name was then. */
  actor: z.string(),
  /** Whom or what it was done to; of chat, what was said. */
  subject: z.string(),
  meetingId: id.nullable(),
  address: z.string().nullable(),
});

const day = z.string().regex(/^\d{4}-\d{2}-\d{2}$/);

/** The query of `GET /api/logs` and `GET /api/logs.csv`. */
export const logQuery = z.object({
  kind: logKind,
  account: id.optional(),
  from: day.optional(),
  to: day.optional(),
  tz: timeZone.optional(),
  search: z
    .string()
    .max(400)
    .transform((text) => printable(text.normalize('NFKC'), 100))
    .optional(),
  before: historyPlace.optional(),
  lang: fileLanguage.optional(),
});

export const logList = z.object({ entries: z.array(logEntry), next: z.string().nullable() });

/** The columns of the usage page; of the name and the login there are always. */
export const usageColumn = z.enum([
  'unit',
  'role',
  'signIns',
  'lastSignInAt',
  'meetings',
  'minutes',
  'recordings',
  'recordingBytes',
  'documents',
  'documentBytes',
]);

/** The query of `GET /api/usage` and `GET /api/usage.csv`. Counts are of this time; storage is of now. */
export const usageQuery = z.object({
  from: day.optional(),
  to: day.optional(),
  tz: timeZone.optional(),
  unit: id.optional(),
  /** Of the CSV, separated by commas. */
  columns: z
    .string()
    .max(400)
    .transform((text) => text.split(',').filter((column) => column !== ''))
    .pipe(z.array(usageColumn))
    .optional(),
  lang: fileLanguage.optional(),
});

export const usageRow = z.object({
  accountId: id,
  login: z.string(),
  name: z.string(),
  unitId: id.nullable(),
  role: z.enum(['admin', 'manager', 'rep']),
  signIns: z.number().int(),
  lastSignInAt: z.number().nullable(),
  meetings: z.number().int(),
  minutes: z.number(),
  recordings: z.number().int(),
  recordingBytes: z.number(),
  documents: z.number().int(),
  documentBytes: z.number(),
  /** Since when it is an account no more; such are listed while there is use of theirs, or something they keep. */
  removedAt: z.number().nullable(),
});

export const usageList = z.object({ rows: z.array(usageRow) });

export type LogEntry = z.infer<typeof logEntry>;
export type LogQuery = z.infer<typeof logQuery>;
export type LogList = z.infer<typeof logList>;
export type UsageColumn = z.infer<typeof usageColumn>;
export type UsageList = z.infer<typeof usageList>;
export type UsageRow = z.infer<typeof usageRow>;
export type UsageQuery = z.infer<typeof usageQuery>;
