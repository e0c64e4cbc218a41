import { z } from 'zod';
import { errorCodes } from './codes.ts';
import { id, printable } from './values.ts';

/** Recording: what people in the meeting see of it, and what the rep finds in the history (R1 to R8). */

/** `audio`: 音声議事録, the same with sound only (R4). */
export const recordingKind = z.enum(['video', 'audio']);

/**
 * `announced`: everybody has been told and nothing is recorded yet. `on`: it runs. `paused`: what happens now is
 * left out.
 */
export const recordingState = z.enum(['off', 'announced', 'on', 'paused']);

/** Where somebody stands who is in a meeting that is recorded. Nothing is captured of who has not answered. */
export const consent = z.enum(['none', 'asked', 'given']);

/** How much an account may keep, and how much of that is left (R5). */
export const storageView = z.object({
  usedBytes: z.number(),
  /** Held for recordings that run now. */
  reservedBytes: z.number(),
  limitBytes: z.number(),
  /** What is left, as time, at the usual rate. */
  remainingMs: z.object({ video: z.number(), audio: z.number() }),
});

/** What the host reads besides. */
export const recordingHostView = z.object({
  /** レコーディング機能使用確認 has not been answered yet. */
  question: z.boolean(),
  storage: storageView,
  /** Who has not answered yet whether they may be recorded. */
  waitingFor: z.array(id),
});

/** The recording as one person in the meeting sees it; in the snapshot, and told whenever it is different. */
export const recordingView = z.object({
  state: recordingState,
  kind: recordingKind,
  /** When what is announced begins; milliseconds since 1970. */
  startsAt: z.number().nullable(),
  /** How much had been recorded at `at`; while it is on, it grows with the clock. */
  recordedMs: z.number(),
  /** Milliseconds since 1970, the server's clock. */
  at: z.number(),
  /** The viewer's own. */
  consent,
  /** Why it stopped by itself or could not start; null when all is well, or somebody stopped it. */
  problem: z.enum(errorCodes).nullable(),
  /** Null for guests. */
  host: recordingHostView.nullable(),
});

/** Who was told of a recording or agreed to it, and when. Part of the history. */
export const consentEntry = z.object({
  participantId: id,
  name: z.string(),
  kind: recordingKind,
  /**
   * `started`, `declined`: the host's answer or press. `told`: was there when it was announced. `agreed`,
   * `refused`: the answer of who came later. `paused`, `resumed`, `stopped`: the host's.
   */
  what: z.enum(['started', 'declined', 'told', 'agreed', 'refused', 'paused', 'resumed', 'stopped']),
  at: z.number(),
});

/** A place in a recording to go to. */
export const chapter = z.object({
  /** From the beginning of the file. */
  startMs: z.number().int(),
  title: z.string(),
});

/** A copy for devices that cannot play WebM. */
export const mp4View = z.discriminatedUnion('state', [
  z.object({ state: z.literal('none') }),
  /** From 0 to 1. */
  z.object({ state: z.literal('making'), done: z.number() }),
  z.object({ state: z.literal('ready'), bytes: z.number() }),
  z.object({ state: z.literal('failed'), code: z.enum(errorCodes) }),
]);

/** One part, which is one file. */
export const recordingEntry = z.object({
  id,
  kind: recordingKind,
  /** From 1; a new part begins every hour, and whenever the host starts anew. */
  part: z.number().int(),
  /**
   * `recording`: the meeting still runs. `finishing`: being made ready; also after a crash. `ready`: can be
   * played. `failed`: could not be finished, or nobody seems to finish it; what was captured is kept, and the next
   * start of the server tries again. Unless the failure is `recording-lost`: then nothing is left.
   */
  state: z.enum(['recording', 'finishing', 'ready', 'failed']),
  failure: z.enum(errorCodes).nullable(),
  beganAt: z.number(),
  durationMs: z.number(),
  bytes: z.number(),
  chapters: z.array(chapter),
  mp4: mp4View,
});

/** A past or present meeting with its recordings. */
export const recordedMeeting = z.object({
  meetingId: id,
  startedAt: z.number(),
  endedAt: z.number().nullable(),
  /** In the order of coming; '' where a customer has given none. */
  people: z.array(z.object({ participantId: id, name: z.string(), role: z.enum(['host', 'guest']) })),
  consents: z.array(consentEntry),
  recordings: z.array(recordingEntry),
});

/** Where a page of the history ends: the time of its last meeting, in milliseconds since 1970, and its ID. */
export const historyPlace = z
  .string()
  .regex(/^\d{1,15}-[A-Za-z0-9_-]{22}$/)
  .transform((text) => {
    const dash = text.indexOf('-');
    return { at: Number(text.slice(0, dash)), id: text.slice(dash + 1) };
  });

/** The query of `GET /api/recordings`. `before`: the `next` of the page before; without it, the first page. */
export const historyPage = z.object({ before: historyPlace.optional() });

/**
 * `GET /api/recordings`: the account's own, newest meeting first, a page of whole meetings. Meetings that were not
 * recorded, or of which no recording is left, are among them when somebody was asked, or told, or declined.
 */
export const recordingList = z.object({
  storage: storageView,
  /** Where warnings about storage are sent; null: nowhere. */
  mail: z.string().nullable(),
  /** Whether the server can send mail at all. */
  canMail: z.boolean(),
  meetings: z.array(recordedMeeting),
  /** For the `before` of the next page, older meetings; null: there are none. */
  next: z.string().nullable(),
});

/** `GET /api/recordings/:id`: of which meeting it is; more is in that meeting's history. */
export const recordingPlace = z.object({ meetingId: id });

/** `PUT /api/account/mail` */
export const changeMail = z.object({
  mail: z
    .string()
    .max(320)
    .transform((text) => printable(text.normalize('NFKC'), 320))
    .pipe(z.email())
    .nullable(),
});

export type RecordingKind = z.infer<typeof recordingKind>;
export type RecordingState = z.infer<typeof recordingState>;
export type Consent = z.infer<typeof consent>;
export type StorageView = z.infer<typeof storageView>;
export type RecordingHostView = z.infer<typeof recordingHostView>;
export type RecordingView = z.infer<typeof recordingView>;
export type ConsentEntry = z.infer<typeof consentEntry>;
export type Chapter = z.infer<typeof chapter>;
export type Mp4View = z.infer<typeof mp4View>;
export type RecordingEntry = z.infer<typeof recordingEntry>;
export type RecordedMeeting = z.infer<typeof recordedMeeting>;
export type RecordingPlace = z.infer<typeof recordingPlace>;
export type HistoryPlace = z.infer<typeof historyPlace>;
export type RecordingList = z.infer<typeof recordingList>;
