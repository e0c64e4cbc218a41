import type { BrowserContext } from '@playwright/test';
import type { Participant } from './participant.ts';

/* How a browser tells its person that somebody waits (B1). */

/** What a page has done to be noticed. */
export type Told = {
  /** How often it has asked whether it may show notifications. */
  asked: number;
  notifications: { title: string; body: string }[];
  /** Notes that it has begun to play: a chime has two. */
  notes: number;
  /** The person looks at another window. */
  looksAway: boolean;
};

declare global {
  interface Window {
    taimenTold: Told;
  }
}

/** For `prepare`: notifications and sounds are as ever, and are written down. */
export async function notesAlerts(context: BrowserContext): Promise<void> {
  await context.addInitScript(() => {
    const told: Told = { asked: 0, notifications: [], notes: 0, looksAway: false };
    window.taimenTold = told;
    const ask = Notification.requestPermission.bind(Notification);
    window.Notification = new Proxy(Notification, {
      construct: (kind, [title, options]: [string, NotificationOptions?]) => {
        told.notifications.push({ title, body: options?.body ?? '' });
        return new kind(title, options);
      },
      get: (kind, name) =>
        name === 'requestPermission'
          ? () => {
              told.asked += 1;
              return ask();
            }
          : (Reflect.get(kind, name) as unknown),
    });
    const { start } = OscillatorNode.prototype;
    OscillatorNode.prototype.start = function (this: OscillatorNode, when?: number) {
      told.notes += 1;
      start.call(this, when);
    };
    const { hasFocus } = document;
    document.hasFocus = () => !told.looksAway && hasFocus.call(document);
  });
}

export const toldIn = ({ page }: Participant): Promise<Told> => page.evaluate(() => window.taimenTold);

/** Without a window manager no window loses the focus by itself. */
export const looksAway = ({ page }: Participant, away = true): Promise<void> =>
  page.evaluate((away) => {
    window.taimenTold.looksAway = away;
  }, away);
