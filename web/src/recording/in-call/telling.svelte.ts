import type { RecordingView } from '../../../../sfu/protocol/recording.ts';

/** Something that everybody in the meeting has to be told about its recording. */
export type Change =
  | 'announced'
  | 'began'
  /** This page learns of it when it runs already. */
  | 'running'
  /** From picture and sound to sound alone, or back. */
  | 'changed'
  | 'paused'
  | 'resumed'
  | 'stopped'
  /** It has stopped by itself, or could not begin. */
  | 'failed';

/** A glance is enough for who has pressed the button. */
const glanceMs = 6_000;
/** Guests read what is recorded, and how to leave. */
const readingMs = 20_000;

/**
 * @param before null: this page has just learnt of it
 * @returns null when there is nothing to tell, or when the person is being asked, which tells it
 */
export function changeBetween(before: RecordingView | null, after: RecordingView): Change | null {
  if (after.consent === 'asked') return null;
  switch (after.state) {
    case 'off':
      return whyOff(before, after);
    case 'announced':
      return before?.state === 'announced' && before.kind === after.kind ? null : 'announced';
    case 'on':
      return whyOn(before, after);
    case 'paused':
      return before?.state === 'paused' && before.kind === after.kind ? null : 'paused';
  }
}

function whyOff(before: RecordingView | null, { problem, host }: RecordingView): Change | null {
  const ran = before !== null && before.state !== 'off';
  // Who was not there when it failed has nothing to do with it, but for the host, who can do something.
  if (problem) return ran || (host !== null && before?.problem !== problem) ? 'failed' : null;
  return ran ? 'stopped' : null;
}

function whyOn(before: RecordingView | null, { kind, host }: RecordingView): Change | null {
  // The host has seen to it, and sees the lamp. Who has just agreed has read it all.
  if (!before) return host ? null : 'running';
  if (before.consent === 'asked') return null;
  if (before.state === 'paused') return 'resumed';
  if (before.state !== 'on') return 'began';
  return before.kind === kind ? null : 'changed';
}

/** For how long it stands on the screen; null: until it is read, or something else is to be told. */
export function shownMs(change: Change, isHost: boolean): number | null {
  if (change === 'announced' || change === 'failed') return null;
  const isToBeRead = change === 'began' || change === 'running' || change === 'changed';
  return isToBeRead && !isHost ? readingMs : glanceMs;
}

/** What is being told now. */
export class Telling {
  #last = $state.raw<Change | null>(null);
  #shown = $state(false);
  #before: RecordingView | null = null;
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** The last that was told; for those who hear it. */
  get last(): Change | null {
    return this.#last;
  }

  /** What stands on the screen. */
  get shown(): Change | null {
    return this.#shown ? this.#last : null;
  }

  /** To be called from an effect, with every view. */
  follow(view: RecordingView): void {
    const change = changeBetween(this.#before, view);
    this.#before = view;
    if (view.consent === 'asked') this.dismiss();
    if (!change) return;
    clearTimeout(this.#timer);
    this.#last = change;
    this.#shown = true;
    const ms = shownMs(change, view.host !== null);
    if (ms !== null) this.#timer = setTimeout(() => this.dismiss(), ms);
  }

  dismiss(): void {
    clearTimeout(this.#timer);
    this.#shown = false;
  }
}
