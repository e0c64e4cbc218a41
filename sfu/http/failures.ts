import type { ErrorRequestHandler, RequestHandler, Response } from 'express';
import type { Log } from '../log.ts';
import { Refusal, type ErrorCode } from '../protocol/codes.ts';
import type { HttpFailure } from '../protocol/http.ts';

/** The status of a refusal, where it is not 400. */
const statusOf: Partial<Record<ErrorCode, number>> = {
  'sign-in-failed': 401,
  'sign-in-required': 401,
  'seat-unknown': 401,
  origin: 403,
  'not-allowed': 403,
  'password-change-required': 403,
  'organization-unknown': 404,
  'document-unknown': 404,
  'meeting-ended': 410,
  'document-not-ready': 409,
  'document-in-use': 409,
  'document-count': 409,
  'recording-unknown': 404,
  'recording-not-ready': 409,
  'recording-lost': 410,
  'recording-unavailable': 503,
  'recording-quota': 507,
  'recording-disk': 507,
  'document-not-shared': 403,
  'too-large': 413,
  'document-too-large': 413,
  'document-pages': 413,
  'document-type': 415,
  'document-encrypted': 422,
  'document-damaged': 422,
  'document-slow': 422,
  'document-office-missing': 501,
  'password-form': 422,
  'password-same': 422,
  'sign-in-blocked': 429,
  'too-many': 503,
  internal: 500,
  'storage-full': 507,
  'sign-in-in-meeting': 409,
  'user-unknown': 404,
  'login-taken': 409,
  'last-admin': 409,
  'own-account': 409,
  'unit-unknown': 404,
  'unit-depth': 409,
  'unit-in-use': 409,
  'session-unknown': 404,
  'history-unknown': 404,
  'banner-unknown': 404,
  'banner-count': 409,
  'callback-unknown': 404,
};

/** The end of the line for `/api`. */
export function unknownRoute(): RequestHandler {
  return (_request, response) => {
    send(response, 404, { code: 'bad-request', message: 'There is no such route.' });
  };
}

/** Turns whatever was thrown into `{ code, message }`. Only defects are logged; refusals are daily business. */
export function answerFailures(log: Log): ErrorRequestHandler {
  // Express knows a handler of errors by its four parameters.
  return (error: unknown, request, response, next) => {
    if (response.headersSent) {
      next(error);
      return;
    }
    if (error instanceof Refusal) {
      const { code, message, details } = error;
      if (typeof details['seconds'] === 'number') response.set('Retry-After', String(details['seconds']));
      const hasDetails = Object.keys(details).length > 0;
      send(response, statusOf[code] ?? 400, hasDetails ? { code, message, details } : { code, message });
      return;
    }
    const status = statusGiven(error);
    if (status === 413) {
      send(response, status, { code: 'too-large', message: 'The request is too large.' });
      return;
    }
    if (status !== null) {
      send(response, status, { code: 'bad-request', message: 'The request is not understood.' });
      return;
    }
    // Of the address only the first part: the rest may be an invitation's secret.
    const area = `/${request.path.split('/')[1] ?? ''}`;
    log.error({ err: error, method: request.method, area }, 'a request failed');
    send(response, 500, { code: 'internal', message: 'Something went wrong on the server.' });
  };
}

/** The status with which Express or its body reader refuse a request, 4xx; null for every other error. */
function statusGiven(error: unknown): number | null {
  if (!(error instanceof Error) || !('status' in error)) return null;
  const { status } = error;
  return typeof status === 'number' && status >= 400 && status < 500 ? status : null;
}

function send(response: Response, status: number, failure: HttpFailure): void {
  response.status(status).json(failure);
}
