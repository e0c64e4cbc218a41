import { setImmediate as turn } from 'node:timers/promises';
import type { Log } from '../log.ts';
import type { LogKind } from '../protocol/log.ts';
import type { OrganizationSettings } from '../protocol/organization.ts';
import type { LogRepository } from '../store/log-repository.ts';

export type RetentionMonths = OrganizationSettings['retentionMonths'];

export type LogRetentionOptions = {
  entries: Pick<LogRepository, 'organizations' | 'removeBefore'>;
  retentionOf: (organizationId: string) => Promise<RetentionMonths>;
  log: Log;
  now?: () => number;
};

const sweepEveryMs = 12 * 60 * 60_000;
/** With SQLite everybody waits while they are removed: some ten milliseconds. */
const entriesPerStep = 200;

const settingOf: Readonly<Record<LogKind, keyof RetentionMonths>> = {
  'sign-in': 'signIns',
  meeting: 'meetings',
  file: 'files',
  chat: 'chat',
  admin: 'admin',
};

/** Removes what is older than its organisation keeps it (A6): when it is opened, and twice a day from then on. */
export class LogRetention {
  readonly #options: LogRetentionOptions;
  readonly #now: () => number;
  readonly #sweeping: NodeJS.Timeout;
  #underWay: Promise<void> = Promise.resolve();
  #isClosed = false;

  private constructor(options: LogRetentionOptions) {
    this.#options = options;
    this.#now = options.now ?? Date.now;
    this.#sweeping = setInterval(() => void this.sweep(), sweepEveryMs);
    this.#sweeping.unref();
  }

  /** The first sweep goes on while the server starts. */
  static open(options: LogRetentionOptions): LogRetention {
    const retention = new LogRetention(options);
    void retention.sweep();
    return retention;
  }

  /** Never fails: what could not be removed is removed the next time. */
  async sweep(): Promise<void> {
    this.#underWay = this.#underWay.then(() => this.#sweepAll());
    await this.#underWay;
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    clearInterval(this.#sweeping);
    await this.#underWay;
  }

  async #sweepAll(): Promise<void> {
    const { entries, log } = this.#options;
    try {
      for (const organizationId of await entries.organizations()) await this.#sweepOne(organizationId);
    } catch (error) {
      log.error({ err: error }, 'old entries of the log could not be removed');
    }
  }

  async #sweepOne(organizationId: string): Promise<void> {
    const { entries, retentionOf, log } = this.#options;
    const months = await retentionOf(organizationId);
    for (const [kind, setting] of Object.entries(settingOf) as [LogKind, keyof RetentionMonths][]) {
      const kept = months[setting];
      if (kept === null) continue;
      const before = monthsBefore(this.#now(), kept);
      let removed = 0;
      for (let step = entriesPerStep; step === entriesPerStep && !this.#isClosed; removed += step) {
        step = await entries.removeBefore(organizationId, kind, before, entriesPerStep);
        await turn();
      }
      if (removed > 0)
        log.info({ organizationId, kind, entries: removed }, 'old entries of the log were removed');
    }
  }
}

/** The same day and time (UTC) so many months ago; where a month is too short for it, on its last day. */
export function monthsBefore(time: number, months: number): number {
  const date = new Date(time);
  const day = date.getUTCDate();
  date.setUTCDate(1);
  date.setUTCMonth(date.getUTCMonth() - months);
  const days = new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 0)).getUTCDate();
  date.setUTCDate(Math.min(day, days));
  return date.getTime();
}
