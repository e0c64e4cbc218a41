import type { DocumentRecord } from '../store/document-repository.ts';

/** A rep, or a guest in a meeting. */
export type DocumentOwner =
  { kind: 'account'; accountId: string } | { kind: 'guest'; meetingId: string; participantId: string };

export function isOwnedBy(record: DocumentRecord, owner: DocumentOwner): boolean {
  if (owner.kind === 'account') return record.accountId === owner.accountId;
  const { broughtBy } = record;
  return broughtBy?.meetingId === owner.meetingId && broughtBy.participantId === owner.participantId;
}

export function keyOf(owner: DocumentOwner): string {
  return owner.kind === 'account' ? owner.accountId : `${owner.meetingId} ${owner.participantId}`;
}

export function ownerOf({ accountId, broughtBy }: DocumentRecord): DocumentOwner {
  return broughtBy ? { kind: 'guest', ...broughtBy } : { kind: 'account', accountId: accountId ?? '' };
}
