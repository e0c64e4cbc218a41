import { Refusal } from '../protocol/codes.ts';
import { limits } from '../protocol/limits.ts';
import type { InvitationView } from '../protocol/view.ts';
import { hashSecret, newId, newSecret } from './identity.ts';
import type { InvitationRecord } from './records.ts';

/** A link that lets people in without a knock (J5). */
export class Invitation {
  readonly #record: InvitationRecord;

  private constructor(record: InvitationRecord) {
    this.#record = record;
  }

  /** @returns the invitation and the only copy of its token. */
  static issue(now: number): { invitation: Invitation; token: string } {
    const token = newSecret();
    const invitation = new Invitation({
      id: newId(),
      tokenHash: hashSecret(token),
      createdAt: now,
      expiresAt: now + limits.invitationLifetimeMs,
      revokedAt: null,
      uses: 0,
    });
    return { invitation, token };
  }

  static restore(record: InvitationRecord): Invitation {
    return new Invitation({ ...record });
  }

  get id(): string {
    return this.#record.id;
  }

  matches(token: string): boolean {
    return this.#record.tokenHash === hashSecret(token);
  }

  /** @throws Refusal when nobody can come in by it (any more). */
  assertUsable(now: number): void {
    if (this.#record.revokedAt !== null) {
      throw new Refusal('invitation-revoked', 'The invitation has been withdrawn.');
    }
    if (now >= this.#record.expiresAt) {
      throw new Refusal('invitation-expired', 'The invitation has expired.');
    }
    if (this.#record.uses >= limits.usesPerInvitation) {
      throw new Refusal('invitation-used-up', 'The invitation has been used as often as it may be.');
    }
  }

  use(): void {
    this.#record.uses += 1;
  }

  revoke(now: number): void {
    this.#record.revokedAt ??= now;
  }

  toView(): InvitationView {
    const { id, expiresAt, revokedAt, uses } = this.#record;
    return { id, expiresAt, revoked: revokedAt !== null, uses };
  }

  toRecord(): InvitationRecord {
    return { ...this.#record };
  }
}
