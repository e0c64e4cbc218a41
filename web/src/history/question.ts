import type { MeetingResult } from '../../../sfu/protocol/history.ts';
import { dayKey } from './days.ts';

/** What the list is asked for: as the person chooses it, as it stands in the address, and as the server reads it. */

export const periods = ['all', 'today', 'week', 'month', 'lastMonth', 'days'] as const;
export type Period = (typeof periods)[number];

export const results = ['won', 'promising', 'continued', 'lost', 'other'] as const satisfies MeetingResult[];
/** `none`: not said yet. */
export const askedResults = [...results, 'none'] as const;
export type AskedResult = (typeof askedResults)[number];

export type Question = {
  /** As it was typed. */
  search: string;
  period: Period;
  /** Of the period `days`, such as 2026-11-22, both included; '': no bound. */
  from: string;
  to: string;
  result: AskedResult | 'any';
  recorded: boolean;
};

export const everything: Question = {
  search: '',
  period: 'all',
  from: '',
  to: '',
  result: 'any',
  recorded: false,
};

/** As much of a search as the server takes in. */
export const searchCharactersMax = 100;

const dayForm = /^\d{4}-\d{2}-\d{2}$/;

/** From the query of an address; what nobody could have chosen is left out. */
export function questionIn(query: string): Question {
  const asked = new URLSearchParams(query);
  const dayIn = (name: string) => {
    const text = asked.get(name) ?? '';
    const midnight = dayForm.test(text) ? Date.parse(`${text}T00:00:00Z`) : NaN;
    // 2026-02-30 would be a day in March.
    return !Number.isNaN(midnight) && new Date(midnight).toISOString().startsWith(text) ? text : '';
  };
  const [from, to] = [dayIn('from'), dayIn('to')];
  const named = periods.find((each) => each === asked.get('period')) ?? 'all';
  const period = from || to ? 'days' : named;
  return {
    search: (asked.get('q') ?? '').slice(0, searchCharactersMax),
    period,
    from: period === 'days' ? from : '',
    to: period === 'days' ? to : '',
    result: askedResults.find((each) => each === asked.get('result')) ?? 'any',
    recorded: asked.get('recorded') === '1',
  };
}

/** The query of an address, without a question mark; '' for everything. */
export function addressOf({ search, period, from, to, result, recorded }: Question): string {
  const query = new URLSearchParams();
  if (search.trim() !== '') query.set('q', search.trim());
  if (period !== 'all') query.set('period', period);
  if (period === 'days' && from) query.set('from', from);
  if (period === 'days' && to) query.set('to', to);
  if (result !== 'any') query.set('result', result);
  if (recorded) query.set('recorded', '1');
  return query.toString();
}

/** As the server is asked. */
export function queryOf(question: Question, now = Date.now()): URLSearchParams {
  const query = new URLSearchParams();
  const { from, to } = daysOf(question, new Date(now));
  if (question.search.trim() !== '') query.set('search', question.search.trim());
  if (from) query.set('from', from);
  if (to) query.set('to', to);
  if (question.result !== 'any') query.set('result', question.result);
  if (question.recorded) query.set('has', 'recording');
  query.set('tz', Intl.DateTimeFormat().resolvedOptions().timeZone);
  return query;
}

/** Something is left out of the list. */
export const isNarrow = (question: Question): boolean => addressOf(question) !== '';

function daysOf({ period, from, to }: Question, now: Date): { from: string; to: string } {
  const [year, month, date] = [now.getFullYear(), now.getMonth(), now.getDate()];
  const day = (...of: [number, number, number]) => dayKey(new Date(...of).getTime());
  switch (period) {
    case 'all':
      return { from: '', to: '' };
    case 'today':
      return { from: day(year, month, date), to: '' };
    case 'week':
      return { from: day(year, month, date - 6), to: '' };
    case 'month':
      return { from: day(year, month, 1), to: '' };
    case 'lastMonth':
      return { from: day(year, month - 1, 1), to: day(year, month, 0) };
    case 'days':
      return { from, to };
  }
}
