import type { Signal } from './signal.ts';
import type { ErrorCode } from '../../../sfu/protocol/codes.ts';
import type {
  BroughtDocument,
  OfferView,
  PointerPlace,
  ShownDocument,
} from '../../../sfu/protocol/documents.ts';
import type { RecordingKind, RecordingView } from '../../../sfu/protocol/recording.ts';
import type { Input } from '../../../sfu/protocol/requests.ts';
import type {
  ChatMessage,
  DeviceState,
  EndReason,
  InvitationView,
  LeaveReason,
  Role,
} from '../../../sfu/protocol/view.ts';

/**
 * What the pages may know and do about a call. The classes in this folder implement it; components take
 * these interfaces as props, so that what they show and what they can cause is written down in one place.
 * Every property is reactive (Svelte runes behind getters); every method may be called at any time.
 */

/** A failure in the words of the closed list, plus those that happen before the server is asked. */
export type Failure = {
  /** `media-unreachable`: the server answers, but its media port does not (J1: a firewall, most often). */
  code: ErrorCode | 'offline' | 'timeout' | 'media-unreachable' | 'screen-failed' | 'upload-broken';
  details: Readonly<Record<string, string | number>>;
};

/** Why a device cannot be used, each with its own remedy (J8). */
export type DeviceProblem =
  | 'denied' // the person or the browser's settings said no
  | 'dismissed' // the question was closed without an answer
  | 'busy' // another program holds it
  | 'missing' // there is none
  | 'insecure' // not https and not localhost
  | 'unsupported' // no WebRTC in this browser
  | 'failed';

export type DeviceKind = 'microphone' | 'camera' | 'speaker';

export type DeviceChoice = { id: string; label: string };

/** The own camera, microphone and speaker, before and during the call. */
export interface DevicesApi {
  readonly microphones: readonly DeviceChoice[];
  readonly cameras: readonly DeviceChoice[];
  /** Empty where the browser cannot choose one. */
  readonly speakers: readonly DeviceChoice[];
  readonly chosen: Readonly<Record<DeviceKind, string | null>>;
  /** The own picture for showing, null while the camera is off or missing. */
  readonly preview: MediaStream | null;
  /** 0 (silence) to 1, about ten times a second, also while muted in the call so that "you are muted" can be said. */
  readonly level: number;
  readonly microphone: DeviceState;
  readonly camera: DeviceState;
  readonly speakerOn: boolean;
  readonly problems: Readonly<Partial<Record<DeviceKind, DeviceProblem>>>;
  /** True while the browser is asking for permission or a device is being opened. */
  readonly opening: boolean;
  /** Asks for camera and microphone; does what is possible and reports the rest in `problems`. */
  open(): Promise<void>;
  choose(kind: DeviceKind, id: string): Promise<void>;
  setMicrophone(on: boolean): Promise<void>;
  setCamera(on: boolean): Promise<void>;
  setSpeaker(on: boolean): void;
  /** Plays a short sound through the chosen speaker. */
  testSpeaker(): Promise<void>;
}

/** Somebody in the call as the screen shows them. The own person is among them, first in order of joining. */
export interface PersonApi {
  readonly id: string;
  readonly isSelf: boolean;
  readonly role: Role;
  readonly name: string;
  readonly microphone: DeviceState;
  readonly camera: DeviceState;
  readonly speaker: 'on' | 'off';
  /** `restoring`: their line or the media from them is being restored; keep the last picture, dimmed. */
  readonly line: 'connected' | 'restoring';
  /** Camera picture; null when off, missing, hidden by ビデオ共有 or not here yet. */
  readonly video: MediaStream | null;
  /** Shared screen with its sound, null when none. */
  readonly screen: MediaStream | null;
  readonly speaking: boolean;
  /** Tells the call at which size (CSS px × devicePixelRatio) the picture is shown, so that it asks for the fitting layer; 0 = not shown. */
  shownAt(width: number): void;
  screenShownAt(width: number): void;
}

export type Knocker = { id: string; name: string; since: number };

export type CallPhase =
  | 'idle' // no seat yet
  | 'waiting' // the number is issued, no rep yet
  | 'knocking' // at the door, the host has not opened yet
  | 'live'
  | 'replaced' // another tab of the same person has taken over
  | 'closed';

/** Something worth a line in the announcements (aria-live) and a short note on the screen. */
export type CallEvent =
  | { kind: 'joined' | 'returned'; name: string; at: number }
  | { kind: 'left'; name: string; reason: LeaveReason; at: number };

/** Somebody else's pointer, over the page on which it is (D4). */
export type Palm = PointerPlace & { readonly participantId: string; readonly name: string };

/** Where a document's pages come from, and what the server wants to see for them. */
export type DocumentSource = { readonly url: string; readonly headers: Readonly<Record<string, string>> };

/**
 * The documents of a call: what is on everybody's screen, whose hands are on it, and what is handed over (D3 to
 * D7). What it shows comes from the server alone, but for the own page turns, which do not wait for it.
 */
export interface StageApi {
  readonly shown: ShownDocument | null;
  /** Somebody is choosing a document: what shows one can be fetched. */
  readonly foreseen: boolean;
  /** The own person shows it: turns its pages. */
  readonly turning: boolean;
  /** May close it for everybody. */
  readonly mayClose: boolean;
  /** The others' pointers on what is shown, each at its latest place; gone when left, resting or lost. */
  readonly palms: readonly Palm[];
  /** Offers to oneself and by oneself, oldest first. */
  readonly offers: readonly OfferView[];
  /** For the host: what guests have brought. */
  readonly brought: readonly BroughtDocument[];
  source(document: { documentId: string; version: number }): DocumentSource;
  /** The headers that tell the HTTP interface which seat asks. */
  readonly identity: Readonly<Record<string, string>>;

  /** Tells the others that a document may come. */
  foresee(): void;
  show(documentId: string, page?: number): Promise<Failure | null>;
  turn(page: number): void;
  close(): Promise<Failure | null>;
  /** The own pointer: at most every 33 ms it is told, and where it rests, reliably. Null: it has left the page. */
  point(place: PointerPlace | null): void;
  handOver(documentId: string): Promise<Failure | null>;
  /** Accepts an offer; the browser downloads the file while the call goes on. */
  receive(offerId: string): Promise<Failure | null>;
  decline(offerId: string): Promise<Failure | null>;
  /** Host: a guest's document becomes the rep's own. */
  keep(documentId: string): Promise<Failure | null>;
}

/** What can be done about a recording besides starting it. `agree` is a guest's, the rest the host's. */
export type RecordingStep = 'decline' | 'pause' | 'resume' | 'stop' | 'agree';

/** Whether the meeting is recorded (R1, R4). */
export interface RecordingApi {
  /** Its times are of the own clock. Null before somebody is in the meeting. */
  readonly view: RecordingView | null;
  start(kind: RecordingKind): Promise<Failure | null>;
  act(step: RecordingStep): Promise<Failure | null>;
}

export interface CallApi {
  readonly stage: StageApi;
  readonly recording: RecordingApi;
  readonly phase: CallPhase;
  /** The line to the server: `restoring` after it broke, until everything is back. */
  readonly link: 'connecting' | 'connected' | 'restoring';
  readonly role: Role | null;
  readonly meetingId: string | null;
  readonly connectionNumber: string | null;
  /** Milliseconds since 1970, null once connected. */
  readonly numberExpiresAt: number | null;
  readonly organizationName: string | null;
  /** In the order of joining, at most four, self included. Stable objects: safe as keys. */
  readonly people: readonly PersonApi[];
  readonly self: PersonApi | null;
  /** Who waits to be let in; for the host only. */
  readonly knockers: readonly Knocker[];
  readonly chat: readonly ChatMessage[];
  readonly invitations: readonly InvitationView[];
  readonly startedAt: number | null;
  /** The last few things that happened, newest last. */
  readonly events: readonly CallEvent[];
  readonly closed: { reason: LeaveReason; endReason: EndReason | null } | null;
  /** The line to the server, for what a desk is told besides. */
  readonly line: Pick<Signal, 'on' | 'onConnection' | 'request'>;
  readonly sharingScreen: boolean;
  readonly canShareScreen: boolean;
  /** C3: faces shown on the own screen. */
  readonly facesShown: boolean;
  /** The browser refused to play sound until somebody touches the page; call `unlockSound` from that touch. */
  readonly soundBlocked: boolean;
  unlockSound(): void;

  // ways in; each resolves to null when it worked (the phase tells the rest) or to the failure
  /** What is given with it says whose reps may use the number, and where the customer comes from. */
  issueNumber(request: Input<'number:issue'>): Promise<Failure | null>;
  askAtDoor(number: string, name: string): Promise<Failure | null>;
  acceptInvitation(token: string, name: string): Promise<Failure | null>;
  openRoom(): Promise<Failure | null>;
  /** Who invites by this link, before a name is given; or why it cannot be used (any more). */
  lookAtInvitation(
    token: string,
  ): Promise<{ meetingId: string; hostName: string; organizationName: string | null } | Failure>;
  /** Rep: looks the number up and makes everything ready, so that `connectNumber` is instant. Safe to repeat. */
  prepareNumber(number: string): Promise<{ guestName: string } | Failure>;
  /** The number is wiped out of the field: the customer behind it is let go of. */
  releaseNumber(): void;
  /** Why the number that was made ready cannot be used any more: somebody else took it, or it has ended. */
  readonly numberGone: Failure | null;
  connectNumber(number: string): Promise<Failure | null>;
  /** Comes back with what this browser remembers of the meeting, or as its signed-in host. */
  resume(meetingId: string): Promise<Failure | null>;
  /** The seat that this tab held before it was reloaded, if any; only in the meeting given, if one is. */
  resumeLast(meetingId?: string): Promise<boolean>;

  // in the call
  setFacesShown(shown: boolean): void;
  shareScreen(): Promise<Failure | null>;
  stopSharingScreen(): Promise<void>;
  sendChat(text: string): Promise<Failure | null>;
  admit(participantId: string): Promise<Failure | null>;
  refuse(participantId: string): Promise<Failure | null>;
  remove(participantId: string): Promise<Failure | null>;
  createInvitation(): Promise<{ id: string; url: string; expiresAt: number } | Failure>;
  revokeInvitation(invitationId: string): Promise<Failure | null>;
  leave(): Promise<void>;
  endForAll(): Promise<Failure | null>;
  /** After `replaced`: take the call back into this tab. */
  takeOver(): Promise<Failure | null>;
}
