import { limits } from '../protocol/limits.ts';

/* Controls, halves of surrogate pairs and code points without a character. Everything else can be typed. */
const unprintable = /[\p{Cc}\p{Cs}\p{Cn}]/u;

/**
 * A password as it is hashed: NFKC, because keyboards and systems differ in how they write the same
 * characters (NIST SP 800-63B, 3.1.1.2). Nothing is trimmed.
 */
export function normalizePassword(typed: string): string {
  return typed.normalize('NFKC');
}

/** A1: 12 to 128 characters (code points, after normalisation), any printable; no further rules. */
export function isPasswordForm(typed: string): boolean {
  const password = normalizePassword(typed);
  const characters = [...password].length;
  return (
    characters >= limits.passwordCharactersMin &&
    characters <= limits.passwordCharactersMax &&
    !unprintable.test(password)
  );
}
