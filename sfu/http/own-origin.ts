import type { RequestHandler } from 'express';
import { isOwnOrigin, type OriginSettings } from '../accounts/origin.ts';
import { Refusal } from '../protocol/codes.ts';

/** RFC 9110, 9.2.1: these change nothing. */
const safeMethods: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS']);

/** Refuses, with `origin`, every request that changes something and does not come from our own pages. */
export function onlyOwnOrigin(settings: OriginSettings): RequestHandler {
  return (request, _response, next) => {
    if (!safeMethods.has(request.method) && !isOwnOrigin(request.headers, settings)) {
      throw new Refusal('origin', 'This request does not come from a page of this server.');
    }
    next();
  };
}
