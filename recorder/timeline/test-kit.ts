import type { Scene } from '../../sfu/protocol/recorder.ts';
import { eventLine, parseTake, takeEvent, type TakeBeginning, type TakeEvent } from './events.ts';
import type { TakeLog, TrackTimes } from './types.ts';

/** Stories of takes, told in seconds, that go through the very lines that are written to the disk. */

type Person = Scene['people'][number];
type Shown = NonNullable<Scene['shown']>;

/** An id as the server makes them, that can be read. */
export const idOf = (name: string) => name.padEnd(22, '-');

export function person(name: string, changes: Partial<Person> = {}): Person {
  return {
    participantId: idOf(name),
    name,
    role: name === 'host' ? 'host' : 'guest',
    microphone: 'on',
    camera: 'on',
    isConnected: true,
    ...changes,
  };
}

export function page(document: string, number: number, pages = 12): Shown {
  return { documentId: idOf(document), version: 1, title: document, page: number, pages };
}

export function sceneOf(people: Person[], shown: Shown | null = null, screens: string[] = []): Scene {
  return { people, shown, screens: screens.map(idOf) };
}

/** The machine has been running for a while when a take begins. */
const clockAtBeginMs = 987_654.25;

export class Story {
  readonly lines: string[];
  #scene: Scene;

  constructor(scene: Scene, kind: TakeBeginning['kind'] = 'video') {
    this.#scene = scene;
    const words = { host: '担当者', guest: 'お客様' };
    const begin = { type: 'begin', at: clockAtBeginMs, wallAt: 1_790_000_000_000, kind, words, scene };
    this.lines = [eventLine(takeEvent.parse(begin))];
  }

  /** What is not named stays as it was. */
  scene(seconds: number, changes: Partial<Scene>): this {
    this.#scene = { ...this.#scene, ...changes };
    return this.#tell(seconds, { type: 'scene', at: 0, scene: this.#scene });
  }

  /** @param place null: away from the page */
  pointer(
    seconds: number,
    name: string,
    place: { document: string; page: number; x: number; y: number } | null,
  ): this {
    const where = place && { documentId: idOf(place.document), page: place.page, x: place.x, y: place.y };
    return this.#tell(seconds, { type: 'pointer', at: 0, participantId: idOf(name), place: where });
  }

  pause = (seconds: number) => this.#tell(seconds, { type: 'pause', at: 0 });
  resume = (seconds: number) => this.#tell(seconds, { type: 'resume', at: 0 });
  tick = (seconds: number) => this.#tell(seconds, { type: 'tick', at: 0 });
  end = (seconds: number) => this.#tell(seconds, { type: 'end', at: 0 });

  log(take = 1, lastFrameMs = 0): TakeLog {
    return parseTake(this.lines.join(''), take, lastFrameMs);
  }

  #tell(seconds: number, event: TakeEvent): this {
    this.lines.push(eventLine(takeEvent.parse({ ...event, at: clockAtBeginMs + seconds * 1_000 })));
    return this;
  }
}

/** @param seconds from and to, of each stretch */
export function track(
  source: TrackTimes['source'],
  name: string,
  ...seconds: [number, number][]
): TrackTimes {
  return {
    trackId: idOf(`${name}-${source}-${seconds[0]?.[0] ?? ''}`),
    participantId: idOf(name),
    source,
    codec: source === 'camera' || source === 'screen' ? 'vp8' : 'opus',
    stretches: seconds.map(([from, to]) => ({ from: from * 1_000, to: to * 1_000 })),
  };
}

/** A meeting in which anything can happen at any time; `upTo` tells it as far as it is known by then. */
export function anyStory(random: { next: () => number; below: (limit: number) => number }): {
  lengthMs: number;
  upTo: (ms: number) => TakeLog;
} {
  const lengthMs = 20_000 + random.below(60_000);
  const names = ['host', 'Sato', 'Suzuki', 'Ito'];
  const events: { at: number; tell: (story: Story) => void }[] = [];
  for (let at = 0; at < lengthMs; at += random.below(random.next() < 0.5 ? 400 : 8_000)) {
    const people = names
      .filter(() => random.next() < 0.7)
      .map((name) => person(name, { camera: random.next() < 0.8 ? 'on' : 'off' }));
    const shown = random.next() < 0.5 ? page('doc', 1 + random.below(3)) : null;
    const screens = names.filter(() => random.next() < 0.1).map(idOf);
    const what = random.next();
    const place = { document: 'doc', page: 1 + random.below(3), x: random.next(), y: random.next() };
    const name = names[random.below(names.length)] ?? 'host';
    const second = at / 1_000;
    events.push({
      at,
      tell: (story) => {
        if (what < 0.1) story.pause(second);
        else if (what < 0.3) story.resume(second);
        else if (what < 0.6) story.pointer(second, name, place);
        else story.scene(second, { people, shown, screens });
      },
    });
  }
  return {
    lengthMs,
    upTo: (ms) => {
      const story = new Story(sceneOf([person('host'), person('Sato')]));
      for (const { at, tell } of events) if (at <= ms) tell(story);
      return (ms >= lengthMs ? story.end(lengthMs / 1_000) : story.tick(ms / 1_000)).log();
    },
  };
}
