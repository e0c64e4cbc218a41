import { setTimeout as delay } from 'node:timers/promises';
import type { types } from 'mediasoup';

/**
 * A browser that has been asked for a keyframe takes no notice of what it is asked within the next 300 ms, whichever
 * size was meant (libwebrtc, video/encoder_rtcp_feedback.cc), and mediasoup asks again only after a second
 * (KeyFrameRequestManager.cpp). The rest is for requests that overtake each other on the way.
 */
const deafMs = 350;

/** In a line so bad that somebody always asks, nobody else's turn comes. */
const turnMaxMs = 2 * deafMs;

/** When keyframes were asked for of each camera and screen. */
export class KeyframeRequests {
  readonly #askedAtMs = new Map<string, number>();

  /** Notes from now on whenever its sender is asked for one. */
  watch(producer: types.Producer): void {
    producer.on('trace', ({ type }) => {
      if (type === 'pli' || type === 'fir') this.#askedAtMs.set(producer.id, performance.now());
    });
    producer.observer.once('close', () => this.#askedAtMs.delete(producer.id));
    // It closes, or its worker has gone: there will be nothing to note.
    producer.enableTraceEvent(['pli', 'fir']).catch(() => undefined);
  }

  /** Waits until a sender that is asked now will listen: whoever has asked just before has made it deaf. */
  async turn(producerId: string): Promise<void> {
    const giveUpAtMs = performance.now() + turnMaxMs;
    for (;;) {
      const now = performance.now();
      const listensAtMs = (this.#askedAtMs.get(producerId) ?? -Infinity) + deafMs;
      if (now >= Math.min(listensAtMs, giveUpAtMs)) return;
      await delay(Math.min(listensAtMs, giveUpAtMs) - now);
    }
  }
}
