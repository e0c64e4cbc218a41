import type { WaitingCaller } from '../../../../sfu/protocol/desk.ts';
import type { Entrance } from '../../call/entrance.svelte.ts';
import { d } from '../../i18n/desk.ts';
import type { Failure } from '../../session/api.ts';
import { Alerts } from './alerts.svelte.ts';
import { callerName, shownOrigin } from './caller.ts';
import { DeskLine } from './desk-line.svelte.ts';

export type ReceptionOptions = {
  entrance: Entrance;
  /** Nobody is signed in here any more. */
  signedOut: (why: Failure) => void;
  /** A notification was pressed. */
  opened: () => void;
};

/** Receiving customers, at whichever place of the desk the rep is: who waits, being told of it, taking the call (B1). */
export class Reception {
  readonly #options: ReceptionOptions;
  readonly alerts: Alerts;
  /** Null until the line to the server is fetched. */
  #line = $state.raw<DeskLine | null>(null);
  #taking = $state<string | null>(null);
  #failure = $state.raw<Failure | null>(null);
  /** Those whom the rep has put off; they stay in the list. */
  #later = $state.raw<readonly string[]>([]);

  constructor(options: ReceptionOptions) {
    this.#options = options;
    this.alerts = new Alerts({
      words: (caller) => ({
        title: d().waiting.notification(callerName(caller)),
        body: [caller.banner, shownOrigin(caller.origin)].filter(Boolean).join('\n'),
      }),
      example: () => d().alerts.example,
      opened: options.opened,
    });
    void options.entrance.ready.then((session) => {
      if (session) this.#line = new DeskLine(session.call.line, options.signedOut);
    });
  }

  get line(): DeskLine | null {
    return this.#line;
  }

  get waiting(): readonly WaitingCaller[] {
    return this.#line?.waiting ?? [];
  }

  /** For whom it is worth to look up from something else; nobody while one is away. */
  get calling(): readonly WaitingCaller[] {
    if (this.#line?.presence !== 'available') return [];
    return this.waiting.filter(({ meetingId }) => !this.#later.includes(meetingId));
  }

  /** The meeting of whom is being connected with. */
  get taking(): string | null {
    return this.#taking;
  }

  /** Why the last one could not be taken. */
  get failure(): Failure | null {
    return this.#failure;
  }

  async take({ meetingId, connectionNumber }: WaitingCaller): Promise<void> {
    if (this.#taking !== null) return;
    this.#taking = meetingId;
    this.#failure = null;
    const { entrance, signedOut } = this.#options;
    const session = await entrance.ready;
    entrance.openDevices();
    const failure = (await session?.call.connectNumber(connectionNumber)) ?? null;
    this.#taking = null;
    if (failure?.code === 'sign-in-required') signedOut(failure);
    else this.#failure = failure;
  }

  putOff(callers: readonly WaitingCaller[]): void {
    this.#failure = null;
    this.#later = [...this.#later, ...callers.map(({ meetingId }) => meetingId)];
  }

  /** To be called from an effect: tells of everybody who begins to wait, unless the rep is in a call. */
  follow(): void {
    const { line } = this;
    if (!line?.presence) return;
    this.alerts.follow(line.waiting, line.presence === 'available' && !this.#options.entrance.inCall);
  }
}
