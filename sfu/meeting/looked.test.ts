import { describe, expect, it } from 'vitest';
import { newId } from './identity.ts';
import { Meeting } from './meeting.ts';
import type { StageDocument } from './stage.ts';

const noonMs = 1_790_000_000_000;
/** So many seconds after noon. */
const at = (seconds: number) => noonMs + seconds * 1_000;

function document(title = 'ご提案書', pages = 10): StageDocument {
  return { id: newId(), version: 1, title, fileName: 'a.pdf', bytes: 12_345, pages, shareFile: true };
}

function people() {
  const host = { accountId: newId(), organizationId: newId(), name: '佐藤' };
  const { meeting, participant } = Meeting.openRoom({
    home: 'node-1',
    now: noonMs,
    connectionNumber: '12345',
    host,
  });
  const { participant: guest } = meeting.knock('山田', noonMs);
  meeting.admit(guest.id, noonMs);
  return { meeting, stage: meeting.stage, host: participant, guest };
}

const lookedIn = (meeting: Meeting) => meeting.toRecord().stage.looked;
const secondsByPage = (meeting: Meeting) =>
  lookedIn(meeting).map(({ title, ms, pages }) => [
    title,
    ms / 1_000,
    Object.fromEntries(pages.map(({ page, ms: pageMs }) => [page, pageMs / 1_000])),
  ]);

describe('how long a page was on everybody’s screen', () => {
  it('is counted page by page, again when it is turned back to, until it is closed', () => {
    const { meeting, stage, host } = people();
    const shown = document();
    stage.show(host, shown, 1, at(0));
    stage.turn(host, shown.id, 3, at(10));
    stage.turn(host, shown.id, 1, at(15));
    stage.close(host, shown.id, at(18));
    stage.tick(at(500));
    expect(secondsByPage(meeting)).toEqual([['ご提案書', 18, { 1: 13, 3: 5 }]]);
    stage.show(host, shown, 4, at(600));
    stage.close(host, shown.id, at(602));
    expect(secondsByPage(meeting)).toEqual([['ご提案書', 20, { 1: 13, 3: 5, 4: 2 }]]);
    expect(lookedIn(meeting)[0]).toMatchObject({ documentId: shown.id, at: at(0) });
  });

  it('is kept for each document, in the order of being shown first, whoever shows it', () => {
    const { meeting, stage, host, guest } = people();
    const [own, theirs] = [document(), document('当社の図面')];
    stage.show(host, own, 1, at(0));
    stage.show(guest, theirs, 2, at(7));
    stage.show(host, own, 2, at(9));
    stage.close(host, own.id, at(10));
    expect(secondsByPage(meeting)).toEqual([
      ['ご提案書', 8, { 1: 7, 2: 1 }],
      ['当社の図面', 2, { 2: 2 }],
    ]);
  });

  it('says of a page that was only leafed over that its document was shown, and nothing of the page', () => {
    const { meeting, stage, host } = people();
    const shown = document();
    stage.show(host, shown, 1, at(0));
    stage.turn(host, shown.id, 2, at(0));
    stage.close(host, shown.id, at(0));
    expect(secondsByPage(meeting)).toEqual([['ご提案書', 0, {}]]);
  });

  it('survives a new title and file, and the document’s end', () => {
    const { meeting, stage, host } = people();
    const shown = document();
    stage.show(host, shown, 9, at(0));
    stage.documentChanged({ ...shown, version: 2, title: '新しい題名', pages: 4 }, at(5));
    stage.documentRemoved(shown.id, at(7));
    stage.tick(at(100));
    expect(secondsByPage(meeting)).toEqual([['新しい題名', 7, { 9: 5, 4: 2 }]]);
  });

  it('ends with the meeting, whatever is told of it afterwards', () => {
    const { meeting, stage, host } = people();
    const shown = document();
    stage.show(host, shown, 1, at(0));
    meeting.end('ended-by-host', at(30));
    const ended = [['ご提案書', 30, { 1: 30 }]];
    expect(secondsByPage(meeting)).toEqual(ended);
    stage.tick(at(60));
    stage.documentChanged({ ...shown, title: '新しい題名' }, at(70));
    stage.documentRemoved(shown.id, at(80));
    const restored = Meeting.restore(meeting.toRecord());
    restored.stage.restarted(at(90));
    restored.stage.tick(at(100));
    expect(secondsByPage(restored)).toEqual([['新しい題名', 30, { 1: 30 }]]);
  });

  it('stands still while nobody is there to see it', () => {
    const { meeting, stage, host, guest } = people();
    stage.show(host, document(), 1, at(0));
    meeting.leave(host.id, 'lost', at(10));
    meeting.leave(guest.id, 'lost', at(20));
    meeting.resume(guest.id);
    stage.tick(at(300));
    stage.tick(at(301));
    expect(secondsByPage(meeting)).toEqual([['ご提案書', 21, { 1: 21 }]]);
  });

  it('does not grow by the time that a stopped server was away', () => {
    const { meeting, stage, host } = people();
    const shown = document();
    stage.show(host, shown, 1, at(0));
    stage.stopping(at(40));
    expect(meeting.takeEvents().map(({ type }) => type)).toContain('stage-changed');
    const restored = Meeting.restore(structuredClone(meeting.toRecord()));
    restored.stage.restarted(at(3_600));
    restored.stage.turn(restored.host!, shown.id, 2, at(3_605));
    expect(secondsByPage(restored)).toEqual([['ご提案書', 45, { 1: 45 }]]);
  });

  it('is counted up to what was written last when the server died', () => {
    const { meeting, stage, host } = people();
    const shown = document();
    stage.show(host, shown, 1, at(0));
    stage.tick(at(12));
    const written = structuredClone(meeting.toRecord());
    stage.tick(at(50));
    const restored = Meeting.restore(written);
    restored.stage.restarted(at(3_600));
    restored.stage.close(restored.host!, shown.id, at(3_601));
    expect(secondsByPage(restored)).toEqual([['ご提案書', 13, { 1: 13 }]]);
  });

  it('does not shrink when the clock is set back', () => {
    const { meeting, stage, host } = people();
    const shown = document();
    stage.show(host, shown, 1, at(0));
    stage.turn(host, shown.id, 2, at(10));
    stage.turn(host, shown.id, 1, at(-3_600));
    stage.turn(host, shown.id, 2, at(-3_590));
    expect(secondsByPage(meeting)).toEqual([['ご提案書', 20, { 1: 20 }]]);
  });

  it('stays small however much is leafed through: the longest pages are kept, and the whole', () => {
    const { meeting, stage, host } = people();
    const long = document('カタログ', 3_000);
    stage.show(host, long, 7, at(0));
    stage.turn(host, long.id, 8, at(60));
    for (let page = 1; page <= 3_000; page += 1) stage.turn(host, long.id, page, at(60 + page));
    stage.close(host, long.id, at(3_061));
    const [looked] = lookedIn(meeting);
    expect(looked!.pages).toHaveLength(1_000);
    expect(looked!.pages.find(({ page }) => page === 7)!.ms).toBe(61_000);
    expect(looked!.ms).toBe(3_061_000);
    for (let each = 0; each < 300; each += 1) stage.show(host, document(`資料${each}`), 1, at(4_000 + each));
    expect(lookedIn(meeting)).toHaveLength(200);
    expect(JSON.stringify(meeting.toRecord().stage).length).toBeLessThan(100_000);
  });
});
