/**
 * The closed list of what can go wrong between a browser and the server. A code is what tests, logs and
 * translations refer to; the sentence a person reads is chosen by the browser in the person's language.
 */
export const errorCodes = [
  // what crossed the border was not understood or not allowed
  'bad-request',
  'too-large',
  'too-many',
  'not-allowed',
  'unknown-message',
  'internal',
  // connection numbers (J1 to J3)
  'number-form',
  'number-unknown',
  'number-expired',
  'number-taken',
  'organization-unknown',
  // joining (J4 to J6)
  'name-required',
  'meeting-full',
  'door-crowded',
  'meeting-ended',
  'invitation-unknown',
  'invitation-expired',
  'invitation-used-up',
  'invitation-revoked',
  'refused-by-host',
  'removed-by-host',
  // coming back (C7)
  'seat-unknown',
  'seat-replaced',
  // the call
  'participant-unknown',
  'media-unavailable',
  'media-parameters',
  'media-stale',
  'chat-empty',
  // documents: what a file can be refused for (D1) …
  'document-type',
  'document-encrypted',
  'document-damaged',
  'document-too-large',
  'document-pages',
  'document-slow',
  'document-office-missing',
  'document-count',
  'storage-full',
  // … and what cannot be done with one (D2 to D7)
  'document-unknown',
  'document-not-ready',
  'document-not-shared',
  'document-in-use',
  'document-not-shown',
  'page-unknown',
  'offer-unknown',
  'nobody-to-offer',
  // recording (R1 to R8)
  'recording-quota',
  'recording-disk',
  'recording-unavailable',
  'recording-failed',
  'recording-lost',
  'recording-not-running',
  'recording-unknown',
  'recording-not-ready',
  // signing in (A1, A2)
  'sign-in-failed',
  'sign-in-required',
  'sign-in-blocked',
  'password-form',
  'password-same',
  'password-change-required',
  'origin',
  // the organisation (A2 to A4)
  'sign-in-in-meeting',
  'user-unknown',
  'login-taken',
  'last-admin',
  'own-account',
  'unit-unknown',
  'unit-depth',
  'unit-in-use',
  'session-unknown',
  // the history (B3)
  'history-unknown',
  // the banner (B4)
  'banner-unknown',
  'banner-count',
  'callback-unknown',
] as const;

export type ErrorCode = (typeof errorCodes)[number];

/**
 * A refusal with a code of the list above. Anything else that is thrown while a message is handled is a
 * defect and is answered with `internal`.
 */
export class Refusal extends Error {
  readonly code: ErrorCode;
  /** Facts that the sentence for the person needs, such as the seconds to wait. */
  readonly details: Readonly<Record<string, string | number>>;

  constructor(code: ErrorCode, message: string, details: Readonly<Record<string, string | number>> = {}) {
    super(message);
    this.name = 'Refusal';
    this.code = code;
    this.details = details;
  }
}
