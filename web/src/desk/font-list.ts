import type { SubstitutedFont } from '../../../sfu/protocol/documents.ts';
import { d } from '../i18n/desk.ts';

/** Fonts that the server does not have, each with the one that stands in for it. */
export const fontList = (fonts: readonly SubstitutedFont[]): string =>
  fonts.map(({ wanted, used }) => `${wanted} → ${used}`).join(d().documents.comma);
