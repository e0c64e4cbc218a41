import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, it } from 'vitest';
import { errorCodes } from '../../../sfu/protocol/codes.ts';
import { adminEn } from './admin-en.ts';
import { adminJa } from './admin-ja.ts';
import { bannersEn } from './banners-en.ts';
import { bannersJa } from './banners-ja.ts';
import { deskEn } from './desk-en.ts';
import { deskJa } from './desk-ja.ts';
import './documents.ts';
import { documentsEn } from './documents-en.ts';
import { documentsJa } from './documents-ja.ts';
import { en } from './en.ts';
import { failureText } from './failure-text.ts';
import './failures-organization.ts';
import './failures-recording.ts';
import { listOf, minutesLeft, stopwatch, waitingTime } from './format.ts';
import { ja } from './ja.ts';
import { historyEn } from './history-en.ts';
import { historyJa } from './history-ja.ts';
import { language, locales } from './locale.svelte.ts';
import { recordingEn } from './recording-en.ts';
import { recordingJa } from './recording-ja.ts';
import { sessionsEn } from './sessions-en.ts';
import { sessionsJa } from './sessions-ja.ts';
import { stageEn } from './stage-en.ts';
import { stageJa } from './stage-ja.ts';

type Leaf = string | ((...parameters: never[]) => string);
type Tree = { readonly [key: string]: Leaf | Tree };

function leaves(texts: Tree, path = ''): Map<string, Leaf> {
  const found = new Map<string, Leaf>();
  for (const [key, value] of Object.entries(texts)) {
    const here = path ? `${path}.${key}` : key;
    if (typeof value === 'object') for (const [below, leaf] of leaves(value, here)) found.set(below, leaf);
    else found.set(here, value);
  }
  return found;
}

const catalogues = [
  { name: 'customer', ja, en, word: 't' },
  { name: 'stage', ja: stageJa, en: stageEn, word: 's' },
  { name: 'desk', ja: deskJa, en: deskEn, word: 'd' },
  { name: 'documents', ja: documentsJa, en: documentsEn, word: 'w' },
  { name: 'admin', ja: adminJa, en: adminEn, word: 'a' },
  { name: 'banners', ja: bannersJa, en: bannersEn, word: 'b' },
  { name: 'sessions', ja: sessionsJa, en: sessionsEn, word: 'l' },
  { name: 'history', ja: historyJa, en: historyEn, word: 'h' },
  { name: 'recording', ja: recordingJa, en: recordingEn, word: 'r' },
];

afterEach(() => language.choose('ja'));

describe.each(catalogues)('the words: $name', (catalogue) => {
  const japanese = leaves(catalogue.ja);
  const english = leaves(catalogue.en);

  it('are there in both languages', () => {
    expect([...english.keys()].sort()).toEqual([...japanese.keys()].sort());
  });

  it('are never empty, and stay functions where they are', () => {
    for (const [key, leaf] of [...japanese, ...english]) {
      if (typeof leaf === 'string') expect(leaf.trim(), key).not.toBe('');
      expect(typeof english.get(key), key).toBe(typeof japanese.get(key));
    }
  });

  it('are all used somewhere', () => {
    const sources = sourcesOf(fileURLToPath(new URL('..', import.meta.url)));
    const unused = [...japanese.keys()].filter((key) => {
      const parts = key.split('.');
      const whole = `${catalogue.word}().${key}`;
      // A group that is read by a computed key counts as used, with the groups in it.
      const groups = parts
        .slice(1)
        .map((_, at) => `${catalogue.word}().${parts.slice(0, at + 1).join('.')}[`);
      return ![whole, ...groups].some((use) => sources.includes(use));
    });
    expect(unused).toEqual([]);
  });
});

describe('an account without room for recordings', () => {
  it('is told so in the same words in a call and in the history', () => {
    expect(recordingJa.storage.nothing).toBe(historyJa.storage.nothing);
    expect(recordingEn.storage.nothing).toBe(historyEn.storage.nothing);
  });
});

describe('failures in words', () => {
  const codes = [
    ...errorCodes,
    'offline',
    'timeout',
    'media-unreachable',
    'screen-failed',
    'upload-broken',
  ] as const;

  it.each(locales)('have a sentence for every code in %s', (locale) => {
    language.choose(locale);
    const internal = failureText({ code: 'internal', details: {} });
    for (const code of codes) {
      const text = failureText({ code, details: {} });
      expect(text.length, code).toBeGreaterThan(10);
      if (code !== 'internal') expect(text, code).not.toBe(internal);
    }
  });

  it('name a wrong number with its reason (J3)', () => {
    for (const code of codes.filter((one) => one.startsWith('number-'))) {
      expect(failureText({ code, details: {} })).toMatch(/^接続ナンバーが不正です。.+/u);
    }
  });

  it('tell the fifth that the meeting is full (J6)', () => {
    expect(failureText({ code: 'meeting-full', details: {} })).toMatch(/^満員です\(最大4名\)/u);
  });

  it('say how long to wait where the server knows', () => {
    expect(failureText({ code: 'sign-in-blocked', details: { seconds: 300 } })).toContain('5分ほど');
  });

  it('survive a code from a newer server', () => {
    const code = 'of-tomorrow' as 'internal';
    expect(failureText({ code, details: {} })).toBe(failureText({ code: 'internal', details: {} }));
  });
});

describe('times and lists', () => {
  it('are written as the language writes them', () => {
    expect(minutesLeft(28.2 * 60_000)).toBe('29分');
    expect(waitingTime(40)).toBe('40秒');
    expect(listOf(['カメラ', 'マイク'])).toBe('カメラとマイク');
    language.choose('en');
    expect(minutesLeft(28.2 * 60_000)).toBe('29 minutes');
    expect(listOf(['camera', 'microphone'])).toBe('camera and microphone');
  });

  it('count a call from nothing to hours', () => {
    expect(stopwatch(-5)).toBe('0:00');
    expect(stopwatch(247_000)).toBe('4:07');
    expect(stopwatch(3_847_000)).toBe('1:04:07');
  });
});

function sourcesOf(folder: string): string {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((file) => /\.(svelte|ts)$/u.test(file) && !file.endsWith('.test.ts'))
    .map((file) => readFileSync(`${folder}/${file}`, 'utf8'))
    .join('\n')
    .replaceAll(/\(\)\s+\./gu, '().');
}
