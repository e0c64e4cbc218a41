/** The languages Taimen speaks, and the one it speaks now (Q1). */

export const locales = ['ja', 'en'] as const;
export type Locale = (typeof locales)[number];

const storageKey = 'taimen.language';

function isLocale(text: string | null | undefined): text is Locale {
  return locales.some((one) => one === text);
}

/** What the person chose before, else the first language of the browser that Taimen speaks, else Japanese. */
function firstLocale(): Locale {
  try {
    const remembered = localStorage.getItem(storageKey);
    if (isLocale(remembered)) return remembered;
  } catch {
    // Storage can be forbidden by the browser's settings: then nothing is remembered.
  }
  const wanted = typeof navigator === 'undefined' ? [] : navigator.languages;
  return wanted.map((tag) => tag.slice(0, 2).toLowerCase()).find(isLocale) ?? 'ja';
}

class Language {
  #locale = $state<Locale>(firstLocale());

  get locale(): Locale {
    return this.#locale;
  }

  /** Every sentence on the screen follows at once, also in the middle of a call. */
  choose(locale: Locale): void {
    this.#locale = locale;
    try {
      localStorage.setItem(storageKey, locale);
    } catch {
      // See above: it holds for this page only.
    }
  }
}

export const language = new Language();
