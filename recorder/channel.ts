import type { Logger } from 'pino';
import { recorderCommands } from '../sfu/protocol/recorder.ts';
import type {
  RecorderCommand,
  RecorderCommandName,
  RecorderReport,
  RecorderReportName,
} from '../sfu/protocol/recorder.ts';

export type CommandHandlers = {
  [N in RecorderCommandName]: (command: RecorderCommand<N>) => Promise<void> | void;
};

export type Report = <N extends RecorderReportName>(name: N, report: RecorderReport<N>) => void;

/**
 * The recorder's end of the channel to its server. What comes is checked before a handler sees it. What concerns one
 * capture is handled one after the other, so that a document is there before the scene that shows it; no capture
 * waits for another.
 */
export class Channel {
  /** The end of what is being done, by capture. */
  readonly #queues = new Map<string, Promise<void>>();
  readonly #log: Logger;

  constructor(log: Logger) {
    this.#log = log;
  }

  /** @param onServerGone without its server nothing comes any more */
  listen(handlers: CommandHandlers, onServerGone: () => void): void {
    process.on('message', (message: unknown) => {
      this.#inTurn(handlers, message);
    });
    process.once('disconnect', onServerGone);
    // It may have gone while this process was starting: then nobody tells.
    if (!process.connected) onServerGone();
  }

  readonly report: Report = (name, report) => {
    // A server that is gone hears nothing; the next one is told again what it has to know.
    if (process.connected) process.send?.([name, report], undefined, {}, () => undefined);
  };

  #inTurn(handlers: CommandHandlers, message: unknown): void {
    const [name, body] = Array.isArray(message) ? (message as unknown[]) : [];
    const { captureId } = (body ?? {}) as { captureId?: unknown };
    const key = typeof captureId === 'string' ? captureId : '';
    const before = this.#queues.get(key) ?? Promise.resolve();
    const turn = before.then(() => this.#handle(handlers, name, body));
    this.#queues.set(key, turn);
    void turn.then(() => {
      if (this.#queues.get(key) === turn) this.#queues.delete(key);
    });
  }

  async #handle(handlers: CommandHandlers, name: unknown, body: unknown): Promise<void> {
    if (typeof name !== 'string' || !Object.hasOwn(recorderCommands, name)) {
      this.#log.error({ name }, 'the server asked for something that is not known here');
      return;
    }
    const known = name as RecorderCommandName;
    const checked = recorderCommands[known].safeParse(body);
    if (!checked.success) {
      this.#log.error(
        { name, error: checked.error.message },
        'the server asked in a form that is not known here',
      );
      return;
    }
    try {
      await (handlers[known] as (command: unknown) => Promise<void> | void)(checked.data);
    } catch (error) {
      this.#log.error({ error, name }, 'what the server asked for failed');
    }
  }
}
