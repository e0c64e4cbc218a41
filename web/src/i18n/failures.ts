import type { Failure } from '../session/api.ts';

export type FailureDetails = Failure['details'];

/** One sentence or two for every code: what is wrong and what to do. The compiler sees to it that none is missing. */
export type FailureTexts = Readonly<Record<Failure['code'], string | ((details: FailureDetails) => string)>>;
