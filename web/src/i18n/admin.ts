import { adminEn } from './admin-en.ts';
import { adminJa, type AdminTexts } from './admin-ja.ts';
import { catalogue } from './catalogue.ts';

/** The words of the place 組織の管理, which only admins and managers see. */
export const a = catalogue<AdminTexts>({ ja: adminJa, en: adminEn });
