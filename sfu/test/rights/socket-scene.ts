import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { newId } from '../../meeting/identity.ts';
import { DirectoryBlobs } from '../../store/blobs.ts';
import type { Page } from '../kit/client.ts';
import { pdfOf } from '../kit/pdf.ts';
import { capabilities, dtls, sendAll } from '../kit/rtp.ts';
import type { TestServer } from '../kit/server.ts';
import { comeByLink, knock } from '../kit/stories.ts';
import { Organization, type Somebody } from '../kit/organization.ts';
import type { Sender } from './socket-table.ts';

/** A server with two organisations, in which one scene after the other is played. */
export class Stage {
  readonly server: TestServer;
  readonly #reps: Readonly<Record<'host' | 'rep' | 'stranger' | 'otherHost', [Organization, Somebody]>>;
  #scene: Promise<Scene> | null = null;

  private constructor(server: TestServer, own: Organization, other: Organization, accounts: Somebody[]) {
    this.server = server;
    const [host, rep, stranger, otherHost] = accounts as [Somebody, Somebody, Somebody, Somebody];
    this.#reps = {
      host: [own, host],
      rep: [own, rep],
      stranger: [other, stranger],
      otherHost: [other, otherHost],
    };
  }

  static async open(server: TestServer): Promise<Stage> {
    const store = await server.store();
    const own = await Organization.create(store, 'acme');
    const other = await Organization.create(store, 'other');
    const accounts = [
      await own.account('rep'),
      await own.account('rep'),
      await other.account('rep'),
      await other.account('rep'),
    ];
    return new Stage(server, own, other, accounts);
  }

  /** The one that nobody has changed yet. */
  get scene(): Promise<Scene> {
    return (this.#scene ??= Scene.begin(this));
  }

  async spoilt(): Promise<void> {
    const scene = await this.#scene;
    this.#scene = null;
    await scene?.end();
  }

  async openAs(who: keyof Stage['accountsOf']): Promise<Page> {
    const [organization, somebody] = this.#reps[who];
    return this.server.openPage({ cookie: (await organization.signIn(somebody)).cookie });
  }

  get accountsOf() {
    return this.#reps;
  }

  /** Ready, to be shown and handed over by whoever is named. */
  async document(
    owner: { accountId: string } | { broughtBy: { meetingId: string; participantId: string } },
  ): Promise<string> {
    const file = path.join(this.server.dataDir, `${newId()}.pdf`);
    const content = pdfOf(2);
    await writeFile(file, content);
    const blob = await (await DirectoryBlobs.open(path.join(this.server.dataDir, 'blobs'))).take(file);
    await blob.keep();
    const { id } = await (
      await this.server.store()
    ).documents.insert({
      id: newId(),
      accountId: null,
      broughtBy: null,
      ...owner,
      title: '資料',
      fileName: '資料.pdf',
      format: 'pdf',
      bytes: content.length,
      pages: 2,
      version: 1,
      shareFile: true,
      state: 'ready',
      originalBlob: blob.key,
      pdfBlob: blob.key,
      substitutedFonts: [],
      replaces: null,
      createdAt: Date.now(),
    });
    return id;
  }
}

/** A host with a guest in the room; whoever else sends a message comes when it is their turn. */
export class Scene {
  readonly host: Page;
  readonly guest: Page;
  readonly number: string;
  readonly #stage: Stage;
  readonly #pages = new Map<Sender, Promise<Page>>();
  readonly #others: Page[] = [];

  private constructor(stage: Stage, host: Page, guest: Page, number: string) {
    this.#stage = stage;
    this.host = host;
    this.guest = guest;
    this.number = number;
  }

  static async begin(stage: Stage): Promise<Scene> {
    const host = await stage.openAs('host');
    const { snapshot } = await host.request('room:open', {});
    return new Scene(stage, host, await comeByLink(stage.server, host, '山田'), snapshot.connectionNumber!);
  }

  get meetingId(): string {
    return this.host.view.snapshot.meetingId;
  }

  /** The page of whoever sends. */
  page(sender: Sender): Promise<Page> {
    const page = this.#pages.get(sender) ?? this.#come(sender);
    this.#pages.set(sender, page);
    return page;
  }

  /** A customer of the organisation's, waiting. */
  async waitingNumber(): Promise<string> {
    const customer = await this.#stage.server.openPage();
    this.#others.push(customer);
    const { snapshot } = await customer.request('number:issue', { organization: 'acme' });
    return snapshot.connectionNumber!;
  }

  hostsDocument(): Promise<string> {
    return this.#stage.document({ accountId: this.#stage.accountsOf.host[1].id });
  }

  async shown(): Promise<string> {
    const documentId = await this.hostsDocument();
    await this.host.request('document:show', { documentId });
    return documentId;
  }

  async shownByGuest(): Promise<string> {
    const { meetingId } = this;
    const documentId = await this.#stage.document({
      broughtBy: { meetingId, participantId: this.guest.self },
    });
    await this.guest.request('document:show', { documentId });
    return documentId;
  }

  async offered(): Promise<string> {
    const { offerId } = await this.host.request('offer:make', { documentId: await this.hostsDocument() });
    return offerId;
  }

  /** What the host sends and receives; whoever asks for it has opened media, too, where they may. */
  async media(sender: Page) {
    const { opening, microphone } = await sendAll(this.host);
    await this.host.request('media:connect', {
      transportId: opening.receive.id,
      dtlsParameters: dtls(),
    });
    const rtpCapabilities = capabilities(opening);
    const { consumers } = await this.host.request('media:consume', {
      producerIds: [microphone],
      rtpCapabilities,
    });
    const own = sender === this.host ? opening : await sender.request('media:open', {}).catch(() => opening);
    return {
      microphone,
      rtpCapabilities,
      consumerId: consumers[0]!.id,
      send: opening.send.id,
      receive: opening.receive.id,
      ownSend: own.send.id,
    };
  }

  async end(): Promise<void> {
    await this.host.request('meeting:end', {}).catch(() => null);
    const pages = await Promise.all(this.#pages.values());
    for (const page of new Set([...pages, ...this.#others, this.host, this.guest])) page.close();
  }

  async #come(sender: Sender): Promise<Page> {
    const { server } = this.#stage;
    switch (sender) {
      case 'visitor':
        return server.openPage();
      case 'waiting': {
        const page = await server.openPage();
        await page.request('number:issue', {});
        return page;
      }
      case 'knocker':
        return knock(server, this.number, '佐々木');
      case 'guest':
        return this.guest;
      case 'host':
        return this.host;
      case 'rep':
      case 'stranger':
        return this.#stage.openAs(sender);
      case 'elsewhere': {
        const otherHost = await this.#stage.openAs('otherHost');
        this.#others.push(otherHost);
        await otherHost.request('room:open', {});
        return comeByLink(server, otherHost, '鈴木');
      }
    }
  }
}
