import { z } from 'zod';
import { limits } from './limits.ts';

/** An identifier made by the server: 22 characters of base64url, 128 random bits. */
export const id = z.string().regex(/^[A-Za-z0-9_-]{22}$/);

/** A secret made by the server: 43 characters of base64url, 256 random bits; stored as its SHA-256 only. */
export const secret = z.string().regex(/^[A-Za-z0-9_-]{43}$/);

/** Made by mediasoup: a UUID. */
export const mediaId = z.string().min(1).max(64);

/*
 * Direction marks and controls could make a name look like another one's, and fillers like none at all; white
 * space is folded. The joiner stays between pictographs: 👩‍💼 is one character to whoever typed it.
 */
const unprintable = new RegExp(
  [
    '[[\\p{Cc}\\p{Cf}\\p{Cs}\\u115F\\u1160\\u2800\\u3164\\uFFA0]--\\u200D]',
    '(?<![\\p{Extended_Pictographic}\\p{Emoji_Modifier}\\uFE0F])\\u200D',
    '\\u200D(?!\\p{Extended_Pictographic})',
  ].join('|'),
  'gv',
);

/** One line of at most so many characters: NFC, without control and direction characters, spaces folded. */
export function printable(text: string, charactersMax: number): string {
  const line = text.normalize('NFC').replace(unprintable, ' ').replace(/\s+/gu, ' ').trim();
  return [...line].slice(0, charactersMax).join('');
}

/** A person's name as others read it. */
export const personName = z
  .string()
  .max(1_000)
  .transform((text) => printable(text, limits.nameCharacters));

/** What somebody typed into a field for a connection number; its reading is connection-number.ts's. */
export const typedNumber = z.string().max(64);

/** The public short name of an organisation: NFKC-folded, case-insensitive. */
export const organizationId = z
  .string()
  .max(64)
  .transform((text) => text.normalize('NFKC').trim().toLowerCase())
  .pipe(z.string().regex(/^[a-z0-9][a-z0-9-]{0,39}$/));
