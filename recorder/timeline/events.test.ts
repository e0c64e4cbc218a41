import { describe, expect, test } from 'vitest';
import { beginningOf, eventLine, parseTake, readEvents, TakeEvents } from './events.ts';
import { idOf, page, person, sceneOf, Story } from './test-kit.ts';

const two = sceneOf([person('host'), person('Sato')]);
const place = { document: 'doc', page: 1, x: 0.5, y: 0.5 };

describe('what is recorded of a take', () => {
  test('is all of it, without the seconds that were paused, on whole steps of the grid', () => {
    const log = new Story(two).pause(3.33).resume(5.01).end(9.99).log();
    expect(log.spans).toEqual([
      { from: 0, to: 3_200 },
      { from: 5_200, to: 9_800 },
    ]);
    expect(log.isOpen).toBe(false);
  });

  test('has nothing of a pause in it, however short it was, and however often it was asked for', () => {
    const log = new Story(two)
      .pause(2.05)
      .pause(2.1)
      .resume(2.15)
      .resume(2.3)
      .pause(2.35)
      .resume(7)
      .end(8)
      .log();
    expect(log.spans).toEqual([
      { from: 0, to: 2_000 },
      { from: 7_000, to: 8_000 },
    ]);
  });

  test('ends with the last that was written when the recorder was killed', () => {
    expect(new Story(two).tick(1).tick(2.07).log().spans).toEqual([{ from: 0, to: 2_000 }]);
    expect(new Story(two).tick(1).tick(2.07).log(1, 2_650).spans).toEqual([{ from: 0, to: 2_600 }]);
    expect(new Story(two).tick(2).log().isOpen).toBe(true);
  });

  test('ends with its pause when it was killed then, whatever came afterwards', () => {
    const log = new Story(two).pause(4).tick(5).tick(6).log(1, 6_500);
    expect(log.spans).toEqual([{ from: 0, to: 4_000 }]);
    expect(log.isOpen).toBe(false);
  });

  test('ends with its end, even when pictures came after it', () => {
    expect(new Story(two).end(4).log(1, 9_000).spans).toEqual([{ from: 0, to: 4_000 }]);
  });
});

describe('the lines on the disk', () => {
  test('are read up to a torn one, and past a damaged one', () => {
    const story = new Story(two).scene(1, { shown: page('doc', 1) }).tick(2);
    const text = `${story.lines[0]}\0\0\0garbage\n{"type":"scene","at":-5}\n${story.lines.slice(1).join('')}`;
    const torn = text + eventLine({ type: 'tick', at: 9e9 }).slice(0, -8);
    expect(parseTake(torn, 7, 0)).toEqual({ ...story.log(), take: 7 });
    expect(readEvents(torn).map(({ type }) => type)).toEqual(['begin', 'scene', 'tick']);
  });

  test('say when and how it began, unless that never got to the disk', () => {
    const story = new Story(two, 'audio').tick(1);
    expect(beginningOf(story.lines.join(''))).toMatchObject({ kind: 'audio', words: { guest: 'お客様' } });
    const without = story.lines.slice(1).join('');
    expect(beginningOf(without)).toBeNull();
    expect(parseTake(without, 1, 5_000)).toMatchObject({ spans: [], isOpen: false });
  });

  test('are put in the order of their times, and several at one moment stay in theirs', () => {
    const log = new Story(two)
      .scene(3, { shown: page('doc', 3) })
      .scene(1, { shown: page('doc', 1) })
      .scene(3, { shown: page('doc', 4) })
      .pointer(2, 'Sato', place)
      .pointer(2, 'Sato', null)
      .pointer(1.5, 'Sato', place)
      .end(5)
      .log();
    expect(log.scenes.map(({ at, scene }) => [Math.round(at), scene.shown?.page])).toEqual([
      [0, undefined],
      [1_000, 1],
      [3_000, 3],
      [3_000, 4],
    ]);
    expect(log.pointers.map(({ at, place: there }) => [Math.round(at), there?.x])).toEqual([
      [1_500, 0.5],
      [2_000, 0.5],
      [2_000, undefined],
    ]);
  });
});

describe('a take that runs', () => {
  test('is read as it grows, the same as from the disk, and can forget pointers that are done with', () => {
    const story = new Story(two);
    for (let i = 1; i <= 20; i += 1) story.pointer(i / 10, 'Sato', { ...place, x: i / 20 });
    story.pause(2.2).resume(3.1).tick(4);
    const [begin, ...events] = readEvents(story.lines.join(''));
    if (begin?.type !== 'begin') throw new Error('a story begins with its beginning');
    const running = new TakeEvents(1, begin);
    for (const event of events) running.add(event);
    expect(running.log()).toEqual(story.log());

    running.forgetPointersBefore(1_950);
    expect(
      running.log().pointers.map(({ participantId, place: there }) => [participantId, there?.x]),
    ).toEqual([[idOf('Sato'), 1]]);
    running.forgetPointersBefore(5_000);
    expect(running.log().pointers).toEqual([]);
  });
});
