import { argon2, randomBytes, randomInt, timingSafeEqual } from 'node:crypto';
import { promisify } from 'node:util';
import { normalizePassword } from './password-form.ts';

const derive = promisify(argon2);

/** OWASP Password Storage Cheat Sheet, first choice: argon2id with 19 MiB, two passes, one lane. */
const cost = { memory: 19_456, passes: 2, parallelism: 1 } as const;
const saltBytes = 16;
const hashBytes = 32;

/** PHC string format, as written by every argon2 library: `$argon2id$v=19$m=…,t=…,p=…$salt$hash`. */
const phcForm =
  /^\$argon2id\$v=19\$m=(\d{1,7}),t=(\d{1,3}),p=(\d{1,3})\$([A-Za-z0-9+/]{11,86})\$([A-Za-z0-9+/]{22,86})$/;

/** What a made-up password is made of: no two characters that look alike when read from a terminal. */
const madeUpAlphabet = 'abcdefghijkmnpqrstuvwxyz23456789';
const madeUpGroups = 4;
const madeUpGroupCharacters = 5;

/**
 * Hashes a password for the store. Runs on Node's pool of threads, about 30 ms, so that nobody's meeting
 * waits for it. The form of the password is the caller's business.
 */
export async function hashPassword(password: string): Promise<string> {
  const salt = randomBytes(saltBytes);
  const hash = await derive('argon2id', {
    message: Buffer.from(normalizePassword(password)),
    nonce: salt,
    tagLength: hashBytes,
    ...cost,
  });
  const { memory, passes, parallelism } = cost;
  return `$argon2id$v=19$m=${memory},t=${passes},p=${parallelism}$${unpadded(salt)}$${unpadded(hash)}`;
}

/**
 * Whether the password is the one that was hashed. The comparison takes the same time wherever the two differ.
 *
 * @throws an Error when what is stored is no hash of ours: a defect, not a wrong password.
 */
export async function verifyPassword(password: string, stored: string): Promise<boolean> {
  const [, memory, passes, parallelism, salt, hash] = phcForm.exec(stored) ?? [];
  if (!salt || !hash) throw new Error('A stored password is not an argon2id hash in PHC form.');
  const expected = Buffer.from(hash, 'base64');
  const actual = await derive('argon2id', {
    message: Buffer.from(normalizePassword(password)),
    nonce: Buffer.from(salt, 'base64'),
    tagLength: expected.length,
    memory: Number(memory),
    passes: Number(passes),
    parallelism: Number(parallelism),
  });
  return timingSafeEqual(actual, expected);
}

/** A password to be printed once and typed once: 100 random bits in four groups of five. */
export function makeUpPassword(): string {
  const group = () =>
    Array.from(
      { length: madeUpGroupCharacters },
      () => madeUpAlphabet[randomInt(madeUpAlphabet.length)],
    ).join('');
  return Array.from({ length: madeUpGroups }, group).join('-');
}

function unpadded(bytes: Buffer): string {
  return bytes.toString('base64').replace(/=+$/, '');
}
