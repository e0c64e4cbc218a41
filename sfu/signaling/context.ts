import { Refusal } from '../protocol/codes.ts';
import type { Checked, Output, RequestName } from '../protocol/requests.ts';
import type { Banners } from '../accounts/banners.ts';
import type { Host } from '../meeting/meeting.ts';
import type { Participant } from '../meeting/participant.ts';
import type { DocumentLibrary } from '../documents/library.ts';
import type { Tickets } from '../documents/tickets.ts';
import type { Recordings } from '../recording/recordings.ts';
import type { OrganizationRepository } from '../store/organization-repository.ts';
import type { Connection, RepAccount, SeatOf } from './connection.ts';
import type { DeskHub } from './desk-hub.ts';
import type { Guard } from './guard.ts';
import type { LiveMeetings } from './live-meetings.ts';

/** What a handler works with. The gateway has checked the sender and the input before it runs. */
export type Context = {
  connection: Connection;
  meetings: LiveMeetings;
  organizations: OrganizationRepository;
  banners: Pick<Banners, 'organizationOf'>;
  desks: DeskHub;
  documents: DocumentLibrary;
  tickets: Tickets;
  recordings: Pick<Recordings, 'assertPossible'>;
  guard: Guard;
};

export type Handler<N extends RequestName> = (context: Context, input: Checked<N>) => Promise<Output<N>>;
export type Handlers<N extends RequestName = RequestName> = { [K in N]: Handler<K> };

/** @throws Refusal not-allowed; the seat may have been lost since the gateway looked. */
export function seatOf({ connection }: Context): SeatOf {
  if (!connection.seat) throw new Refusal('not-allowed', 'This page holds no seat in a meeting.');
  return connection.seat;
}

export function participantOf(context: Context): Participant {
  const { meeting, participantId } = seatOf(context);
  return meeting.meeting.participant(participantId);
}

/** @throws Refusal sign-in-required */
export function accountOf({ connection }: Context): RepAccount {
  if (!connection.account) throw new Refusal('sign-in-required', 'Sign in first.');
  return connection.account;
}

export function hostOf(account: RepAccount): Host {
  const { accountId, organizationId, name } = account;
  return { accountId, organizationId, name };
}
