import { z } from 'zod';
import { documentFormat } from './documents.ts';
import { limits } from './limits.ts';
import { consentEntry, historyPlace, recordingEntry, storageView } from './recording.ts';
import { id, printable } from './values.ts';
import { endReason, leaveReason, role } from './view.ts';

/** 商談履歴 (B3): a rep's own meetings. */

/** What came of it. Null: not said yet. */
export const meetingResult = z.enum(['won', 'promising', 'continued', 'lost', 'other']);

/** A day in the rep's own time zone, and that zone. */
const day = z.string().regex(/^\d{4}-\d{2}-\d{2}$/);
export const timeZone = z
  .string()
  .max(60)
  .refine((zone) => {
    try {
      new Intl.DateTimeFormat('ja', { timeZone: zone });
      return true;
    } catch {
      return false;
    }
  });

/** In which files in CSV are written; Japanese unless it says so. */
export const fileLanguage = z.enum(['ja', 'en']);

/** The query of `GET /api/history` and `GET /api/history.csv`. */
export const historyQuery = z.object({
  /** Every word has to be in a name, the note, a document's title or the number. */
  search: z
    .string()
    .max(400)
    .transform((text) => printable(text.normalize('NFKC'), 100))
    .optional(),
  /** Both included. */
  from: day.optional(),
  to: day.optional(),
  tz: timeZone.optional(),
  result: z.enum([...meetingResult.options, 'none']).optional(),
  /** Only meetings with this. */
  has: z.enum(['recording', 'document', 'note']).optional(),
  before: historyPlace.optional(),
  /** Of the CSV. */
  lang: fileLanguage.optional(),
});

/** One line of the list. */
export const historyMeeting = z.object({
  meetingId: id,
  startedAt: z.number(),
  /** Null while it runs. */
  endedAt: z.number().nullable(),
  connectionNumber: z.string().nullable(),
  /** In the order of coming; '' where a customer has given none. */
  people: z.array(z.object({ participantId: id, name: z.string(), role })),
  /** The page the customer came from. */
  origin: z.string().nullable(),
  result: meetingResult.nullable(),
  note: z.string(),
  /** Titles, in the order of being shown first. */
  documents: z.array(z.string()),
  recordings: z.array(recordingEntry.pick({ id: true, kind: true, state: true, durationMs: true })),
});

export const historyList = z.object({
  storage: storageView,
  /** Where warnings about storage are sent; null: nowhere. */
  mail: z.string().nullable(),
  /** Whether the server can send mail at all. */
  canMail: z.boolean(),
  meetings: z.array(historyMeeting),
  /** For the `before` of the next page, older meetings; null: there are none. */
  next: z.string().nullable(),
});

/** How long a page was on everybody's screen. */
export const pageLookedAt = z.object({ page: z.number().int(), ms: z.number().int() });

export const shownInMeeting = z.object({
  documentId: id,
  title: z.string(),
  /** When it was put on the table first. */
  at: z.number(),
  ms: z.number().int(),
  /** By page number; only those that were shown. */
  pages: z.array(pageLookedAt),
  /** Still in the rep's shelf. */
  isThere: z.boolean(),
});

export const handedOver = z.object({
  title: z.string(),
  fileName: z.string(),
  bytes: z.number(),
  by: z.string(),
  at: z.number(),
  to: z.array(z.object({ name: z.string(), state: z.enum(['open', 'taken', 'declined']) })),
});

/** `GET /api/history/:meetingId`: everything that happened in one meeting, on one page. */
export const historyDetail = historyMeeting.omit({ documents: true, recordings: true, people: true }).extend({
  endReason: endReason.nullable(),
  people: z.array(
    z.object({
      participantId: id,
      name: z.string(),
      role,
      joinedAt: z.number(),
      leftAt: z.number().nullable(),
      leaveReason: leaveReason.nullable(),
    }),
  ),
  shown: z.array(shownInMeeting),
  handedOver: z.array(handedOver),
  /** What guests brought. */
  brought: z.array(
    z.object({
      documentId: id,
      title: z.string(),
      name: z.string(),
      kept: z.boolean(),
      format: documentFormat.nullable(),
    }),
  ),
  chat: z.array(z.object({ participantId: id, name: z.string(), text: z.string(), at: z.number() })),
  consents: z.array(consentEntry),
  recordings: z.array(recordingEntry),
});

/** `PATCH /api/history/:meetingId` */
export const changeHistory = z.object({
  note: z.string().max(limits.meetingNoteCharacters).optional(),
  result: meetingResult.nullable().optional(),
});

export type MeetingResult = z.infer<typeof meetingResult>;
export type HistoryQuery = z.infer<typeof historyQuery>;
export type HistoryMeeting = z.infer<typeof historyMeeting>;
export type HistoryList = z.infer<typeof historyList>;
export type HistoryDetail = z.infer<typeof historyDetail>;
export type ShownInMeeting = z.infer<typeof shownInMeeting>;
export type HandedOver = z.infer<typeof handedOver>;
