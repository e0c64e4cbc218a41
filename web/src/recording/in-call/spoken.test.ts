import { expect, test } from 'vitest';
import { Spoken } from './spoken.svelte.ts';

const began = { key: 'began', text: '録画を始めました' };
const waiting = { key: '田中', text: '田中さんは録画の確認中です' };

test('of what stands on the screen, the new is read out, once', () => {
  const spoken = new Spoken();
  spoken.follow([began]);
  expect(spoken.text).toBe('録画を始めました');
  spoken.follow([began, waiting]);
  expect(spoken.text).toBe('田中さんは録画の確認中です');
  spoken.follow([waiting]);
  expect(spoken.text).toBe('田中さんは録画の確認中です');
});

test('figures that change are not read out one by one', () => {
  const spoken = new Spoken();
  spoken.follow([{ key: 'low', text: '残り 約9分' }]);
  spoken.follow([{ key: 'low', text: '残り 約8分' }]);
  expect(spoken.text).toBe('残り 約9分');
  spoken.follow([{ key: 'critical', text: '残り 約2分' }]);
  expect(spoken.text).toBe('残り 約2分');
});

test('what has gone from the screen is no longer found by a screen reader, and is heard when it comes back', () => {
  const spoken = new Spoken();
  spoken.follow([began, waiting]);
  expect(spoken.text).toBe('録画を始めました 田中さんは録画の確認中です');
  spoken.follow([]);
  expect(spoken.text).toBe('');
  spoken.follow([waiting]);
  expect(spoken.text).toBe('田中さんは録画の確認中です');
});
