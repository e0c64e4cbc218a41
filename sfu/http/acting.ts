import type { Request, Response } from 'express';
import { plainAddress } from '../accounts/addresses.ts';
import type { LogWrite } from '../accounts/organization-log.ts';
import { signedIn } from './access.ts';

/** Where a request comes from, as it is shown and written down. */
export function addressOf(request: Request): string {
  return plainAddress(request.ip ?? 'unknown');
}

/** Who does something, as the organisation's log has it (A6); for routes that are kept for people who are signed in. */
export function actingOf(
  request: Request,
): Pick<LogWrite, 'organizationId' | 'accountId' | 'actor'> & { address: string } {
  const { organization, accountId, accountName: actor } = signedIn(request);
  return { organizationId: organization.id, accountId, actor, address: addressOf(request) };
}

/** Is given as soon as nobody waits for the answer any more. */
export function whenGone(response: Response): AbortSignal {
  const gone = new AbortController();
  // While it was being found out who asks.
  if (response.destroyed) gone.abort();
  response.once('close', () => {
    if (!response.writableFinished) gone.abort();
  });
  return gone.signal;
}
