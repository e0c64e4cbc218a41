import { afterEach, describe, expect, it } from 'vitest';
import { failureText } from '../i18n/index.ts';
import { language, locales } from '../i18n/locale.svelte.ts';
import { signInReason } from './sign-in-reason.ts';

const ended = (reason: string) => signInReason({ code: 'sign-in-required', details: { reason } });

afterEach(() => language.choose('ja'));

describe('whoever has to sign in again', () => {
  it.each(locales)('reads in %s what somebody else did', (locale) => {
    language.choose(locale);
    const reasons = ['signed-in-elsewhere', 'password-changed', 'signed-out-remotely', 'account-removed'];
    const texts = reasons.map(ended);
    expect(new Set(texts).size).toBe(reasons.length);
    expect(texts).not.toContain(failureText({ code: 'sign-in-required', details: {} }));
  });

  it('of a removed account learns that it is no more', () => {
    expect(ended('account-removed')).toContain('削除');
  });

  it('reads that it took too long where nobody did anything, or a newer server names what it was', () => {
    const expired = failureText({ code: 'sign-in-required', details: {} });
    expect(signInReason({ code: 'sign-in-required', details: {} })).toBe(expired);
    expect(ended('of-tomorrow')).toBe(expired);
    expect(ended('toString')).toBe(expired);
  });

  it('reads every other failure as it is', () => {
    const failure = { code: 'sign-in-failed', details: { reason: 'account-removed' } } as const;
    expect(signInReason(failure)).toBe(failureText(failure));
  });
});
