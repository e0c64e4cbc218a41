import { foldId } from './folding.ts';

/** One typed ID can fold into a much longer one (NFKC); more than this nobody can type in to sign in. */
const foldedCharactersMax = 200;

/** A login ID as it is compared (A1). @returns what is wrong with one that nobody could use */
export function readLoginId(login: string): { folded: string } | { code: 'required' | 'too-long' } {
  const folded = foldId(login);
  if (folded === '') return { code: 'required' };
  return folded.length > foldedCharactersMax ? { code: 'too-long' } : { folded };
}
