import type {
  BroughtDocument,
  OfferView,
  PointerPlace,
  ShownDocument,
} from '../../../sfu/protocol/documents.ts';
import { limits } from '../../../sfu/protocol/limits.ts';
import type { Role, Snapshot } from '../../../sfu/protocol/view.ts';
import type { DocumentSource, Failure, Palm, PersonApi, StageApi } from './api.ts';
import { OwnPointer } from './pointers.ts';
import type { SeatLine } from './seat-line.svelte.ts';
import type { Signal } from './signal.ts';

/** A little later than whoever points says so: this is for those whose line broke meanwhile. */
const palmLifetimeMs = limits.pointerRestMs + 500;

const lineFailures: ReadonlySet<Failure['code']> = new Set(['offline', 'timeout']);

export type StageSetting = {
  line: SeatLine;
  signal: Signal;
  selfId: () => string | null;
  role: () => Role | null;
  people: () => readonly PersonApi[];
  /** Applies a notice in its turn. */
  notice: (revision: number, apply: () => void) => void;
};

/** The documents of a call as the server tells them; own page turns show at once and follow on the line. */
export class Stage implements StageApi {
  readonly #setting: StageSetting;
  readonly #pointer: OwnPointer;
  #told = $state.raw<ShownDocument | null>(null);
  /** A page that this person has turned to and the server does not know yet. */
  #turned = $state.raw<{ documentId: string; page: number } | null>(null);
  #isTelling = false;
  #palms = $state.raw<readonly (Palm & { timer: ReturnType<typeof setTimeout> })[]>([]);
  foreseen = $state(false);
  offers = $state.raw<readonly OfferView[]>([]);
  brought = $state.raw<readonly BroughtDocument[]>([]);

  constructor(setting: StageSetting) {
    this.#setting = setting;
    const { signal, line } = setting;
    const rest = (place: PointerPlace | null) => {
      if (line.seated) void signal.request('pointer:rest', { place }).catch(() => undefined);
    };
    this.#pointer = new OwnPointer({
      rest,
      move: (place) => {
        signal.pass('pointer:move', { place });
      },
    });
    const { notice } = setting;
    signal.on('stage:changed', (revision, { shown }) => {
      notice(revision, () => {
        this.#follow(shown);
      });
    });
    signal.on('offers:changed', (revision, { offers }) => {
      notice(revision, () => {
        this.offers = offers;
      });
    });
    signal.on('brought:changed', (revision, { brought }) => {
      notice(revision, () => {
        this.brought = brought;
      });
    });
    signal.on('document:foreseen', () => {
      this.foreseen = true;
    });
    signal.on('pointer:moved', ({ participantId, place }) => {
      this.#point(participantId, place);
    });
    signal.on('pointer:rested', ({ participantId, place }) => {
      this.#point(participantId, place);
    });
  }

  get shown(): ShownDocument | null {
    const told = this.#told;
    return told && this.#turned?.documentId === told.documentId ? { ...told, page: this.#turned.page } : told;
  }

  get turning(): boolean {
    const shownBy = this.#told?.shownBy;
    if (!shownBy) return false;
    const isOrphan = !this.#setting.people().some(({ id }) => id === shownBy);
    return shownBy === this.#setting.selfId() || (isOrphan && this.#setting.role() === 'host');
  }

  get mayClose(): boolean {
    return this.turning || (this.#told !== null && this.#setting.role() === 'host');
  }

  get palms(): readonly Palm[] {
    const here = this.#setting.people().filter(({ line }) => line === 'connected');
    return this.#palms.filter(
      ({ participantId, documentId }) =>
        documentId === this.#told?.documentId && here.some(({ id }) => id === participantId),
    );
  }

  get identity(): Readonly<Record<string, string>> {
    const { seat } = this.#setting.line;
    return seat ? { Authorization: `Bearer ${seat.meetingId}.${seat.resumeToken}` } : {};
  }

  source({ documentId, version }: { documentId: string; version: number }): DocumentSource {
    return { url: `/api/documents/${documentId}/pdf?v=${version}`, headers: this.identity };
  }

  foresee(): void {
    this.foreseen = true;
    this.#setting.signal.pass('document:foresee', {});
  }

  show(documentId: string, page = 1): Promise<Failure | null> {
    return this.#setting.line.act('document:show', { documentId, page });
  }

  turn(page: number): void {
    const shown = this.#told;
    if (!shown || !this.turning || page < 1 || page > shown.pages) return;
    this.#turned = { documentId: shown.documentId, page };
    void this.#tell();
  }

  async close(): Promise<Failure | null> {
    const { shown } = this;
    return shown && this.#setting.line.act('document:close', { documentId: shown.documentId });
  }

  point(place: PointerPlace | null): void {
    this.#pointer.point(place);
  }

  handOver(documentId: string): Promise<Failure | null> {
    return this.#setting.line.act('offer:make', { documentId });
  }

  receive(offerId: string): Promise<Failure | null> {
    return this.#setting.line.act('offer:receive', { offerId }, ({ path }) => {
      // Saved by the browser itself, in the background: the page and the call stay as they are.
      const link = document.createElement('a');
      link.href = path;
      link.download = '';
      link.click();
    });
  }

  decline(offerId: string): Promise<Failure | null> {
    return this.#setting.line.act('offer:decline', { offerId });
  }

  keep(documentId: string): Promise<Failure | null> {
    return this.#setting.line.act('document:keep', { documentId });
  }

  apply({ shown, offers, brought }: Pick<Snapshot, 'shown' | 'offers' | 'brought'>): void {
    this.#follow(shown);
    this.offers = offers;
    this.brought = brought;
    void this.#tell();
  }

  clear(): void {
    this.apply({ shown: null, offers: [], brought: [] });
    this.#pointer.point(null);
    for (const { timer } of this.#palms) clearTimeout(timer);
    this.#palms = [];
  }

  #follow(shown: ShownDocument | null): void {
    if (shown?.documentId !== this.#told?.documentId) this.#turned = null;
    this.#told = shown;
  }

  /** One after the other, the latest page only: whoever leafs fast leaves no queue behind. */
  async #tell(): Promise<void> {
    if (this.#isTelling) return;
    this.#isTelling = true;
    for (let next = this.#turned; next; next = this.#turned) {
      const sent = { turn: next };
      const latest = () => (sent.turn = this.#turned ?? sent.turn);
      const failure = await this.#setting.line.act('document:turn', latest);
      // Without a line the page stays turned here, and is told when the line is back.
      if (failure && lineFailures.has(failure.code)) break;
      if (failure || this.#turned === sent.turn) this.#turned = null;
    }
    this.#isTelling = false;
  }

  #point(participantId: string, place: PointerPlace | null): void {
    const others = this.#palms.filter((palm) => {
      if (palm.participantId === participantId) clearTimeout(palm.timer);
      return palm.participantId !== participantId;
    });
    const name = this.#setting.people().find(({ id }) => id === participantId)?.name;
    if (!place || name === undefined) {
      this.#palms = others;
      return;
    }
    const timer = setTimeout(() => {
      this.#point(participantId, null);
    }, palmLifetimeMs);
    // Its place in the order stays, so that it keeps its colour.
    this.#palms = [...others, { ...place, participantId, name, timer }].sort((a, b) =>
      a.participantId < b.participantId ? -1 : 1,
    );
  }
}
