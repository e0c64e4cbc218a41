import type { Generated } from 'kysely';
import type { ErrorCode } from '../protocol/codes.ts';
import type { DocumentFormat } from '../protocol/documents.ts';
import type { MeetingResult } from '../protocol/history.ts';
import type { LogAct, LogKind } from '../protocol/log.ts';
import type { AccountRole } from '../protocol/organization.ts';
import type { RecordingKind } from '../protocol/recording.ts';
import type { DeviceState, EndReason, LeaveReason, Role, Standing } from '../protocol/view.ts';

/**
 * The tables as they are after the last migration, in types that SQLite and PostgreSQL both have: text,
 * integer, and bigint for times (milliseconds since 1970). Truth values are 0 and 1.
 */
export type Schema = {
  organizations: OrganizationTable;
  accounts: AccountTable;
  sessions: SessionTable;
  meetings: MeetingTable;
  meeting_texts: MeetingTextTable;
  participants: ParticipantTable;
  invitations: InvitationTable;
  chat_messages: ChatMessageTable;
  connection_numbers: ConnectionNumberTable;
  documents: DocumentTable;
  document_memos: DocumentMemoTable;
  recordings: RecordingTable;
  units: UnitTable;
  log_entries: LogEntryTable;
  banners: BannerTable;
  callbacks: CallbackTable;
};

export type OrganizationTable = {
  id: string;
  /** The short ID people sign in with, folded; unique. */
  public_id: string;
  name: string;
  created_at: number;
  /** JSON of what its admins have set, over the usual; null: nothing. */
  settings: string | null;
};

export type UnitTable = {
  id: string;
  organization_id: string;
  /** Null at the top. */
  parent_id: string | null;
  name: string;
  created_at: number;
};

export type { AccountRole } from '../protocol/organization.ts';

export type AccountTable = {
  id: string;
  organization_id: string;
  /** The login ID as it is shown. */
  login: string;
  /** The login ID as it is compared; unique within the organisation. */
  folded_login: string;
  name: string;
  role: AccountRole;
  /** A PHC string. */
  password_hash: string;
  must_change_password: number;
  created_at: number;
  last_sign_in_at: number | null;
  /** Where warnings about storage go; null: nowhere. */
  mail: string | null;
  /** The highest threshold that has been warned of: see recording/quota.ts; 0: none. */
  storage_warned: Generated<number>;
  unit_id: string | null;
  note: Generated<string>;
  /** Recording space of this account alone; null: as the organisation has it. */
  quota_bytes: number | null;
  /** Since when it is an account no more; its login ID is free again, what it made stays. */
  removed_at: number | null;
  /** 離席 was chosen at the desk (B1), and nothing else since. */
  is_away: Generated<number>;
};

/** Why a session is over; kept so that the page which held it can say so (A3). */
export type SessionEndReason =
  'signed-out' | 'signed-in-elsewhere' | 'password-changed' | 'signed-out-remotely' | 'account-removed';

export type SessionTable = {
  id: string;
  token_hash: string;
  account_id: string;
  created_at: number;
  last_seen_at: number;
  ended_at: number | null;
  end_reason: SessionEndReason | null;
  address: Generated<string>;
  browser: Generated<string>;
};

export type MeetingTable = {
  id: string;
  /* Neither of these two is a foreign key: the history outlives the account (A8). */
  organization_id: string | null;
  host_account_id: string | null;
  state: 'waiting' | 'live' | 'ended';
  connection_number: string | null;
  number_expires_at: number | null;
  created_at: number;
  started_at: number | null;
  ended_at: number | null;
  end_reason: EndReason | null;
  home: string;
  /** JSON of a StageRecord; null in meetings from before there were documents. */
  stage: string | null;
  /** JSON of the meeting's own record of its recording; null in meetings from before there were any. */
  recording: string | null;
  /** The banner that was pressed. */
  banner_key: string | null;
  /** The page that the customer came from. */
  origin: string | null;
  /** The host's own, as is the result. */
  note: Generated<string>;
  result: MeetingResult | null;
};

/**
 * What the history is searched in, of each meeting that came about: narrow rows in the history's order, because a word
 * that hardly any meeting has is looked for in all of them.
 */
export type MeetingTextTable = {
  host_account_id: string;
  started_at: number;
  meeting_id: string;
  /** Folded names, titles, number and note. */
  text: string;
};

export type ParticipantTable = {
  meeting_id: string;
  id: string;
  /** The place in the meeting's list, from 0. */
  position: number;
  role: Role;
  name: string;
  account_id: string | null;
  standing: Standing;
  resume_token_hash: string;
  microphone: DeviceState;
  camera: DeviceState;
  speaker: 'on' | 'off';
  joined_at: number;
  left_at: number | null;
  leave_reason: LeaveReason | null;
};

export type InvitationTable = {
  meeting_id: string;
  id: string;
  position: number;
  token_hash: string;
  created_at: number;
  expires_at: number;
  revoked_at: number | null;
  uses: number;
};

export type ChatMessageTable = {
  id: string;
  meeting_id: string;
  /** The order in which the server took the messages of one meeting. */
  position: number;
  participant_id: string;
  name: string;
  text: string;
  at: number;
};

/** What failed leaves no row. */
export type DocumentState = 'converting' | 'ready';

export type DocumentTable = {
  id: string;
  /** The owner; null for what a guest has brought and nobody has kept. */
  account_id: string | null;
  /** Where a guest has brought it; null for a rep's own. */
  meeting_id: string | null;
  participant_id: string | null;
  title: string;
  file_name: string;
  format: DocumentFormat;
  bytes: number;
  pages: number;
  version: number;
  share_file: number;
  /** The place in the owner's list, lowest first. */
  position: number;
  state: DocumentState;
  /** Keys of the blob store. */
  original_blob: string;
  /** Null until there is one; that of the original where it is a PDF itself. */
  pdf_blob: string | null;
  /** JSON. */
  substituted_fonts: string;
  /** The document whose file this one is to become, once it is ready. */
  replaces: string | null;
  created_at: number;
};

export type DocumentMemoTable = {
  document_id: string;
  /** 0: to the whole document. */
  page: number;
  text: string;
};

/**
 * `deleted`: could not be finished and its owner has no use for it; stays until the recorder has thrown away what
 * it was to be made of.
 */
export type PartState = 'recording' | 'finishing' | 'ready' | 'failed' | 'deleted';

export type RecordingTable = {
  id: string;
  /* Neither of these two is a foreign key: the history outlives the account (A8). */
  meeting_id: string;
  account_id: string;
  capture_id: string;
  /** Within the capture, from 1; unique in it. */
  part: number;
  /** Within the meeting, from 1: what people read. */
  number: number;
  kind: RecordingKind;
  state: PartState;
  failure: ErrorCode | null;
  began_at: number;
  duration_ms: number;
  /** Of the file; counts once it is ready. */
  bytes: number;
  reserved_bytes: number;
  /** The key of the blob store that the file has or is about to get; null before there is a file. */
  blob: string | null;
  /** JSON. */
  chapters: string;
  /** The copy in MP4; all three or none. */
  mp4_blob: string | null;
  mp4_bytes: number | null;
  mp4_made_at: number | null;
};

export type ConnectionNumberTable = {
  number: string;
  meeting_id: string;
  claimed_at: number;
  /** Null while the number is somebody's; it rests from this time on (J2). */
  released_at: number | null;
};

export type LogEntryTable = {
  id: string;
  organization_id: string;
  kind: LogKind;
  act: LogAct;
  at: number;
  account_id: string | null;
  /** As the name was then. */
  actor: string;
  subject: string;
  meeting_id: string | null;
  address: string | null;
  /** What it is searched in: actor, subject and address, folded. */
  search: string;
};

export type BannerTable = {
  /** Stands in public pages. */
  key: string;
  organization_id: string;
  name: string;
  /** JSON. */
  look: string;
  is_on: number;
  created_at: number;
};

export type CallbackTable = {
  id: string;
  organization_id: string;
  banner_key: string;
  name: string;
  phone: string;
  wish: string;
  origin: string | null;
  at: number;
  /** The name of who has called back. */
  done_by: string | null;
  done_at: number | null;
};
