import { writeFileSync } from 'node:fs';
import { expect } from '@playwright/test';
import type { Locator } from '@playwright/test';
import type { RecordingEntry, RecordingList } from '../../../sfu/protocol/recording.ts';
import { fileNamed } from './documents.ts';
import { eventually, itIs, notYet } from './eventually.ts';
import type { Participant } from './participant.ts';

/* What people do about a recording in a call, and what they see of it. */

export type LampText = 'まもなく録画' | '録画中' | '音声を録音中' | '一時停止中';
export type PanelAct =
  | '録画を始める'
  | '音声議事録を始める'
  | '録画に切り替える'
  | '音声議事録に切り替える'
  | '一時停止'
  | '再開'
  | '終了';

const lampOf = (who: Participant): Locator => who.page.getByRole('group', { name: '録画の状態' });

/** R1: everybody sees whether they are recorded. */
export async function seesLamp(who: Participant, text: LampText): Promise<void> {
  await eventually(`${who.who} should see the lamp 「${text}」`, async () => {
    const lamp = lampOf(who);
    if ((await lamp.count()) === 0) return notYet('there is no lamp');
    const found = await lamp.first().innerText({ timeout: 1_000 });
    return found.includes(text) ? itIs : notYet(`it says 「${found.replace(/\s+/g, ' ')}」`);
  });
}

export async function seesNoLamp(who: Participant): Promise<void> {
  await expect(lampOf(who), `${who.who} should see no lamp`).toHaveCount(0);
}

/** Whole seconds, as they stand beside the lamp. */
async function readsRecordedTime(who: Participant): Promise<number> {
  const text = await lampOf(who).getByRole('timer', { name: '記録した時間' }).first().innerText();
  const [seconds = 0, minutes = 0, hours = 0] = text.trim().split(':').map(Number).reverse();
  return hours * 3_600 + minutes * 60 + seconds;
}

/** Waits until so much more has been recorded: what goes on meanwhile is to be found in the file. */
export async function records(who: Participant, seconds: number): Promise<void> {
  const from = await readsRecordedTime(who);
  // The second that stands there may be almost over.
  const until = from + seconds + 1;
  await eventually(
    `${who.who} should see ${until} s on the lamp`,
    async () => {
      const now = await readsRecordedTime(who);
      return now >= until ? itIs : notYet(`it stands at ${now} s`);
    },
    (seconds + 15) * 1_000,
  );
}

/** 録画 → what there is to choose. */
export async function opensRecordPanel(who: Participant): Promise<void> {
  const button = who.button('録画');
  if ((await button.getAttribute('aria-expanded')) !== 'true') await button.click();
}

export async function choosesOfRecording(who: Participant, act: PanelAct): Promise<void> {
  await opensRecordPanel(who);
  await who.presses(act);
  await expect(who.button(act), 'a press that has worked closes the panel').toHaveCount(0);
}

/** R1: the question to who comes while it runs. */
export const questionTo = (who: Participant): Locator =>
  who.page.getByRole('dialog', { name: /この商談は録[画音]されています/ });

export async function agreesToRecording(who: Participant): Promise<void> {
  await questionTo(who).getByRole('button', { name: '同意して参加', exact: true }).click();
  await expect(questionTo(who)).toHaveCount(0);
}

export async function declinesRecording(who: Participant): Promise<void> {
  await questionTo(who).getByRole('button', { name: '参加しない', exact: true }).click();
}

/** What the rep's history says, as a script would read it. */
export async function historyOf(rep: Participant): Promise<RecordingList> {
  const answer = await rep.context.request.get(`${rep.origin}/api/recordings`);
  if (!answer.ok()) throw new Error(`The history is not told: ${answer.status()} ${await answer.text()}`);
  return (await answer.json()) as RecordingList;
}

/** Whether that is soon is for whoever waits to say. */
const readyMaxMs = 75_000;

/** Waits until every recording of the latest meeting can be played. @returns them, in their order */
export async function readyRecordings(rep: Participant, count: number): Promise<RecordingEntry[]> {
  let entries: RecordingEntry[] = [];
  await eventually(
    `${rep.who} should soon have ${count} recording(s) to play`,
    async () => {
      entries = (await historyOf(rep)).meetings[0]?.recordings ?? [];
      const states = entries.map(({ state, failure }) => failure ?? state);
      return entries.length === count && states.every((state) => state === 'ready')
        ? itIs
        : notYet(`there are ${entries.length}: ${states.join(', ')}`);
    },
    readyMaxMs,
  );
  return entries;
}

/** @returns where the file lies now */
export async function fetchRecording(rep: Participant, { id }: { id: string }): Promise<string> {
  const answer = await rep.context.request.get(`${rep.origin}/api/recordings/${id}/file`);
  if (!answer.ok()) throw new Error(`The file is not given: ${answer.status()} ${await answer.text()}`);
  const file = fileNamed('recorded.webm', Buffer.alloc(0));
  writeFileSync(file, await answer.body());
  return file;
}
