import { describe, expect, it } from 'vitest';
import { limits } from '../../sfu/protocol/limits.ts';
import { languageOf, wordsIn } from './words.ts';

describe('the language of a banner', () => {
  it('is the one that was chosen for it', () => {
    expect(languageOf({ language: 'en' }, ['ja-JP'])).toBe('en');
    expect(languageOf({ language: 'ja' }, ['en-GB'])).toBe('ja');
  });

  it('else the first of the browser that it speaks, else Japanese', () => {
    expect(languageOf({ language: 'browser' }, ['fr-FR', 'EN-us', 'ja'])).toBe('en');
    expect(languageOf({ language: 'browser' }, ['ja', 'en'])).toBe('ja');
    expect(languageOf({ language: 'browser' }, ['de'])).toBe('ja');
    expect(languageOf({ language: 'browser' }, [])).toBe('ja');
  });
});

describe('the words of a banner', () => {
  it('say who will call', () => {
    for (const language of ['ja', 'en'] as const) {
      expect(wordsIn(language).thanks('あおば事務機')).toContain('あおば事務機');
    }
  });

  it('are as short as one could choose them in the editor', () => {
    for (const language of ['ja', 'en'] as const) {
      const { heading, text, button } = wordsIn(language);
      for (const each of [heading, text, button])
        expect([...each].length).toBeLessThanOrEqual(limits.bannerCharacters);
    }
  });
});
