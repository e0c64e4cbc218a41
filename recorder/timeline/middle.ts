import type { Scene } from '../../sfu/protocol/recorder.ts';

/** What has the middle of the picture: one thing, however much is on show. */
export type Middle =
  { kind: 'page'; shown: NonNullable<Scene['shown']> } | { kind: 'screen'; participantId: string } | null;

/** Screens of those who are in the scene. */
const screensIn = ({ people, screens }: Scene) =>
  screens.filter((screen) => people.some(({ participantId }) => participantId === screen));

export function hasMiddle(scene: Scene): boolean {
  return scene.shown !== null || screensIn(scene).length > 0;
}

/**
 * For each scene what has the middle in it: of a page and shared screens, the one that came last; when that goes,
 * the one that was there before. A page that is turned has not come anew, another document has. What is there
 * from the beginning came in the order page, screens.
 */
export function middlesOf(scenes: readonly { scene: Scene }[]): Middle[] {
  let order: string[] = [];
  return scenes.map(({ scene }) => {
    const { shown } = scene;
    const there = [...(shown ? [`page ${shown.documentId}`] : []), ...screensIn(scene)];
    const stayed = order.filter((key) => there.includes(key));
    order = [...stayed, ...there.filter((key) => !stayed.includes(key))];
    const last = order.at(-1);
    if (last === undefined) return null;
    return shown && last.startsWith('page ')
      ? { kind: 'page', shown }
      : { kind: 'screen', participantId: last };
  });
}
