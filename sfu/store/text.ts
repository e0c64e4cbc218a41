/**
 * Free text as both backings can keep it. PostgreSQL refuses U+0000, and half a surrogate pair is no
 * character in UTF-8: both become U+FFFD, the sign for "something unreadable stood here".
 */
export function storable(text: string): string {
  return text.replaceAll('\u0000', '\uFFFD').toWellFormed();
}
