import { z } from 'zod';
import { pointerPlace } from '../../sfu/protocol/documents.ts';
import { recorderCommands, scene } from '../../sfu/protocol/recorder.ts';
import { recordingKind } from '../../sfu/protocol/recording.ts';
import { id } from '../../sfu/protocol/values.ts';
import { gridMs, type Stretch, type TakeLog } from './types.ts';

/**
 * What is written of a take into `events.jsonl`: one event a line, only ever appended. All `at` are milliseconds
 * of the machine's monotonic clock.
 */

const at = z.number().min(0);

export const takeBeginning = z.object({
  type: z.literal('begin'),
  at,
  /** The same moment, in milliseconds since 1970. */
  wallAt: z.number(),
  kind: recordingKind,
  words: recorderCommands['capture:begin'].shape.words,
  scene,
});

export const takeEvent = z.discriminatedUnion('type', [
  takeBeginning,
  z.object({ type: z.literal('scene'), at, scene }),
  z.object({ type: z.literal('pointer'), at, participantId: id, place: pointerPlace.nullable() }),
  z.object({ type: z.literal('pause'), at }),
  z.object({ type: z.literal('resume'), at }),
  /** About once a second: until here at least, the recorder was alive. */
  z.object({ type: z.literal('tick'), at }),
  z.object({ type: z.literal('end'), at }),
]);

export type TakeBeginning = z.infer<typeof takeBeginning>;
export type TakeEvent = z.infer<typeof takeEvent>;

/** With its line feed. */
export function eventLine(event: TakeEvent): string {
  return `${JSON.stringify(event)}\n`;
}

/** Lines that are torn (the last one, after a crash) or damaged are left out. */
export function readEvents(text: string): TakeEvent[] {
  return text.split('\n').flatMap((line) => {
    try {
      return line === '' ? [] : [takeEvent.parse(JSON.parse(line))];
    } catch {
      return [];
    }
  });
}

/** @returns null when the first line never got to the disk: then nothing else is worth anything either */
export function beginningOf(text: string): TakeBeginning | null {
  return readEvents(text).find((event) => event.type === 'begin') ?? null;
}

/**
 * Reads what a take has left, whole or cut off by a crash.
 * @param lastFrameMs when the last frame came that was captured; take time
 * @returns without spans when the take's beginning cannot be read
 */
export function parseTake(text: string, take: number, lastFrameMs: number): TakeLog {
  const events = readEvents(text);
  const begin = events.find((event) => event.type === 'begin');
  if (!begin) return { take, spans: [], isOpen: false, scenes: [], pointers: [] };
  const collected = new TakeEvents(take, begin);
  for (const event of events) collected.add(event);
  return collected.log(lastFrameMs);
}

/**
 * The events of one take, put in order as they come. For a take that runs: what is added costs nothing again when
 * the log is looked at.
 */
export class TakeEvents {
  readonly #take: number;
  readonly #begin: TakeBeginning;
  readonly #scenes: TakeLog['scenes'];
  readonly #pointers: TakeLog['pointers'] = [];
  readonly #switches: { at: number; isPause: boolean }[] = [];
  #lastAt = 0;
  #endAt: number | null = null;

  constructor(take: number, begin: TakeBeginning) {
    this.#take = take;
    this.#begin = begin;
    this.#scenes = [{ at: 0, scene: begin.scene }];
  }

  /** Of events at one moment, the one that was added first comes first. */
  add(event: TakeEvent): void {
    const at = Math.max(0, event.at - this.#begin.at);
    this.#lastAt = Math.max(this.#lastAt, at);
    switch (event.type) {
      case 'begin':
      case 'tick':
        break;
      case 'scene':
        insert(this.#scenes, { at, scene: event.scene });
        break;
      case 'pointer':
        insert(this.#pointers, { at, participantId: event.participantId, place: event.place });
        break;
      case 'pause':
      case 'resume':
        insert(this.#switches, { at, isPause: event.type === 'pause' });
        break;
      case 'end':
        this.#endAt = Math.min(this.#endAt ?? Infinity, at);
    }
  }

  /**
   * Pointers move thirty times a second: what has been composed needs them no more.
   * @param at take time: `pointerRestMs` before what is still to be composed
   */
  forgetPointersBefore(at: number): void {
    const kept = this.#pointers.findIndex((pointer) => pointer.at >= at);
    this.#pointers.splice(0, kept === -1 ? this.#pointers.length : kept);
  }

  /**
   * What is known by now. The lists in it grow with what is added later.
   * @param lastFrameMs when the last frame came that was captured; take time
   */
  log(lastFrameMs = 0): TakeLog {
    const until = this.#endAt ?? Math.max(this.#lastAt, lastFrameMs);
    const running: Stretch[] = [{ from: 0, to: Infinity }];
    for (const { at, isPause } of this.#switches) {
      const last = running.at(-1);
      if (isPause && last) last.to = Math.min(last.to, at);
      else if (!isPause && last && last.to < Infinity) running.push({ from: at, to: Infinity });
    }
    const spans = running
      .map(({ from, to }) => ({
        from: Math.ceil(from / gridMs) * gridMs,
        to: Math.floor(Math.min(to, until) / gridMs) * gridMs,
      }))
      .filter(({ from, to }) => from < to);
    const isOpen = this.#endAt === null && running.at(-1)?.to === Infinity;
    return { take: this.#take, spans, isOpen, scenes: this.#scenes, pointers: this.#pointers };
  }
}

/** What comes late by a little finds its place near the end. */
function insert<Entry extends { at: number }>(entries: Entry[], entry: Entry): void {
  let place = entries.length;
  for (let before = entries[place - 1]; before && before.at > entry.at; before = entries[place - 1]) {
    place -= 1;
  }
  entries.splice(place, 0, entry);
}
