import type { OrganizationRules } from '../accounts/organization.ts';
import type { Banners } from '../accounts/banners.ts';
import type { UserFiles } from '../accounts/import/user-files.ts';
import type { LogBook } from '../accounts/log-book.ts';
import type { OrganizationLog } from '../accounts/organization-log.ts';
import type { OriginSettings } from '../accounts/origin.ts';
import type { PasswordChange } from '../accounts/password-change.ts';
import type { Sessions } from '../accounts/sessions.ts';
import type { SignInLog } from '../accounts/sign-in-log.ts';
import type { SignIn } from '../accounts/sign-in.ts';
import type { Units } from '../accounts/units.ts';
import type { UserSessions } from '../accounts/user-sessions.ts';
import type { Usage } from '../accounts/usage.ts';
import type { Users } from '../accounts/users.ts';
import type { Log } from '../log.ts';
import type { DocumentLibrary } from '../documents/library.ts';
import type { Tickets } from '../documents/tickets.ts';
import type { HistoryLibrary } from '../history/library.ts';
import type { RecordingLibrary } from '../recording/library.ts';
import type { BlobStore } from '../store/blobs.ts';
import type { OrganizationRepository } from '../store/organization-repository.ts';

/** The settings that concern the web pages; the whole of config.ts fits here. */
export type HttpSettings = OriginSettings & {
  /** The folder of the built pages, absolute. */
  webDir: string;
};

/** The meetings, as far as documents and signing in are concerned. */
export interface Seats {
  /** Who is present in this meeting with this resume token; the account is the host's. */
  find(meetingId: string, resumeToken: string): { participantId: string; accountId: string | null } | null;
  /** Whether this document is on show in this meeting. */
  shows(meetingId: string, documentId: string): boolean;
  /** Whether it is on show or on offer in any meeting. */
  uses(documentId: string): boolean;
  documentRemoved(documentId: string): Promise<void>;
  /** Whether this account's rep is present in a meeting that runs. */
  isInMeeting(accountId: string): boolean;
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
  rules: OrganizationRules;
  userSessions: UserSessions;
  users: Users;
  userFiles: UserFiles;
  units: Units;
  /** Where acts are written down; it never fails and never delays them. */
  organizationLog: OrganizationLog;
  signInLog: SignInLog;
  logBook: LogBook;
  usage: Usage;
  banners: Banners;
  documents: DocumentLibrary;
  blobs: BlobStore;
  tickets: Tickets;
  seats: Seats;
  recordings: RecordingLibrary;
  history: HistoryLibrary;
  /** Of recordings. */
  recordingBlobs: BlobStore;
  organizations: Pick<OrganizationRepository, 'findByPublicId'>;
};
