import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { ShownDocument } from '../../../sfu/protocol/documents.ts';
import type { Failure, PersonApi } from './api.ts';
import type { SeatLine } from './seat-line.svelte.ts';
import type { Signal } from './signal.ts';
import { Stage } from './stage.svelte.ts';

const self = 's'.repeat(22);
const other = 'o'.repeat(22);
const documentId = 'd'.repeat(22);
const shown = (page: number, shownBy = self): ShownDocument => ({
  documentId,
  version: 1,
  title: 'ご提案書',
  pages: 10,
  page,
  shownBy,
  shareFile: true,
});

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

/** A stage whose line answers when the test says so. */
function stageOf(role: 'host' | 'guest' = 'host') {
  const listeners = new Map<string, (...parameters: never[]) => void>();
  const told: number[] = [];
  let answer: (failure: Failure | null) => void = () => undefined;
  const line = {
    seated: true,
    seat: null,
    act: (_name: string, input: () => { page: number }) => {
      told.push(input().page);
      return new Promise<Failure | null>((resolve) => (answer = resolve));
    },
  };
  const signal = {
    on: (name: string, listener: (...parameters: never[]) => void) => listeners.set(name, listener),
    pass: () => undefined,
    request: () => Promise.resolve({}),
  };
  const people = [self, other].map((id) => ({ id, name: id, line: 'connected' }) as unknown as PersonApi);
  const stage = new Stage({
    line: line as unknown as SeatLine,
    signal: signal as unknown as Signal,
    selfId: () => self,
    role: () => role,
    people: () => people,
    notice: (_revision, apply) => apply(),
  });
  const hear = (name: string, ...parameters: unknown[]) =>
    (listeners.get(name) as (...parameters: unknown[]) => void)(...parameters);
  return {
    stage,
    people,
    told,
    hear,
    notice: (page: number, by = self) => hear('stage:changed', 1, { shown: shown(page, by) }),
    answers: async (failure: Failure | null = null) => {
      answer(failure);
      await vi.advanceTimersByTimeAsync(0);
    },
  };
}

describe('turning pages', () => {
  it('shows at once and tells the latest page only', async () => {
    const { stage, told, notice, answers } = stageOf();
    notice(1);
    for (const page of [2, 3, 4, 5]) stage.turn(page);
    expect(stage.shown?.page).toBe(5);
    expect(told).toEqual([2]);
    notice(2);
    expect(stage.shown?.page).toBe(5);
    await answers();
    expect(told).toEqual([2, 5]);
    notice(5);
    await answers();
    expect(stage.shown?.page).toBe(5);
    expect(told).toEqual([2, 5]);
  });

  it('that nobody could be told for want of a line is told when there is one', async () => {
    const { stage, told, notice, answers } = stageOf();
    notice(1);
    stage.turn(7);
    await answers({ code: 'offline', details: {} });
    expect(stage.shown?.page).toBe(7);
    stage.apply({ shown: shown(1), offers: [], brought: [] });
    expect(stage.shown?.page).toBe(7);
    expect(told).toEqual([7, 7]);
    notice(7);
    await answers();
    expect(stage.shown?.page).toBe(7);
  });

  it('that is refused is taken back', async () => {
    const { stage, notice, answers } = stageOf();
    notice(3);
    stage.turn(4);
    await answers({ code: 'not-allowed', details: {} });
    expect(stage.shown?.page).toBe(3);
  });

  it('is for whoever shows, and for the host once they have gone', () => {
    const { stage, people, notice, told } = stageOf();
    notice(3, other);
    stage.turn(4);
    expect(told).toEqual([]);
    people.pop();
    notice(3, other);
    expect(stage.turning).toBe(true);
    stage.turn(4);
    expect(told).toEqual([4]);
  });
});

describe('the others’ pointers', () => {
  const place = { documentId, page: 3, x: 0.5, y: 0.5 };

  it('are there while they move, and gone when they leave, rest too long, or belong to another document', () => {
    const { stage, notice, hear } = stageOf();
    notice(3);
    hear('pointer:moved', { participantId: other, place });
    expect(stage.palms).toMatchObject([{ participantId: other, x: 0.5 }]);
    hear('pointer:rested', { participantId: other, place: null });
    expect(stage.palms).toEqual([]);
    hear('pointer:moved', { participantId: other, place });
    vi.advanceTimersByTime(6_000);
    expect(stage.palms).toEqual([]);
    hear('pointer:moved', { participantId: other, place: { ...place, documentId: 'x'.repeat(22) } });
    expect(stage.palms).toEqual([]);
    hear('pointer:moved', { participantId: 'z'.repeat(22), place });
    expect(stage.palms).toEqual([]);
  });
});
