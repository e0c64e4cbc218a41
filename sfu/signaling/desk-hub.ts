import type { Logger } from 'pino';
import { Refusal } from '../protocol/codes.ts';
import type { ChosenPresence, DeskView, Presence, WaitingCaller } from '../protocol/desk.ts';
import type { AccountRepository } from '../store/account-repository.ts';
import type { Connection, RepAccount } from './connection.ts';
import type { LiveMeeting } from './live-meeting.ts';

/** Changes within this time are told together: forty colleagues who come at nine are no storm. */
const gatherMs = 30;

export type DeskHubOptions = {
  /** The name of a banner as the organisation reads it; null when there is none any more. */
  bannerName: (key: string) => Promise<string | null>;
  /** What accounts have chosen is kept: away holds until something else is chosen, whatever starts again. */
  accounts: Pick<AccountRepository, 'isAway' | 'setAway'>;
  log: Logger;
};

/** One open dashboard; a rep can have several. */
type Desk = {
  accountId: string;
  office: Office;
  /** What it was told last, as JSON: the same is not told again. */
  told: { waiting: string; presence: string };
};

/** What the desks of one organisation have in common. */
type Office = {
  desks: Map<Connection, Desk>;
  waiting: Map<string, { live: LiveMeeting; banner: string | null }>;
  timer: NodeJS.Timeout | null;
};

/**
 * The desks (B1): tells each, whenever that is different and never otherwise, who waits for its organisation and who
 * is there. In memory but for what somebody has chosen: pages that come back after a restart of the server ask anew.
 */
export class DeskHub {
  readonly #options: DeskHubOptions;
  readonly #offices = new Map<string, Office>();
  readonly #desks = new Map<Connection, Desk>();
  /** What those have chosen who have had a desk open since the start of the server. */
  readonly #chosen = new Map<string, ChosenPresence>();
  /** Who is host and present, by the ID of the live meeting. */
  readonly #hosts = new Map<string, string>();
  /** Meetings whose banner's name is being looked up. */
  readonly #coming = new Set<string>();
  #isClosed = false;

  constructor(options: DeskHubOptions) {
    this.#options = options;
  }

  /**
   * This page is told of everything that is different from the answer, until it is gone or signed out.
   *
   * @throws Refusal sign-in-required
   */
  async watch(connection: Connection, { accountId, organizationId }: RepAccount): Promise<DeskView> {
    await this.#recall(accountId);
    // Signed out meanwhile, when there was no desk yet that could have been told.
    if (!connection.account) throw new Refusal('sign-in-required', 'Nobody is signed in here any more.');
    this.leave(connection);
    const office = this.#officeOf(organizationId);
    const desk: Desk = { accountId, office, told: { waiting: '', presence: '' } };
    // A page that has gone meanwhile would stay for ever.
    if (connection.isOpen) {
      office.desks.set(connection, desk);
      this.#desks.set(connection, desk);
      this.#tellSoon(office);
    }
    const waiting = callersOf(office);
    const presence = this.#presenceAt(desk, this.#available(office));
    desk.told = { waiting: JSON.stringify(waiting), presence: JSON.stringify(presence) };
    return { waiting, ...presence };
  }

  /** Nobody is signed in there any more. @param reason where it was somebody else's doing */
  close(connection: Connection, reason: string | null): void {
    if (!this.isWatching(connection)) return;
    this.leave(connection);
    connection.whisper('desk:closed', { reason });
  }

  /** The page is gone. */
  leave(connection: Connection): void {
    const desk = this.#desks.get(connection);
    if (!desk) return;
    this.#desks.delete(connection);
    desk.office.desks.delete(connection);
    this.#tellSoon(desk.office);
  }

  isWatching(connection: Connection): boolean {
    return this.#desks.has(connection);
  }

  /** It is told when it is kept: what a desk shows is still so after a restart. */
  async choose({ accountId, organizationId }: RepAccount, presence: ChosenPresence): Promise<void> {
    await this.#options.accounts.setAway(accountId, presence === 'away');
    this.#chosen.set(accountId, presence);
    this.#tellSoon(this.#officeOf(organizationId));
  }

  /** Whether somebody of the organisation can take a call now. */
  isAvailable(organizationId: string): boolean {
    const office = this.#offices.get(organizationId);
    return office !== undefined && this.#available(office).size > 0;
  }

  /** To be called after every change of a meeting, and of whose line is there. */
  meetingChanged(live: LiveMeeting): void {
    const { meeting } = live;
    const { organizationId, state, bannerKey } = meeting.facts;
    // Whose number it is nobody knows yet: nobody is told.
    if (organizationId === null) return;
    const office = this.#officeOf(organizationId);
    const hasHostChanged = this.#noteHost(live);
    const wasWaiting = office.waiting.has(live.id);
    if (state !== 'waiting') office.waiting.delete(live.id);
    else if (!wasWaiting && bannerKey === null) office.waiting.set(live.id, { live, banner: null });
    else if (!wasWaiting && bannerKey !== null) void this.#addWithBanner(office, live, bannerKey);
    if (hasHostChanged || wasWaiting || state === 'waiting') this.#tellSoon(office);
  }

  /** A banner has another name; null: it is no more. */
  bannerChanged(organizationId: string, key: string, name: string | null): void {
    const office = this.#offices.get(organizationId);
    if (!office) return;
    for (const caller of office.waiting.values()) {
      if (caller.live.meeting.facts.bannerKey === key) caller.banner = name;
    }
    this.#tellSoon(office);
  }

  /** So many calls are to be returned. */
  callbacksChanged(organizationId: string, open: number): void {
    for (const connection of this.#offices.get(organizationId)?.desks.keys() ?? []) {
      connection.whisper('desk:callbacks', { open });
    }
  }

  stop(): void {
    this.#isClosed = true;
    for (const { timer } of this.#offices.values()) if (timer) clearTimeout(timer);
  }

  async #recall(accountId: string): Promise<void> {
    if (this.#chosen.has(accountId)) return;
    const isAway = await this.#options.accounts.isAway(accountId);
    // What was chosen meanwhile is newer.
    if (!this.#chosen.has(accountId)) this.#chosen.set(accountId, isAway ? 'away' : 'available');
  }

  #officeOf(organizationId: string): Office {
    const known = this.#offices.get(organizationId);
    if (known) return known;
    const office: Office = { desks: new Map(), waiting: new Map(), timer: null };
    this.#offices.set(organizationId, office);
    return office;
  }

  /** @returns whether somebody has begun or ended being in a meeting as its host */
  #noteHost({ id, meeting }: LiveMeeting): boolean {
    const { host } = meeting;
    const isThere = meeting.facts.state === 'live' && host?.standing === 'present';
    const accountId = isThere ? host.accountId : null;
    if ((this.#hosts.get(id) ?? null) === accountId) return false;
    if (accountId === null) this.#hosts.delete(id);
    else this.#hosts.set(id, accountId);
    return true;
  }

  /** Told once, with the name: not first without. */
  async #addWithBanner(office: Office, live: LiveMeeting, key: string): Promise<void> {
    if (this.#coming.has(live.id)) return;
    this.#coming.add(live.id);
    const banner = await this.#options.bannerName(key).catch((error: unknown) => {
      this.#options.log.error({ error }, 'the name of a banner could not be looked up');
      return null;
    });
    this.#coming.delete(live.id);
    if (live.meeting.facts.state !== 'waiting') return;
    office.waiting.set(live.id, { live, banner });
    this.#tellSoon(office);
  }

  /** The accounts that can take a call now. */
  #available(office: Office): Set<string> {
    const busy = new Set(this.#hosts.values());
    const accounts = [...office.desks.values()].map(({ accountId }) => accountId);
    return new Set(accounts.filter((id) => !busy.has(id) && this.#chosen.get(id) !== 'away'));
  }

  #presenceAt({ accountId, office }: Desk, available: ReadonlySet<string>): Omit<DeskView, 'waiting'> {
    const isAvailable = available.has(accountId);
    return {
      presence: isAvailable ? 'available' : this.#unavailability(accountId, office),
      available: available.size - (isAvailable ? 1 : 0),
    };
  }

  #unavailability(accountId: string, { desks }: Office): Presence {
    if ([...this.#hosts.values()].includes(accountId)) return 'meeting';
    const hasDesk = [...desks.values()].some((desk) => desk.accountId === accountId);
    return hasDesk ? 'away' : 'offline';
  }

  #tellSoon(office: Office): void {
    if (office.timer || this.#isClosed) return;
    office.timer = setTimeout(() => {
      office.timer = null;
      this.#tell(office);
    }, gatherMs);
    office.timer.unref();
  }

  #tell(office: Office): void {
    const waiting = callersOf(office);
    const waitingText = JSON.stringify(waiting);
    const available = this.#available(office);
    for (const [connection, desk] of office.desks) {
      const presence = this.#presenceAt(desk, available);
      const presenceText = JSON.stringify(presence);
      if (desk.told.waiting !== waitingText) connection.whisper('desk:waiting', { waiting });
      if (desk.told.presence !== presenceText) connection.whisper('desk:presence', presence);
      desk.told = { waiting: waitingText, presence: presenceText };
    }
  }
}

/** Who waits, the longest first. A meeting whose customer is lost for longer than the grace is over by itself. */
function callersOf({ waiting }: Office): WaitingCaller[] {
  const callers = [...waiting.values()].flatMap(({ live, banner }) => {
    const { connectionNumber, createdAt, origin } = live.meeting.facts;
    const guest = live.meeting.participants.find(({ standing }) => standing === 'waiting');
    if (!guest || connectionNumber === null) return [];
    const isAway = !live.isOnLine(guest.id);
    const { name } = guest;
    return [{ meetingId: live.id, connectionNumber, name, since: createdAt, origin, banner, isAway }];
  });
  return callers.toSorted((a, b) => a.since - b.since);
}
