import { z } from 'zod';
import { pointerPlace } from './documents.ts';
import { chapter, recordingKind } from './recording.ts';
import { id } from './values.ts';
import { deviceState, mediaSource, role } from './view.ts';

/**
 * What the server and the recorder, a process of its own, say to each other over the IPC channel between them.
 *
 * All `at` are milliseconds of the machine's monotonic clock (`process.hrtime`), which both processes read, so
 * that packets and events stand on one clock. A *capture* is what is recorded from 録画 to its stop; it survives
 * the death of either process. One stretch of it without such a death is a *take*. Its result is one file per
 * *part*.
 */

/** Milliseconds of the monotonic clock, with fractions. */
const at = z.number().min(0);

/** What there is to be seen, as a whole; what is not in it is not in the picture. */
export const scene = z.object({
  /** Those who are present and may be recorded, in the order of their tiles. */
  people: z.array(
    z.object({
      participantId: id,
      name: z.string(),
      role,
      microphone: deviceState,
      camera: deviceState,
      /** False while the line is lost and being restored. */
      isConnected: z.boolean(),
    }),
  ),
  /** The page on everybody's screen. */
  shown: z
    .object({
      documentId: id,
      version: z.number().int(),
      title: z.string(),
      /** From 1. */
      page: z.number().int(),
      pages: z.number().int(),
    })
    .nullable(),
  /** Who shares a screen, in the order of beginning. */
  screens: z.array(id),
});

/** One RTP stream that will come to the capture's port on 127.0.0.1. */
export const track = z.object({
  trackId: id,
  participantId: id,
  source: mediaSource,
  /** `audio/opus`, `video/VP8` or `video/H264`, in mediasoup's spelling. */
  mimeType: z.string(),
  clockRate: z.number().int(),
  ssrc: z.number().int(),
  payloadType: z.number().int(),
});

/** To the recorder. */
export const recorderCommands = {
  /**
   * Begins a take: of a new capture, or of one that a recorder before this one was recording. Answered with
   * `capture:listening`.
   */
  'capture:begin': z.object({
    captureId: id,
    kind: recordingKind,
    /** How long a part is; recorded time. */
    partMs: z.number().positive(),
    at,
    /** The same moment, in milliseconds since 1970. */
    wallAt: z.number(),
    scene,
    /** The words that are drawn, in the organisation's language. */
    words: z.object({ host: z.string(), guest: z.string() }),
  }),
  /** Before its first packet. */
  'track:add': z.object({ captureId: id, track }),
  'track:remove': z.object({ captureId: id, trackId: id }),
  /** Before a scene shows it. The recorder keeps a link to the file, which may be deleted meanwhile. */
  'document:add': z.object({
    captureId: id,
    documentId: id,
    version: z.number().int(),
    file: z.string(),
  }),
  scene: z.object({ captureId: id, at, scene }),
  pointer: z.object({ captureId: id, at, participantId: id, place: pointerPlace.nullable() }),
  'capture:pause': z.object({ captureId: id, at }),
  'capture:resume': z.object({ captureId: id, at }),
  /** No more packets: finish it. */
  'capture:end': z.object({ captureId: id, at }),
  /** Finish what a recorder before this one has left. */
  'capture:finish': z.object({ captureId: id, kind: recordingKind, partMs: z.number().positive() }),
  /** The file of a part is where it belongs: what it was made of can go. */
  'part:taken': z.object({ captureId: id, part: z.number().int() }),
  /** Forget it with all its files. */
  'capture:discard': z.object({ captureId: id }),
  /** A copy in H.264 and AAC. `job` is the server's name for it. */
  'mp4:make': z.object({ job: id, from: z.string(), to: z.string(), durationMs: z.number() }),
  'mp4:cancel': z.object({ job: id }),
} as const;

/** From the recorder. */
export const recorderReports = {
  /** Once, after its start. `problem`: what is missing on this machine, for the operator; null when all is there. */
  ready: z.object({ problem: z.string().nullable() }),
  /** UDP on 127.0.0.1, RTP and RTCP on one port. */
  'capture:listening': z.object({ captureId: id, port: z.number().int() }),
  /** A whole picture is needed now. */
  'track:keyframe': z.object({
    captureId: id,
    trackId: id,
    /** Nothing at all has come of it for a second or longer, though its camera may be on. */
    isStarving: z.boolean(),
  }),
  /** About once a second while it runs. */
  'capture:progress': z.object({
    captureId: id,
    /** Recorded so far, all parts together. */
    recordedMs: z.number(),
    /** For each part that is begun and not done: what has been composed, and what has been recorded. */
    parts: z.array(
      z.object({
        part: z.number().int(),
        recordedMs: z.number(),
        composedMs: z.number(),
        composedBytes: z.number(),
      }),
    ),
  }),
  /** Nothing more can be recorded; what there is will be finished as after `capture:end`. */
  'capture:trouble': z.object({
    captureId: id,
    code: z.enum(['recording-disk', 'recording-failed']),
    message: z.string(),
  }),
  /** Checked, and lying in a file that is the server's to move. Told again after a restart until it is taken. */
  'part:done': z.object({
    captureId: id,
    part: z.number().int(),
    file: z.string(),
    bytes: z.number().int(),
    durationMs: z.number(),
    chapters: z.array(chapter),
  }),
  /** What was captured is kept; the next start tries again. */
  'part:failed': z.object({
    captureId: id,
    part: z.number().int(),
    code: z.enum(['recording-disk', 'recording-failed']),
    message: z.string(),
  }),
  /** All parts are done and taken, or there was nothing: its folder is gone. */
  'capture:done': z.object({ captureId: id, parts: z.number().int() }),
  /** From 0 to 1. */
  'mp4:progress': z.object({ job: id, done: z.number() }),
  'mp4:done': z.object({ job: id, bytes: z.number().int() }),
  'mp4:failed': z.object({ job: id, message: z.string() }),
} as const;

export type Scene = z.infer<typeof scene>;
export type Track = z.infer<typeof track>;
export type RecorderCommandName = keyof typeof recorderCommands;
export type RecorderCommand<N extends RecorderCommandName> = z.infer<(typeof recorderCommands)[N]>;
export type RecorderReportName = keyof typeof recorderReports;
export type RecorderReport<N extends RecorderReportName> = z.infer<(typeof recorderReports)[N]>;

/** What is sent over the channel. */
export type RecorderMessage =
  | { [N in RecorderCommandName]: [N, RecorderCommand<N>] }[RecorderCommandName]
  | { [N in RecorderReportName]: [N, RecorderReport<N>] }[RecorderReportName];
