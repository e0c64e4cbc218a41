/**
 * An ID as it is compared (A1): full-width and half-width forms are one (NFKC), so are capitals and small
 * letters, and white space around it does not count. Folding twice changes nothing.
 */
export function foldId(typed: string): string {
  return typed.normalize('NFKC').toLowerCase().normalize('NFKC').trim();
}
