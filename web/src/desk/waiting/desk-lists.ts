import type { Callback } from '../../../../sfu/protocol/desk.ts';
import type { HistoryList } from '../../../../sfu/protocol/history.ts';
import { ask, bodyOf, failureIn, type Outcome } from '../../documents/http.ts';
import type { Failure } from '../../session/api.ts';

/** What the desk shows besides what it is told, over HTTP. Every function answers; none throws. */

export const listCallbacks = async (): Promise<Outcome<readonly Callback[]>> => {
  const outcome = await bodyOf<{ callbacks: Callback[] }>(ask('GET', '/api/callbacks'));
  return outcome.ok ? { ok: true, value: outcome.value.callbacks } : outcome;
};

export const setCallbackDone = (id: string, done: boolean): Promise<Failure | null> =>
  failureIn(ask('PUT', `/api/callbacks/${id}`, { body: { done } }));

/** The meetings of today, and how much room there is for recordings. */
export function listToday(now = new Date()): Promise<Outcome<HistoryList>> {
  const day = [now.getFullYear(), now.getMonth() + 1, now.getDate()]
    .map((part) => String(part).padStart(2, '0'))
    .join('-');
  const tz = Intl.DateTimeFormat().resolvedOptions().timeZone;
  return bodyOf(ask('GET', `/api/history?${new URLSearchParams({ from: day, to: day, tz }).toString()}`));
}
