import { expect } from '@playwright/test';
import type { Locator } from '@playwright/test';
import type { HistoryList } from '../../../sfu/protocol/history.ts';
import type { Participant } from './participant.ts';

/* What a rep does at 商談履歴. */

/** The row of the newest meeting with these guests, as their names stand there. */
export const meetingInList = (who: Participant, guests: string): Locator =>
  who.page
    .getByRole('region', { name: '商談の一覧' })
    .getByRole('listitem', { name: guests, exact: true })
    .first();

/** From the list to the page of a meeting. */
export async function opensMeeting(who: Participant, guests: string): Promise<void> {
  await meetingInList(who, guests).getByRole('link', { name: guests, exact: true }).click();
  await expect(who.page.getByRole('heading', { level: 1, name: guests, exact: true })).toBeVisible();
}

/** The whole history as a script would read it. */
export async function meetingsOf(who: Participant): Promise<HistoryList['meetings']> {
  const answer = await who.context.request.get(`${who.origin}/api/history`);
  if (!answer.ok()) throw new Error(`The history is not told: ${answer.status()} ${await answer.text()}`);
  return ((await answer.json()) as HistoryList).meetings;
}
