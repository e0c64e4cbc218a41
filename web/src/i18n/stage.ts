import { catalogue } from './catalogue.ts';
import { stageEn } from './stage-en.ts';
import { stageJa, type StageTexts } from './stage-ja.ts';

/** The words on and around a page that is shown. They are loaded with the first page. */
export const s = catalogue<StageTexts>({ ja: stageJa, en: stageEn });
