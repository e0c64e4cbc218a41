/**
 * Plays the others' voices and shared sound. One audio element each, not one mixed context, because that is
 * what the browsers' echo cancellation listens to.
 */
export class Sound {
  // Nothing on the screen depends on it.
  // eslint-disable-next-line svelte/prefer-svelte-reactivity
  readonly #elements = new Map<string, HTMLAudioElement>();
  #muted = false;
  #speakerId: string | null = null;
  /** The browser plays nothing until somebody touches the page. */
  blocked = $state(false);

  play(id: string, track: MediaStreamTrack): void {
    this.stop(id);
    const element = new Audio();
    element.srcObject = new MediaStream([track]);
    element.muted = this.#muted;
    element.autoplay = true;
    this.#elements.set(id, element);
    this.#route(element);
    this.#start(element);
  }

  stop(id: string): void {
    const element = this.#elements.get(id);
    if (!element) return;
    this.#elements.delete(id);
    element.pause();
    element.srcObject = null;
  }

  setMuted(muted: boolean): void {
    this.#muted = muted;
    for (const element of this.#elements.values()) element.muted = muted;
  }

  setSpeaker(deviceId: string | null): void {
    this.#speakerId = deviceId;
    for (const element of this.#elements.values()) this.#route(element);
  }

  /** To be called from a touch or key press. */
  unlock(): void {
    this.blocked = false;
    for (const element of this.#elements.values()) this.#start(element);
  }

  close(): void {
    for (const id of [...this.#elements.keys()]) this.stop(id);
  }

  #start(element: HTMLAudioElement): void {
    element.play().catch((error: unknown) => {
      if (error instanceof DOMException && error.name === 'NotAllowedError') this.blocked = true;
    });
  }

  #route(element: HTMLAudioElement): void {
    // Safari and Firefox on phones have no choice of speaker; a vanished one falls back by itself.
    if ('setSinkId' in element) element.setSinkId(this.#speakerId ?? '').catch(() => undefined);
  }
}
