import { expect } from '@playwright/test';
import type { BrowserContext } from '@playwright/test';
import type { Colour } from '../../../web/e2e/kit/colours.ts';
import { brings, samples, seesPage, shows } from '../../../web/e2e/kit/documents.ts';
import { Participant } from '../../../web/e2e/kit/participant.ts';
import type { Server } from '../../../web/e2e/kit/server.ts';

/** Host first; the others have no account. */
export const colours: readonly Colour[] = ['red', 'green', 'blue', 'yellow'];

export type FourPeople = { rep: Participant; everybody: Participant[]; goHome: () => Promise<void> };

/** Four people in a meeting, and the host has not answered yet whether to record it. */
export async function fourPeople(
  server: Server,
  prepare?: (context: BrowserContext, colour: Colour) => Promise<void>,
): Promise<FourPeople> {
  const everybody: Participant[] = [];
  const goHome = async () => {
    await Promise.all(everybody.map((each) => each.goHome()));
  };
  try {
    for (const colour of colours) {
      everybody.push(
        await Participant.arrive({
          server,
          colour,
          ...(prepare ? { prepare: (context: BrowserContext) => prepare(context, colour) } : {}),
        }),
      );
    }
    const [rep, ...guests] = everybody;
    if (!rep) throw new Error('Nobody has come.');
    await rep.signIn();
    await rep.openRoom();
    const url = await rep.invites();
    for (const guest of guests) await guest.acceptInvitation(url, `${guest.colour} guest`);
    for (const each of everybody) await each.seesExactly(everybody);
    return { rep, everybody, goHome };
  } catch (error) {
    await goHome();
    throw error;
  }
}

/** A page of a real document in the middle of the picture. */
export async function showPage(rep: Participant): Promise<void> {
  await brings(rep, `${samples}/service-guide.pdf`, 'service-guide');
  await shows(rep, 'service-guide');
  // In a window of this width the panel closes by itself.
  await seesPage(rep, 1);
}

/** Presses YES, and waits until the lamp is on. */
export async function startRecording(rep: Participant): Promise<void> {
  await rep.answersRecording('YES');
  await expect(rep.page.getByText('録画中').first()).toBeVisible();
}
