import { z } from 'zod';
import { presence as deskPresence, waitingCaller } from './desk.ts';
import { broughtDocument, offerView, pointerPlace, shownDocument } from './documents.ts';
import { recordingView } from './recording.ts';
import { id } from './values.ts';
import {
  chatMessage,
  endReason,
  invitationView,
  leaveReason,
  participantView,
  producerView,
  snapshot,
} from './view.ts';

/**
 * What the server tells the people in a meeting, reliably and in order. Each seat has its own sequence: a
 * notice carries the revision that it leads to, one more than the last; whoever sees a gap asks for a
 * snapshot, which carries the revision it stands at.
 */
export const notices = {
  /** Somebody has come in, or anything about somebody in the meeting is different: the whole participant. */
  'participant:changed': z.object({ participant: participantView }),
  'participant:left': z.object({ participantId: id, name: z.string(), reason: leaveReason }),
  'chat:sent': z.object({ message: chatMessage }),
  /** What is on everybody's screen, and at which page (D3, D5). */
  'stage:changed': z.object({ shown: shownDocument.nullable() }),
  /** The offers that this person has made or got (D6). */
  'offers:changed': z.object({ offers: z.array(offerView) }),
  /** What guests have brought (D7). Told to the host only. */
  'brought:changed': z.object({ brought: z.array(broughtDocument) }),
  /** Whether the meeting is recorded, as this person may see it (R1). */
  'recording:changed': z.object({ recording: recordingView }),
  /** Told to the host only. */
  'invitations:changed': z.object({ invitations: z.array(invitationView) }),
  /** The meeting's media had to be made anew: open transports again, nothing else is lost. */
  'media:reset': z.object({ epoch: z.string() }),
} as const;

/** Reliable as well, but outside the sequence: what concerns one page alone, or is past in a moment. */
export const whispers = {
  /** The rep has connected, or the host has opened the door: the seat is present from here on. */
  'seat:admitted': z.object({ snapshot }),
  /** The seat is no more: refused, removed, left from elsewhere, or the meeting is over. */
  'seat:closed': z.object({ reason: leaveReason, endReason: endReason.nullable() }),
  /**
   * To a customer who waits and a rep who has typed their number: what the other side sends by now. It can be
   * made ready to receive, and flows when the rep connects.
   */
  'media:foreseen': z.object({ producers: z.array(producerView) }),
  /** To a rep who has typed a number: another one was faster, or the customer waits no more. All is let go. */
  'number:gone': z.object({ code: z.enum(['number-taken', 'number-expired']) }),
  /** To a desk: everybody who waits for its organisation, whenever that is different (B1). */
  'desk:waiting': z.object({ waiting: z.array(waitingCaller) }),
  /** To a desk: how one is shown oneself, and how many others could take a call now. */
  'desk:presence': z.object({ presence: deskPresence, available: z.number().int() }),
  /** To a desk: a call to be returned has come, or somebody has returned one (B4); so many are open. */
  'desk:callbacks': z.object({ open: z.number().int() }),
  /**
   * To a desk: nobody is signed in there any more, and nothing more is told. A reason of `SessionEndReason` where it was
   * somebody else's doing (A3); null: signed out in another tab, or the session has run out.
   */
  'desk:closed': z.object({ reason: z.string().nullable() }),
  /** The same person has opened the meeting in another tab, which goes on with the call. */
  'seat:replaced': z.object({}),
  /** Where somebody's pointer has come to rest, or that it has left the page (D4). */
  'pointer:rested': z.object({ participantId: id, place: pointerPlace.nullable() }),
  /** Who is heard now, told whenever that is different. */
  'speaking:now': z.object({ participantIds: z.array(id) }),
} as const;

/**
 * Presence: volatile, neither answered nor sent again. What is lost is overtaken by the next one, and the last
 * place is told reliably (`pointer:rest`, `pointer:rested`).
 */
export const presence = {
  toServer: {
    'pointer:move': { from: 'present', input: z.object({ place: pointerPlace }) },
    /** Somebody is choosing a document to show: time for the others to fetch what shows one. */
    'document:foresee': { from: 'present', input: z.object({}) },
  },
  toPage: {
    'pointer:moved': z.object({ participantId: id, place: pointerPlace }),
    'document:foreseen': z.object({}),
  },
} as const;

export type PresenceToServerName = keyof typeof presence.toServer;
export type PresenceToServer<N extends PresenceToServerName> = z.infer<
  (typeof presence.toServer)[N]['input']
>;
export type PresenceToPageName = keyof typeof presence.toPage;
export type PresenceToPage<N extends PresenceToPageName> = z.infer<(typeof presence.toPage)[N]>;

export type NoticeName = keyof typeof notices;
export type Notice<N extends NoticeName> = z.infer<(typeof notices)[N]>;
export type WhisperName = keyof typeof whispers;
export type Whisper<N extends WhisperName> = z.infer<(typeof whispers)[N]>;
