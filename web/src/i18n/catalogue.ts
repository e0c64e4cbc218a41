import { language, type Locale } from './locale.svelte.ts';

/**
 * The shape of a catalogue, taken from the Japanese one: the same keys, with any text in place of a text and
 * a function of the same parameters in place of a function.
 */
export type Translated<T> = {
  readonly [K in keyof T]: T[K] extends string
    ? string
    : T[K] extends (...parameters: infer P) => string
      ? (...parameters: P) => string
      : Translated<T[K]>;
};

/**
 * Binds a catalogue to the language of the moment. The result is called where a text is needed, so that
 * whatever shows the text depends on the language.
 */
export function catalogue<T>(texts: Record<Locale, T>): () => T {
  return () => texts[language.locale];
}
