import type { OriginSettings } from '../accounts/origin.ts';
import type { PasswordChange } from '../accounts/password-change.ts';
import type { Sessions } from '../accounts/sessions.ts';
import type { SignIn } from '../accounts/sign-in.ts';
import type { Log } from '../log.ts';
import type { DocumentLibrary } from '../documents/library.ts';
import type { Tickets } from '../documents/tickets.ts';
import type { RecordingLibrary } from '../recording/library.ts';
import type { BlobStore } from '../store/blobs.ts';
import type { OrganizationRepository } from '../store/organization-repository.ts';

/** The settings that concern the web pages; the whole of config.ts fits here. */
export type HttpSettings = OriginSettings & {
  /** The folder of the built pages, absolute. */
  webDir: string;
};

/** The meetings, as far as documents are concerned. */
export interface Seats {
  /** Who is present in this meeting with this resume token; the account is the host's. */
  find(meetingId: string, resumeToken: string): { participantId: string; accountId: string | null } | null;
  /** Whether this document is on show in this meeting. */
  shows(meetingId: string, documentId: string): boolean;
  /** Whether it is on show or on offer in any meeting. */
  uses(documentId: string): boolean;
  documentRemoved(documentId: string): Promise<void>;
}

/** What the HTTP interface stands on. */
export type HttpDeps = {
  config: HttpSettings;
  log: Log;
  /** Whether meetings can start. */
  ready: () => boolean;
  signIn: SignIn;
  sessions: Sessions;
  passwordChange: PasswordChange;
  documents: DocumentLibrary;
  blobs: BlobStore;
  tickets: Tickets;
  seats: Seats;
  recordings: RecordingLibrary;
  /** Of recordings. */
  recordingBlobs: BlobStore;
  organizations: Pick<OrganizationRepository, 'findByPublicId'>;
};
