import { describe, expect, test } from 'vitest';
import { chaptersOf, type ChapterWords } from './chapters.ts';
import { cutPieces } from './pieces.ts';
import { idOf, page, person, sceneOf, Story } from './test-kit.ts';
import type { TakeLog } from './types.ts';

const words: ChapterWords = {
  start: '開始',
  page: ({ title, page: number, pages }) => `${title} ${number}/${pages}`,
  screen: ({ name }) => `${name}さんの画面`,
  joined: ({ name, role }) => `${name || (role === 'host' ? '担当者' : 'お客様')}さんが参加`,
};
const host = person('host', { name: '佐藤' });
const guest = person('Tanaka', { name: '田中' });
const proposal = (number: number) => ({ ...page('proposal', number), title: 'ご提案' });
const hour = 3_600_000;

function chapters(logs: TakeLog[], { part = 1, partMs = hour } = {}) {
  const found = chaptersOf(part, cutPieces(logs, { partMs }), logs, words);
  return found.map(({ startMs, title }) => [startMs / 1_000, title]);
}

describe('the chapters of a recording', () => {
  test('are its beginning, each page, each screen, and who comes', () => {
    const log = new Story(sceneOf([host]))
      .scene(3, { people: [host, guest] })
      .scene(10, { shown: proposal(1) })
      .scene(20, { shown: proposal(2) })
      .scene(30, { screens: [idOf('Tanaka')] })
      .scene(40, { screens: [] })
      .scene(45, { people: [host, guest, person('x', { name: '' })] })
      .scene(50, { shown: null })
      .end(60)
      .log();
    expect(chapters([log])).toEqual([
      [0, '開始'],
      [3, '田中さんが参加'],
      [10, 'ご提案 1/12'],
      [20, 'ご提案 2/12'],
      [30, '田中さんの画面'],
      [40, 'ご提案 2/12'],
      [45, 'お客様さんが参加'],
    ]);
  });

  test('say nothing of microphones, cameras and lines, and nothing twice', () => {
    const log = new Story(sceneOf([host, guest], proposal(1)))
      .scene(5, { people: [host, { ...guest, microphone: 'off' }] })
      .scene(8, { people: [{ ...host, isConnected: false }, guest] })
      .scene(9, { people: [host] })
      .scene(12, { people: [host, guest] })
      .end(20)
      .log();
    expect(chapters([log])).toEqual([
      [0, 'ご提案 1/12'],
      [12, '田中さんが参加'],
    ]);
  });

  test('leave out what was only leafed through', () => {
    const story = new Story(sceneOf([host]));
    for (let number = 1; number <= 9; number += 1) story.scene(4 + number / 2, { shown: proposal(number) });
    expect(
      chapters([
        story
          .scene(12, { shown: proposal(3) })
          .end(13)
          .log(),
      ]),
    ).toEqual([
      [0, '開始'],
      [8.533, 'ご提案 9/12'],
      [12, 'ご提案 3/12'],
    ]);
  });

  test('count recorded time, and tell of a pause where it is over', () => {
    const log = new Story(sceneOf([host]))
      .pause(4)
      .scene(6, { people: [host, guest] })
      .scene(7, { shown: proposal(1) })
      .scene(8, { shown: proposal(2) })
      .resume(10)
      .scene(15, { shown: proposal(3) })
      .end(20)
      .log();
    expect(chapters([log])).toEqual([
      [0, '開始'],
      [4, 'ご提案 2/12 / 田中さんが参加'],
      [9, 'ご提案 3/12'],
    ]);
  });

  test('go on in the next part, which begins with what is on show, and in the next take', () => {
    const logs = [
      new Story(sceneOf([host, guest]))
        .scene(8, { shown: proposal(1) })
        .tick(12)
        .log(1),
      new Story(sceneOf([host, guest], proposal(1)))
        .scene(5, { shown: proposal(2) })
        .end(9)
        .log(2),
    ];
    expect(chapters(logs, { partMs: 10_000 })).toEqual([
      [0, '開始'],
      [8, 'ご提案 1/12'],
    ]);
    expect(chapters(logs, { partMs: 10_000, part: 2 })).toEqual([
      [0, 'ご提案 1/12'],
      [7, 'ご提案 2/12'],
    ]);
    expect(chapters(logs, { partMs: 10_000, part: 3 })).toEqual([[0, 'ご提案 2/12']]);
    expect(chapters(logs, { partMs: 10_000, part: 4 })).toEqual([]);
  });

  test('lie within the recording, at the first frame in which there is something to see', () => {
    const log = new Story(sceneOf([host]))
      .scene(1.01, { shown: proposal(1) })
      .scene(9.99, { people: [host, guest] })
      .end(10)
      .log();
    expect(chapters([log])).toEqual([
      [0, '開始'],
      [1.067, 'ご提案 1/12'],
    ]);
  });
});
