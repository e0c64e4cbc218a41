import type { Request } from 'express';
import type { DocumentOwner } from '../documents/owner.ts';
import { Refusal } from '../protocol/codes.ts';
import { id, secret } from '../protocol/values.ts';
import type { HttpDeps } from './deps.ts';

/** Who asks for documents: somebody signed in, or somebody with a seat in a meeting. */
export type Visitor = {
  owner: DocumentOwner;
  /** The meeting of the seat; null for the desk. */
  meetingId: string | null;
};

/**
 * A seat shows itself by `Authorization: Bearer <meeting's ID>.<resume token>`; without that header the
 * session's cookie counts. The host's seat speaks for the host's account: a meeting goes on, with its documents,
 * when the desk has been signed out elsewhere.
 *
 * @throws Refusal seat-unknown, sign-in-required, password-change-required
 */
export async function visitorOf(
  request: Request,
  { seats, sessions }: Pick<HttpDeps, 'seats' | 'sessions'>,
): Promise<Visitor> {
  const { authorization } = request.headers;
  if (authorization === undefined) {
    const { accountId } = await sessions.require(request.headers.cookie);
    return { owner: { kind: 'account', accountId }, meetingId: null };
  }
  const [meetingId, token] = /^Bearer ([^.]+)\.(.+)$/.exec(authorization)?.slice(1) ?? [];
  const isForm = id.safeParse(meetingId).success && secret.safeParse(token).success;
  const seat = isForm && meetingId && token ? seats.find(meetingId, token) : null;
  if (!seat || !meetingId) throw new Refusal('seat-unknown', 'This seat is not in a meeting.');
  const { participantId, accountId } = seat;
  return {
    meetingId,
    owner: accountId === null ? { kind: 'guest', meetingId, participantId } : { kind: 'account', accountId },
  };
}

/** @throws Refusal not-allowed to guests: this is the rep's alone */
export function accountOf({ owner }: Pick<Visitor, 'owner'>): string {
  if (owner.kind !== 'account') throw new Refusal('not-allowed', 'Only for the rep.');
  return owner.accountId;
}
