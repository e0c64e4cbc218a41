import { beforeEach, expect, test } from 'vitest';
import { writeSubject } from '../../../sfu/protocol/log-subject.ts';
import { language } from '../i18n/locale.svelte.ts';
import { subjectOf } from './log-text.ts';

beforeEach(() => language.choose('ja'));

const entry = (act: Parameters<typeof subjectOf>[0]['act'], subject: string) => ({
  act,
  subject,
  accountId: 'somebody',
});

test('what was changed is told in words, each in a line of its own', () => {
  const subject = writeSubject('山田 太郎 (yamada)', [
    { field: 'role', from: 'rep', to: 'manager' },
    { field: 'unit', from: '', to: '本社/営業部' },
    { field: 'note' },
  ]);
  expect(subjectOf(entry('user-changed', subject))).toEqual([
    '山田 太郎 (yamada)',
    '権限: 担当者 → マネージャー',
    '部署: — → 本社/営業部',
    'メモの変更',
  ]);
  const settings = writeSubject('', [{ field: 'sharedLogin', from: 'off', to: 'on' }]);
  expect(subjectOf(entry('settings-changed', settings))).toEqual(['ログインの共用: しない → する']);
});

test('what people have written stays as it is, also where it looks like a word of ours', () => {
  expect(subjectOf(entry('chat-sent', 'role\nnote'))).toEqual(['role\nnote']);
  expect(subjectOf(entry('user-removed', 'on (admin)'))).toEqual(['on (admin)']);
});

test('a login ID that nobody has is not told; one that somebody has is', () => {
  expect(subjectOf({ act: 'sign-in-refused', subject: 'unknown', accountId: null })).toEqual([
    '登録のないログインID',
  ]);
  expect(subjectOf(entry('sign-in-refused', 'unknown'))).toEqual(['unknown']);
});
