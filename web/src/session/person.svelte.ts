import type { MediaSource, ParticipantView } from '../../../sfu/protocol/view.ts';
import type { PersonApi } from './api.ts';

/** What a person needs of the call to show themselves. */
export type PersonContext = {
  isSelf: (id: string) => boolean;
  /** C3: whether camera pictures are shown on this screen. */
  facesShown: () => boolean;
  /** The own line is broken: nobody's picture moves. */
  mediaBroken: () => boolean;
  ownPreview: () => MediaStream | null;
  ownScreen: () => MediaStream | null;
  /** A picture is shown at another size; layers may have to change. */
  sizeChanged: () => void;
};

/** Somebody in the call: what the server says of them, and their pictures as far as they have arrived. */
export class Person implements PersonApi {
  readonly id: string;
  readonly #context: PersonContext;
  #view: ParticipantView;
  #camera = $state.raw<MediaStream | null>(null);
  #screen = $state.raw<MediaStream | null>(null);
  speaking = $state(false);
  /** Device pixels at which the pictures are shown now; 0 = not at all. Before the first layout: large. */
  readonly widths: Record<'camera' | 'screen', number> = { camera: 640, screen: 1_280 };

  constructor(view: ParticipantView, context: PersonContext) {
    this.id = view.id;
    this.#view = $state.raw(view);
    this.#context = context;
  }

  get view(): ParticipantView {
    return this.#view;
  }

  set view(view: ParticipantView) {
    this.#view = view;
  }

  get isSelf(): boolean {
    return this.#context.isSelf(this.id);
  }

  get role(): ParticipantView['role'] {
    return this.#view.role;
  }

  get name(): string {
    return this.#view.name;
  }

  get microphone(): ParticipantView['microphone'] {
    return this.#view.microphone;
  }

  get camera(): ParticipantView['camera'] {
    return this.#view.camera;
  }

  get speaker(): ParticipantView['speaker'] {
    return this.#view.speaker;
  }

  get line(): 'connected' | 'restoring' {
    if (this.isSelf) return 'connected';
    return this.#context.mediaBroken() ? 'restoring' : this.#view.line;
  }

  get video(): MediaStream | null {
    if (!this.#context.facesShown()) return null;
    if (this.isSelf) return this.#context.ownPreview();
    return this.#view.camera === 'on' ? this.#camera : null;
  }

  get screen(): MediaStream | null {
    if (this.isSelf) return this.#context.ownScreen();
    return this.#screen;
  }

  producerOf(source: MediaSource): string | null {
    return this.#view.producers.find((producer) => producer.source === source)?.id ?? null;
  }

  /** A picture has arrived. The one before stays until then, so that no gap is seen (LOOK: steady). */
  setPicture(source: 'camera' | 'screen', track: MediaStreamTrack): void {
    const current = source === 'camera' ? this.#camera : this.#screen;
    if (current?.getVideoTracks()[0] === track) return;
    const stream = new MediaStream([track]);
    if (source === 'camera') this.#camera = stream;
    else this.#screen = stream;
  }

  clearScreen(): void {
    this.#screen = null;
  }

  shownAt(width: number): void {
    this.#resize('camera', width);
  }

  screenShownAt(width: number): void {
    this.#resize('screen', width);
  }

  #resize(source: 'camera' | 'screen', width: number): void {
    if (this.widths[source] === width) return;
    this.widths[source] = width;
    if (!this.isSelf) this.#context.sizeChanged();
  }
}
