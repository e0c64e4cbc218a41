import { catalogue } from './catalogue.ts';
import './failures-recording.ts';
import { historyEn } from './history-en.ts';
import { historyJa, type HistoryTexts } from './history-ja.ts';

/** The words of the place 商談履歴, which only a rep sees. */
export const h = catalogue<HistoryTexts>({ ja: historyJa, en: historyEn });
