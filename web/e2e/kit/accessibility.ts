import { AxeBuilder } from '@axe-core/playwright';
import { expect } from '@playwright/test';
import type { Participant } from './participant.ts';

/* Q2: what axe has to say of a page, in every guise in which people meet it. */

const desktop = { width: 1_300, height: 860 };
const phone = { width: 390, height: 844 };

type Language = 'ja' | 'en';
type Guise = { language: Language; colorScheme: 'light' | 'dark'; viewport: typeof desktop };

/** Each language with each colour scheme, each colour scheme at each size, each size in each language. */
const guises: readonly Guise[] = [
  { language: 'ja', colorScheme: 'light', viewport: desktop },
  { language: 'ja', colorScheme: 'dark', viewport: phone },
  { language: 'en', colorScheme: 'light', viewport: phone },
  { language: 'en', colorScheme: 'dark', viewport: desktop },
];

const names: Record<Language, string> = { ja: '日本語', en: 'English' };

/**
 * Has axe look at what is before somebody's eyes, with every rule that it has for WCAG 2.2 AA and for good practice.
 * All that it finds is told, with the page, the rule and the element; the test goes on to the next page.
 *
 * @param what how the page is called in a failure
 */
export async function isAccessible(who: Participant, what: string): Promise<void> {
  const before = who.page.viewportSize() ?? desktop;
  for (const guise of guises) {
    // The switch is not in every layout of a phone.
    await who.page.setViewportSize(desktop);
    await speaks(who, guise.language);
    await looksLike(who, guise);
    await isAccessibleNow(
      who,
      `${what} (${guise.language}, ${guise.colorScheme}, ${guise.viewport.width} px)`,
    );
  }
  await who.page.setViewportSize(desktop);
  await speaks(who, 'ja');
  await looksLike(who, { colorScheme: 'light', viewport: before });
}

/** As it is: for pages that have only one language, or no switch for it. */
export async function isAccessibleNow(who: Participant, what: string): Promise<void> {
  // In one frame, as all of them are: a tab of its own, as axe opens it otherwise, would hide the page.
  const axe = new AxeBuilder({ page: who.page })
    .setLegacyMode(true)
    .options({ rules: { 'target-size': { enabled: true } } });
  const { violations, passes } = await axe.analyze();
  expect(passes.length, `axe should have found something to look at: ${what}`).toBeGreaterThan(3);
  const found = violations.flatMap(({ id, help, nodes }) =>
    nodes.map(({ target, html, failureSummary }) =>
      [`${id}: ${help}`, target.join(' '), html.slice(0, 200), failureSummary?.split('\n').slice(1).join(' ')]
        .filter(Boolean)
        .join('\n    '),
    ),
  );
  expect.soft(found.join('\n  '), what).toBe('');
}

async function speaks({ page }: Participant, language: Language): Promise<void> {
  // Behind a dialog a hand could not press it, and a press would close a menu. It comes with the layout.
  const press = () =>
    page.evaluate(
      ({ language, name }) => {
        if (document.documentElement.lang === language) return true;
        const found = [...document.querySelectorAll<HTMLElement>('button[lang]')];
        const button = found.find(({ textContent }) => textContent.trim() === name);
        button?.click();
        return button !== undefined;
      },
      { language, name: names[language] },
    );
  await expect.poll(press, 'there should be a switch for the language').toBe(true);
  await expect(page.locator('html')).toHaveAttribute('lang', language);
}

async function looksLike(
  { page }: Participant,
  { colorScheme, viewport }: Omit<Guise, 'language'>,
): Promise<void> {
  await page.emulateMedia({ colorScheme });
  await page.setViewportSize(viewport);
  await page.evaluate(
    () =>
      new Promise((resolve) => {
        // At its end the rail at the lower edge of a phone covers nothing of a page.
        scrollTo(0, document.documentElement.scrollHeight);
        requestAnimationFrame(() => requestAnimationFrame(resolve));
      }),
  );
}
