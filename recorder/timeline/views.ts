import type { Scene } from '../../sfu/protocol/recorder.ts';
import { middlesOf, type Middle } from './middle.ts';
import type { Stretch, TakeLog } from './types.ts';

/** A stretch of a take in which there is one scene; take time. */
export type View = Stretch & { scene: Scene; middle: Middle };

/** What there is to be seen during a stretch, one after the other; they cover all of it. */
export function viewsOf(log: TakeLog, { from, to }: Stretch): View[] {
  const middles = middlesOf(log.scenes);
  return log.scenes.flatMap(({ at, scene }, index) => {
    const view = { from: Math.max(from, at), to: Math.min(to, log.scenes[index + 1]?.at ?? Infinity) };
    return view.from < view.to ? [{ ...view, scene, middle: middles[index] ?? null }] : [];
  });
}
