import type { Failure } from '../session/api.ts';

export type FailureDetails = Failure['details'];

/** Codes that only those read who have to do with documents; their sentences come with the documents' parts. */
export type DocumentCode =
  | Extract<Failure['code'], `document-${string}`>
  | 'storage-full'
  | 'page-unknown'
  | 'offer-unknown'
  | 'nobody-to-offer'
  | 'upload-broken';

/** The same of recordings. */
export type RecordingCode = Extract<Failure['code'], `recording-${string}`>;

/** The same of the organisation, for those who are signed in. */
export type OrganizationCode = Extract<
  Failure['code'],
  | 'sign-in-in-meeting'
  | 'login-taken'
  | 'last-admin'
  | 'own-account'
  | 'banner-count'
  | `${'user' | 'unit' | 'session' | 'history' | 'callback'}-${string}`
>;

type Texts<C extends string> = Readonly<Record<C, string | ((details: FailureDetails) => string)>>;

/** One sentence or two for every code: what is wrong and what to do. The compiler sees to it that none is missing. */
export type FailureTexts = Texts<Exclude<Failure['code'], DocumentCode | RecordingCode | OrganizationCode>>;
export type DocumentFailureTexts = Texts<DocumentCode>;
export type RecordingFailureTexts = Texts<RecordingCode>;
export type OrganizationFailureTexts = Texts<OrganizationCode>;
