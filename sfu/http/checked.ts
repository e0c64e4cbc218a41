import type { z } from 'zod';
import { Refusal } from '../protocol/codes.ts';

/**
 * What came in, checked against its schema.
 *
 * @throws Refusal `bad-request` that names the fields that are wrong, never their values.
 */
export function checked<T extends z.ZodType>(schema: T, input: unknown): z.output<T> {
  const result = schema.safeParse(input);
  if (result.success) return result.data;
  const fields = new Set(result.error.issues.map((issue) => issue.path.join('.') || 'body'));
  throw new Refusal('bad-request', `Not usable: ${[...fields].slice(0, 10).join(', ')}.`);
}
