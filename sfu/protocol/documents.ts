import { z } from 'zod';
import { errorCodes } from './codes.ts';
import { limits } from './limits.ts';
import { id, printable } from './values.ts';

/** Documents: a rep's own, and what guests bring to a meeting (D1 to D8). */

/** What a file is by its content, whatever its name says (D1). */
export const documentFormat = z.enum(['pdf', 'doc', 'docx', 'xls', 'xlsx', 'ppt', 'pptx']);

/** A document's name as people read it: NFC, one line, without control and direction characters. */
export const documentTitle = z
  .string()
  .max(2_000)
  .transform((text) => printable(text, limits.documentTitleCharacters))
  .pipe(z.string().min(1));

/**
 * A file's name as it is shown and downloaded under: the last part of a path, NFC, without what file systems
 * or eyes stumble over; the extension survives the cutting of a long one.
 */
export const fileName = z
  .string()
  .max(4_000)
  .transform((text) => {
    const last = text.normalize('NFC').split(/[/\\]/).at(-1) ?? '';
    const clean = printable(last.replace(/[<>:"|?*]/g, '_'), limits.fileNameCharacters * 4).replace(
      /^\.+/,
      '',
    );
    const extension = /\.[a-z0-9]{1,8}$/i.exec(clean)?.[0] ?? '';
    const stem = [...clean.slice(0, clean.length - extension.length)];
    return stem.slice(0, limits.fileNameCharacters - extension.length).join('') + extension;
  })
  .pipe(z.string().min(1));

/** A font that the document asks for and the server does not have, and the one that stands in for it. */
export const substitutedFont = z.object({ wanted: z.string(), used: z.string() });

/** Where a document is on its way: 送信 is over, 変換 waits or runs, 完了 or a failure with its code (D1). */
export const documentProgress = z.discriminatedUnion('state', [
  z.object({
    state: z.literal('converting'),
    /** How many conversions come first; 0: this one runs. */
    ahead: z.number().int().min(0),
  }),
  z.object({ state: z.literal('ready') }),
  z.object({
    state: z.literal('failed'),
    code: z.enum(errorCodes),
    details: z.record(z.string(), z.union([z.string(), z.number()])),
  }),
]);

/** A document as its owner reads it. */
export const documentView = z.object({
  id,
  title: z.string(),
  fileName: z.string(),
  format: documentFormat,
  /** Of the original, in bytes. */
  bytes: z.number().int(),
  /** 0 until it is ready. */
  pages: z.number().int(),
  progress: documentProgress,
  /** ファイルを共有する: the original may be handed over (D6). */
  shareFile: z.boolean(),
  substitutedFonts: z.array(substitutedFont),
  /** Changes when the file is replaced: nothing of an older one may be shown from a cache. */
  version: z.number().int(),
  /** A new file for this document, on its way or refused; the old one is used until the new one is ready. */
  replacement: z.object({ fileName: z.string(), progress: documentProgress }).nullable(),
  /** Milliseconds since 1970. */
  createdAt: z.number(),
});

/** `GET /api/documents` */
export const documentList = z.object({
  documents: z.array(documentView),
  limits: z.object({ bytes: z.number(), pages: z.number(), count: z.number() }),
});

/** Query of `POST /api/documents` and `PUT /api/documents/:id/file`; the body is the file itself. */
export const uploadQuery = z.object({ name: fileName, title: documentTitle.optional() });

/** `PATCH /api/documents/:id` */
export const changeDocument = z.object({
  title: documentTitle.optional(),
  shareFile: z.boolean().optional(),
});

/** `PUT /api/documents/order`: the account's documents, in the order in which they are to be listed. */
export const orderDocuments = z.object({ ids: z.array(id).max(limits.documentsPerAccount) });

const memoPage = z.coerce.number().int().min(0).max(100_000);
/** D2: 0 is the memo to the whole document. `PUT /api/documents/:id/memos/:page` */
export const memoKey = z.object({ id, page: memoPage });
export const changeMemo = z.object({ text: z.string().max(limits.memoCharacters) });
/** `GET /api/documents/:id/memos`: those that are not empty, by page. */
export const memoList = z.object({ memos: z.array(z.object({ page: z.number().int(), text: z.string() })) });

/** Who brought a document to the meeting, and what is on everybody's screen. */
export const shownDocument = z.object({
  documentId: id,
  version: z.number().int(),
  title: z.string(),
  pages: z.number().int(),
  /** From 1. */
  page: z.number().int(),
  /** Who shows it and turns its pages. */
  shownBy: id,
  /** Whether its original can be handed over now (D6). */
  shareFile: z.boolean(),
});

/** What became of an offer for one person. */
export const offerState = z.enum(['open', 'taken', 'declined']);

/** D6. Who offered sees everybody it was offered to; everybody else sees themselves in it. */
export const offerView = z.object({
  id,
  documentId: id,
  /** Of the document, when it was offered. */
  version: z.number().int(),
  title: z.string(),
  fileName: z.string(),
  bytes: z.number().int(),
  offeredBy: id,
  offeredByName: z.string(),
  at: z.number(),
  recipients: z.array(z.object({ participantId: id, name: z.string(), state: offerState })),
});

/** D7: what a guest has shown or handed over. For the host, who can keep it; else it goes with the meeting. */
export const broughtDocument = z.object({
  documentId: id,
  title: z.string(),
  participantId: id,
  name: z.string(),
  kept: z.boolean(),
});

/** A place on a page: 0 to 1 from the left and from the top of the page as it is shown upright. */
const share = z.number().min(0).max(1);
export const pointerPlace = z.object({
  documentId: id,
  page: z.number().int().min(1).max(100_000),
  x: share,
  y: share,
});

export type DocumentFormat = z.infer<typeof documentFormat>;
export type SubstitutedFont = z.infer<typeof substitutedFont>;
export type DocumentProgress = z.infer<typeof documentProgress>;
export type DocumentView = z.infer<typeof documentView>;
export type DocumentList = z.infer<typeof documentList>;
export type MemoList = z.infer<typeof memoList>;
export type ShownDocument = z.infer<typeof shownDocument>;
export type OfferState = z.infer<typeof offerState>;
export type OfferView = z.infer<typeof offerView>;
export type BroughtDocument = z.infer<typeof broughtDocument>;
export type PointerPlace = z.infer<typeof pointerPlace>;
