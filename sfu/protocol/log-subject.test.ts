import { expect, test } from 'vitest';
import { readSubject, writeSubject } from './log-subject.ts';

test('what was changed is read as it was written', () => {
  const changes = [
    { field: 'created' },
    { field: 'role', from: 'rep', to: 'manager' },
    { field: 'unit', from: '', to: '本社/営業部 → 外' },
  ] as const;
  const subject = writeSubject('山田 太郎 (yamada)', changes);
  expect(readSubject(subject)).toEqual({ what: '山田 太郎 (yamada)', changes });
  expect(readSubject('ご提案書')).toEqual({ what: 'ご提案書', changes: [] });
});

test('what somebody has written over several lines stays as it is', () => {
  for (const said of ['はい\nいいえ', 'よろしく\nrole!\tx\ty', '', 'a\n']) {
    expect(readSubject(said)).toEqual({ what: said, changes: [] });
  }
});
