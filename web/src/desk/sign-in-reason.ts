import { d } from '../i18n/desk.ts';
import { failureText } from '../i18n/index.ts';
import type { Failure } from '../session/api.ts';

/** What to say above the sign-in: if somebody else's doing ended the session here, that (A3). */
export function signInReason({ code, details }: Failure): string {
  const reason = code === 'sign-in-required' ? details['reason'] : undefined;
  return isTold(reason) ? d().signIn.ended[reason] : failureText({ code, details });
}

type Told = keyof ReturnType<typeof d>['signIn']['ended'];

/* The server may be newer than this page and know a reason that the page does not. */
function isTold(reason: string | number | undefined): reason is Told {
  return typeof reason === 'string' && Object.hasOwn(d().signIn.ended, reason);
}
