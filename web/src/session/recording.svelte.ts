import type { RecordingKind, RecordingView } from '../../../sfu/protocol/recording.ts';
import type { Snapshot } from '../../../sfu/protocol/view.ts';
import type { Failure, RecordingApi, RecordingStep } from './api.ts';
import type { SeatLine } from './seat-line.svelte.ts';
import type { Signal } from './signal.ts';

export type RecordingSetting = {
  line: SeatLine;
  signal: Signal;
  /** Applies a notice in its turn. */
  notice: (revision: number, apply: () => void) => void;
};

/** Whether the meeting is recorded, as the server tells it (R1). */
export class Recording implements RecordingApi {
  readonly #line: SeatLine;
  /** How far the server's clock is ahead of ours. */
  #aheadMs = 0;
  view = $state.raw<RecordingView | null>(null);

  constructor({ line, signal, notice }: RecordingSetting) {
    this.#line = line;
    signal.on('recording:changed', (revision, { recording }) => {
      notice(revision, () => {
        this.#read(recording);
      });
    });
  }

  start(kind: RecordingKind): Promise<Failure | null> {
    return this.#line.act('recording:start', { kind });
  }

  act(step: RecordingStep): Promise<Failure | null> {
    return this.#line.act(`recording:${step}`, {});
  }

  apply({ recording, now }: Pick<Snapshot, 'recording' | 'now'>): void {
    this.#aheadMs = now - Date.now();
    this.#read(recording);
  }

  clear(): void {
    this.view = null;
  }

  #read(told: RecordingView | null): void {
    this.view = told && {
      ...told,
      at: told.at - this.#aheadMs,
      startsAt: told.startsAt && told.startsAt - this.#aheadMs,
    };
  }
}
