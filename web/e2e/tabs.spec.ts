import { test } from '@playwright/test';
import type { Page } from '@playwright/test';
import type { Participant } from './kit/participant.ts';
import { setTheScene } from './kit/scene.ts';
import { areTogether } from './kit/together.ts';

test.describe.serial('the same person in two tabs', () => {
  let customer: Participant;
  let rep: Participant;

  setTheScene(async (scene) => {
    [customer, rep] = await Promise.all([scene.arrives('red'), scene.arrives('green')]);
    await rep.signIn();
    await rep.connect(await customer.startAsCustomer());
    await areTogether([customer, rep]);
  });

  for (const side of ['customer', 'rep'] as const) {
    test(`the newer tab of the ${side} takes over, the older says so and can take it back`, async () => {
      const person = side === 'customer' ? customer : rep;
      const address = new URL(person.page.url()).pathname;
      const { earlier } = await person.openTab(address);
      await areTogether([customer, rep]);

      const later = person.page;
      await isPutAside(person, earlier);
      await earlier.getByRole('button', { name: 'このタブで続ける' }).click();
      person.page = earlier;
      await areTogether([customer, rep]);

      await isPutAside(person, later);
      await later.close();
      await areTogether([customer, rep]);
    });
  }

  async function isPutAside(person: Participant, tab: Page): Promise<void> {
    const inFront = person.page;
    person.page = tab;
    await tab.bringToFront();
    await person.reads('この商談は別のタブで開かれています');
    await person.seesExactly([]);
    person.page = inFront;
  }
});
