import { catalogue } from './catalogue.ts';
import { deskEn } from './desk-en.ts';
import { deskJa, type DeskTexts } from './desk-ja.ts';
import './failures-organization.ts';

/** The words of the rep's desk. */
export const d = catalogue<DeskTexts>({ ja: deskJa, en: deskEn });
