import { createHash, randomBytes, randomInt } from 'node:crypto';
import { limits } from '../protocol/limits.ts';

/** A new identifier: 128 random bits as 22 characters of base64url. */
export function newId(): string {
  return randomBytes(16).toString('base64url');
}

/** A new secret: 256 random bits as 43 characters of base64url. Only its hash is ever stored. */
export function newSecret(): string {
  return randomBytes(32).toString('base64url');
}

/**
 * What is stored of a secret. A plain SHA-256 is enough for 256 random bits: there is nothing to guess.
 */
export function hashSecret(secret: string): string {
  return createHash('sha256').update(secret).digest('base64url');
}

/** A random connection number: five digits, the first of which may be 0. */
export function randomNumber(): string {
  const digits = limits.connectionNumberDigits;
  return String(randomInt(10 ** digits)).padStart(digits, '0');
}
