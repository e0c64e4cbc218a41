import { Refusal } from '../protocol/codes.ts';
import { organizationSettings } from '../protocol/organization.ts';
import type {
  ChangeOrganization,
  OrganizationSettings,
  OrganizationView,
  StorageThreshold,
} from '../protocol/organization.ts';
import type { LoggedRules } from './log-changes.ts';
import type { Addressee, OrganizationRepository } from '../store/organization-repository.ts';

/** What the server's operator has set. */
export type ServerRules = OrganizationView['server'];

type Retention = OrganizationSettings['retentionMonths'];

/** Where an organisation's admins have set nothing (A3, A6, A7, R5). */
export const usualSettings: Readonly<OrganizationSettings> = {
  sharedLogin: false,
  quotaBytes: null,
  thresholds: [
    { unit: 'percent', value: 80 },
    { unit: 'percent', value: 95 },
  ],
  warnOwner: true,
  warnAdmins: false,
  documentBytesMax: null,
  documentPagesMax: null,
  // Of meetings, people have use for as long as they like; the rest is of interest for two years.
  retentionMonths: { signIns: 24, meetings: null, files: 24, chat: 24, admin: 24 },
};

/** The rules of organisations, over those of the server. */
export class OrganizationRules {
  readonly #organizations: OrganizationRepository;
  readonly #server: ServerRules;

  constructor(organizations: OrganizationRepository, server: ServerRules) {
    this.#organizations = organizations;
    this.#server = server;
  }

  /** @throws Refusal organization-unknown */
  async view(organizationId: string): Promise<OrganizationView> {
    const found = await this.#organizations.load(organizationId);
    if (!found) throw unknown();
    return {
      id: found.publicId,
      name: found.name,
      settings: await this.settings(organizationId),
      server: { ...this.#server },
      ...(await this.#organizations.totals(organizationId)),
    };
  }

  /**
   * Changes only what is given; what two admins change at the same moment is not lost.
   *
   * @returns how it was, and how it is now
   * @throws Refusal organization-unknown
   */
  async change(
    organizationId: string,
    { name, settings = {} }: ChangeOrganization,
  ): Promise<{ before: LoggedRules; after: LoggedRules }> {
    const found = await this.#organizations.load(organizationId);
    if (!found) throw unknown();
    let was: string | null = null;
    let is: string | null = null;
    const isThere = await this.#organizations.change(organizationId, {
      name,
      settings: (stored) => {
        was = stored;
        is = JSON.stringify({ ...fieldsOf(stored), ...settings });
        return is;
      },
    });
    if (!isThere) throw unknown();
    return {
      before: { name: found.name, settings: readSettings(was) },
      after: { name: name ?? found.name, settings: readSettings(is) },
    };
  }

  async settings(organizationId: string): Promise<OrganizationSettings> {
    return readSettings(await this.#organizations.settings(organizationId));
  }

  /** R5: what an account may keep, and when it is warned. */
  async storageRules(accountId: string): Promise<{ quotaBytes: number; thresholds: StorageThreshold[] }> {
    const terms = await this.#organizations.storageTerms(accountId);
    const { quotaBytes, thresholds } = readSettings(terms?.settings ?? null);
    return { quotaBytes: terms?.quotaBytes ?? quotaBytes ?? this.#server.quotaBytes, thresholds };
  }

  /** A7: who is written to when an account's storage runs out. */
  async whomToWarn(accountId: string): Promise<{ owner: boolean; admins: Addressee[] }> {
    const terms = await this.#organizations.storageTerms(accountId);
    const { warnOwner, warnAdmins } = readSettings(terms?.settings ?? null);
    return {
      owner: warnOwner && terms?.isRemoved === false,
      admins: warnAdmins ? await this.#organizations.adminsOver(accountId) : [],
    };
  }

  /** D1: the organisation's, but never more than the server allows. A guest's are those of the meeting's. */
  async documentLimits(
    owner: { kind: 'account'; accountId: string } | { kind: 'guest'; meetingId: string },
  ): Promise<{ bytes: number; pages: number }> {
    const stored =
      owner.kind === 'account'
        ? ((await this.#organizations.storageTerms(owner.accountId))?.settings ?? null)
        : await this.#organizations.settingsOfMeeting(owner.meetingId);
    const { documentBytesMax, documentPagesMax } = readSettings(stored);
    const server = this.#server;
    return {
      bytes: Math.min(documentBytesMax ?? Infinity, server.documentBytesMax),
      pages: Math.min(documentPagesMax ?? Infinity, server.documentPagesMax),
    };
  }
}

/** Whatever is not there, or not to be understood, is as usual: one damaged field does not cost the others. */
export function readSettings(stored: string | null): OrganizationSettings {
  const given = fieldsOf(stored);
  const fields = organizationSettings.shape;
  const read = <K extends keyof OrganizationSettings>(key: K): OrganizationSettings[K] => {
    const found = fields[key].safeParse(given[key]);
    return found.success ? (found.data as OrganizationSettings[K]) : usualSettings[key];
  };
  const months = isObject(given['retentionMonths']) ? given['retentionMonths'] : {};
  const readMonths = (key: keyof Retention): number | null => {
    const found = fields.retentionMonths.shape[key].safeParse(months[key]);
    return found.success ? found.data : usualSettings.retentionMonths[key];
  };
  return {
    sharedLogin: read('sharedLogin'),
    quotaBytes: read('quotaBytes'),
    thresholds: read('thresholds'),
    warnOwner: read('warnOwner'),
    warnAdmins: read('warnAdmins'),
    documentBytesMax: read('documentBytesMax'),
    documentPagesMax: read('documentPagesMax'),
    retentionMonths: {
      signIns: readMonths('signIns'),
      meetings: readMonths('meetings'),
      files: readMonths('files'),
      chat: readMonths('chat'),
      admin: readMonths('admin'),
    },
  };
}

/** What a newer server has stored besides is kept. */
function fieldsOf(stored: string | null): Record<string, unknown> {
  if (stored === null) return {};
  try {
    const given: unknown = JSON.parse(stored);
    return isObject(given) ? given : {};
  } catch {
    return {};
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function unknown(): Refusal {
  return new Refusal('organization-unknown', 'There is no such organisation.');
}
