import { catalogue } from './catalogue.ts';
import './failures-organization.ts';
import { sessionsEn } from './sessions-en.ts';
import { sessionsJa, type SessionsTexts } from './sessions-ja.ts';

/** The words of the list of sessions, which no customer sees. */
export const l = catalogue<SessionsTexts>({ ja: sessionsJa, en: sessionsEn });
