import { bannersEn } from './banners-en.ts';
import { bannersJa, type BannersTexts } from './banners-ja.ts';
import { catalogue } from './catalogue.ts';
import './failures-organization.ts';

/** The words of the place リンクバナー, which only admins and managers see. */
export const b = catalogue<BannersTexts>({ ja: bannersJa, en: bannersEn });
