import type { Request, RequestHandler } from 'express';
import { isOwnOrigin, type OriginSettings } from '../accounts/origin.ts';
import { Refusal } from '../protocol/codes.ts';
import { accessTo, methodsFromAnywhere } from './access.ts';

/** RFC 9110, 9.2.1: these change nothing. */
const safeMethods: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS']);
/** How long a browser may keep the answer to a preflight, in seconds. */
const preflightSeconds = 600;

/**
 * Refuses, with `origin`, every request that changes something and does not come from our own pages; but for what
 * the table of routes keeps open to pages from anywhere.
 */
export function onlyOwnOrigin(settings: OriginSettings): RequestHandler {
  return (request, _response, next) => {
    const isHarmless = safeMethods.has(request.method) || isFromAnywhere(request);
    if (!isHarmless && !isOwnOrigin(request.headers, settings)) {
      throw new Refusal('origin', 'This request does not come from a page of this server.');
    }
    next();
  };
}

/**
 * Lets pages of every site read the answers of the routes that are kept open to them, and send them JSON (Fetch
 * Standard, CORS protocol). Browsers send no cookies with that, and nothing here looks at any. Of all other routes
 * no other site's page can read anything. To be used below `/api`.
 */
export function openToAllSites(): RequestHandler {
  return (request, response, next) => {
    const methods = methodsFromAnywhere(request.path);
    const isPreflight = request.method === 'OPTIONS' && methods.length > 0;
    if (!isPreflight && accessTo(request.method, request.path) !== 'anywhere') {
      next();
      return;
    }
    response.set({ 'Access-Control-Allow-Origin': '*', 'Cross-Origin-Resource-Policy': 'cross-origin' });
    if (!isPreflight) {
      next();
      return;
    }
    response.set({
      'Access-Control-Allow-Methods': methods.join(', '),
      'Access-Control-Allow-Headers': 'Content-Type',
      'Access-Control-Max-Age': String(preflightSeconds),
    });
    response.status(204).end();
  };
}

function isFromAnywhere({ method, path }: Request): boolean {
  const below = /^\/api(\/.*)$/.exec(path)?.[1];
  return below !== undefined && accessTo(method, below) === 'anywhere';
}
