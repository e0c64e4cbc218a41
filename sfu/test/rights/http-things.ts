import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { newId } from '../../meeting/identity.ts';
import { DirectoryBlobs } from '../../store/blobs.ts';
import type { Repositories } from '../../store/repositories.ts';
import { look } from '../kit/banner.ts';
import type { Page } from '../kit/client.ts';
import { pdfOf } from '../kit/pdf.ts';
import type { TestServer } from '../kit/server.ts';
import { meeting, participant } from '../store-samples.ts';
import type { Organization, Somebody } from '../kit/organization.ts';

/** Stands in the owner's notes and memos, and in no answer to anybody else. */
export const secret = '持ち主だけの覚え書き';

export type ThingsOf = {
  server: TestServer;
  store: Repositories;
  organization: Organization;
  owner: Somebody;
  unitId: string;
  host: Page;
  guest: Page;
};

/**
 * What requests are about, all of it the owner's or of the owner's unit. Each is made when it is asked for first, and
 * anew after `spoilt`, so that what was done to it once is done to nothing else.
 */
export class Things {
  readonly #of: ThingsOf;
  readonly #made = new Map<string, Promise<unknown>>();

  constructor(of: ThingsOf) {
    this.#of = of;
  }

  spoilt(): void {
    this.#made.clear();
  }

  get unitId(): string {
    return this.#of.unitId;
  }

  get organizationId(): string {
    return this.#of.organization.publicId;
  }

  /** A rep of the owner's unit whom nobody needs. */
  get user(): Promise<Somebody> {
    const { organization, unitId } = this.#of;
    return this.#once('user', () => organization.account('rep', { unitId }));
  }

  /** One of several admins, whom nobody needs. */
  get otherAdmin(): Promise<Somebody> {
    const { organization, unitId } = this.#of;
    return this.#once('admin', () => organization.account('admin', { unitId }));
  }

  get userSession(): Promise<string> {
    return this.#once('user session', async () => {
      const { sessionId } = await this.#of.organization.signIn(await this.user);
      return sessionId;
    });
  }

  get ownerSession(): Promise<string> {
    const { organization, owner } = this.#of;
    return this.#once('owner session', async () => (await organization.signIn(owner)).sessionId);
  }

  get emptyUnit(): Promise<string> {
    return this.#once('unit', () => this.#of.organization.unit('課', this.#of.unitId));
  }

  get banner(): Promise<string> {
    const { store, organization } = this.#of;
    return this.#once('banner', async () => {
      const key = newId();
      const record = { key, organizationId: organization.id, name: '入口', look, isOn: true };
      await store.banners.create({ ...record, createdAt: Date.now() }, Infinity);
      return key;
    });
  }

  get callback(): Promise<string> {
    const { store, organization } = this.#of;
    return this.#once('callback', async () => {
      const id = newId();
      const call = { name: '山田', phone: '03-1234-5678', wish: '', origin: null, done: null };
      const of = { organizationId: organization.id, bannerKey: await this.banner };
      await store.callbacks.add({ id, ...of, ...call, at: Date.now() });
      return id;
    });
  }

  /** With a note. */
  get meeting(): Promise<string> {
    const { store, organization, owner } = this.#of;
    return this.#once('meeting', async () => {
      const now = Date.now();
      const times = { createdAt: now - 9_000, startedAt: now - 8_000, endedAt: now };
      const record = meeting({
        organizationId: organization.id,
        hostAccountId: owner.id,
        state: 'ended',
        endReason: 'ended-by-host',
        participants: [participant({ role: 'host', name: owner.name, accountId: owner.id }), participant()],
        ...times,
      });
      await store.meetings.save(record);
      await store.history.change(owner.id, record.id, { note: secret, result: 'won' });
      return record.id;
    });
  }

  /** With a memo, ready. */
  get document(): Promise<string> {
    const { store, owner, server } = this.#of;
    return this.#once('document', async () => {
      const originalBlob = await this.#blob(path.join(server.dataDir, 'blobs'), pdfOf(1));
      const { id } = await store.documents.insert({
        id: newId(),
        accountId: owner.id,
        broughtBy: null,
        title: 'ご提案書',
        fileName: 'ご提案書.pdf',
        format: 'pdf',
        bytes: pdfOf(1).length,
        pages: 1,
        version: 1,
        shareFile: true,
        state: 'ready',
        originalBlob,
        pdfBlob: originalBlob,
        substitutedFonts: [],
        replaces: null,
        createdAt: Date.now(),
      });
      await store.documents.writeMemo(id, 1, secret);
      return id;
    });
  }

  get shownDocument(): Promise<string> {
    return this.#once('shown', async () => {
      const documentId = await this.document;
      await this.#of.host.request('document:show', { documentId });
      return documentId;
    });
  }

  /** Of a file that the guest has accepted. */
  get ticketPath(): Promise<string> {
    return this.#once('ticket', async () => {
      const { host, guest } = this.#of;
      const { offerId } = await host.request('offer:make', { documentId: await this.document });
      return (await guest.request('offer:receive', { offerId })).path;
    });
  }

  /** Ready, as is its copy in MP4. */
  get recording(): Promise<string> {
    const { store, owner, server } = this.#of;
    return this.#once('recording', async () => {
      const id = newId();
      const of = { meetingId: await this.meeting, accountId: owner.id, captureId: newId() };
      const began = { beganAt: Date.now(), reservedBytes: 0, part: 1, kind: 'video' } as const;
      await store.recordings.insert({ id, ...of, ...began });
      const folder = path.join(server.dataDir, 'recordings', 'files');
      const content = Buffer.from('a film');
      await store.recordings.change(id, {
        state: 'ready',
        durationMs: 1_000,
        bytes: content.length,
        blob: await this.#blob(folder, content),
        mp4: { blob: await this.#blob(folder, content), bytes: content.length, madeAt: Date.now() },
      });
      return id;
    });
  }

  #once<T>(what: string, make: () => Promise<T>): Promise<T> {
    const made = (this.#made.get(what) as Promise<T> | undefined) ?? make();
    this.#made.set(what, made);
    return made;
  }

  async #blob(folder: string, content: Buffer): Promise<string> {
    const file = path.join(this.#of.server.dataDir, `${newId()}.tmp`);
    await writeFile(file, content);
    const blobs = await DirectoryBlobs.open(folder);
    const blob = await blobs.take(file);
    await blob.keep();
    return blob.key;
  }
}
