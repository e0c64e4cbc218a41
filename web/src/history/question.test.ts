import { describe, expect, it } from 'vitest';
import { addressOf, everything, isNarrow, queryOf, questionIn, type Question } from './question.ts';

const tz = Intl.DateTimeFormat().resolvedOptions().timeZone;
const asked = (change: Partial<Question>, now = new Date(2026, 2, 3, 15).getTime()) => {
  const query = queryOf({ ...everything, ...change }, now);
  expect(query.get('tz')).toBe(tz);
  query.delete('tz');
  return Object.fromEntries(query);
};

describe('what is asked of the history', () => {
  it.each([
    {},
    { search: 'ﾔﾏﾀﾞ　商会 100%&?' },
    { period: 'month' },
    { period: 'days', from: '2026-02-01', to: '' },
    { period: 'days', from: '2026-02-01', to: '2026-02-28', result: 'none', recorded: true },
    { result: 'won', search: 'a=b' },
  ] satisfies Partial<Question>[])('comes back from the address as it was: %j', (change) => {
    const question = { ...everything, ...change };
    expect(questionIn(`?${addressOf(question)}`)).toEqual(question);
    expect(isNarrow(question)).toBe(Object.keys(change).length > 0);
  });

  it('that nobody could have chosen is left out', () => {
    expect(questionIn('?period=ever&from=yesterday&to=2026-02-30&result=maybe&recorded=yes&x=1')).toEqual(
      everything,
    );
    expect(questionIn(`?q=${'x'.repeat(500)}`).search).toHaveLength(100);
  });

  it('is put to the server in days, as they are where the rep is', () => {
    expect(asked({})).toEqual({});
    expect(asked({ period: 'today' })).toEqual({ from: '2026-03-03' });
    expect(asked({ period: 'week' })).toEqual({ from: '2026-02-25' });
    expect(asked({ period: 'month' })).toEqual({ from: '2026-03-01' });
    expect(asked({ period: 'lastMonth' })).toEqual({ from: '2026-02-01', to: '2026-02-28' });
    expect(asked({ period: 'lastMonth' }, new Date(2026, 0, 31).getTime())).toEqual({
      from: '2025-12-01',
      to: '2025-12-31',
    });
    expect(asked({ period: 'days', from: '2026-01-05', to: '' })).toEqual({ from: '2026-01-05' });
    expect(asked({ search: '  山田 ', result: 'none', recorded: true })).toEqual({
      search: '山田',
      result: 'none',
      has: 'recording',
    });
  });
});
