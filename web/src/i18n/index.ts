import { catalogue } from './catalogue.ts';
import { en } from './en.ts';
import { ja, type Texts } from './ja.ts';

export { failureText } from './failure-text.ts';
export { language, locales, type Locale } from './locale.svelte.ts';
export { type Texts };

/** The words of everything that a customer may see; the desk has a catalogue of its own. */
export const t = catalogue<Texts>({ ja, en });
