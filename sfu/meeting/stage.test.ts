import { describe, expect, it } from 'vitest';
import { Refusal } from '../protocol/codes.ts';
import { newId } from './identity.ts';
import { Meeting } from './meeting.ts';
import type { StageDocument } from './stage.ts';

const noonMs = 1_790_000_000_000;

function document(changes: Partial<StageDocument> = {}): StageDocument {
  return {
    id: newId(),
    version: 1,
    title: 'ご提案書',
    fileName: 'ご提案書.pdf',
    bytes: 12_345,
    pages: 10,
    shareFile: true,
    ...changes,
  };
}

/** A host and two guests. */
function people() {
  const host = { accountId: newId(), organizationId: newId(), name: '佐藤' };
  const { meeting, participant } = Meeting.openRoom({
    home: 'node-1',
    now: noonMs,
    connectionNumber: '12345',
    host,
  });
  const come = (name: string) => {
    const { participant: guest } = meeting.knock(name, noonMs);
    meeting.admit(guest.id, noonMs);
    return guest;
  };
  const [first, second] = [come('山田'), come('鈴木')];
  meeting.takeEvents();
  return { meeting, stage: meeting.stage, host: participant, first, second };
}

function codeOf(act: () => unknown): string {
  try {
    act();
    return 'accepted';
  } catch (error) {
    if (error instanceof Refusal) return error.code;
    throw error;
  }
}

describe('what is on show', () => {
  it('is at the page that whoever shows it turns to', () => {
    const { meeting, stage, host } = people();
    const shown = document();
    stage.show(host, shown, 1, noonMs);
    stage.turn(host, shown.id, 10, noonMs);
    expect(stage.shown).toMatchObject({ documentId: shown.id, page: 10, pages: 10, shownBy: host.id });
    expect(meeting.takeEvents().map(({ type }) => type)).toEqual(['stage-changed', 'stage-changed']);
  });

  it('is turned by nobody else, and never past its ends', () => {
    const { stage, host, first } = people();
    const shown = document();
    stage.show(host, shown, 3, noonMs);
    expect(codeOf(() => stage.turn(first, shown.id, 4, noonMs))).toBe('not-allowed');
    expect(codeOf(() => stage.turn(host, shown.id, 0, noonMs))).toBe('page-unknown');
    expect(codeOf(() => stage.turn(host, shown.id, 11, noonMs))).toBe('page-unknown');
    expect(codeOf(() => stage.turn(host, newId(), 1, noonMs))).toBe('document-not-shown');
    expect(codeOf(() => stage.show(host, document(), 11, noonMs))).toBe('page-unknown');
    expect(stage.shown?.page).toBe(3);
  });

  it('gives way to the next one', () => {
    const { stage, host, first } = people();
    const [own, theirs] = [document(), document({ title: '当社の図面' })];
    stage.show(host, own, 1, noonMs);
    stage.show(first, theirs, 2, noonMs);
    expect(stage.shown).toMatchObject({ documentId: theirs.id, shownBy: first.id, page: 2 });
    expect(codeOf(() => stage.turn(host, own.id, 2, noonMs))).toBe('document-not-shown');
    expect(codeOf(() => stage.turn(host, theirs.id, 3, noonMs))).toBe('not-allowed');
  });

  it('is closed for all by whoever shows it or by the host, twice without harm', () => {
    const { meeting, stage, host, first, second } = people();
    const shown = document();
    stage.show(first, shown, 1, noonMs);
    expect(codeOf(() => stage.close(second, shown.id, noonMs))).toBe('not-allowed');
    stage.close(host, shown.id, noonMs);
    expect(stage.shown).toBeNull();
    meeting.takeEvents();
    stage.close(host, shown.id, noonMs);
    expect(meeting.takeEvents()).toEqual([]);
  });

  it('passes to the host when the guest who showed it has left', () => {
    const { meeting, stage, host, first } = people();
    const shown = document();
    stage.show(first, shown, 4, noonMs);
    meeting.leave(first.id, 'left', noonMs);
    stage.turn(host, shown.id, 5, noonMs);
    expect(stage.shown).toMatchObject({ page: 5, shownBy: host.id });
  });

  it('follows what its owner changes, and never stands behind the last page', () => {
    const { stage, host } = people();
    const shown = document();
    stage.show(host, shown, 9, noonMs);
    stage.documentChanged({ ...shown, version: 2, title: '新しい題名', pages: 4, shareFile: false }, noonMs);
    expect(stage.shown).toMatchObject({
      version: 2,
      title: '新しい題名',
      page: 4,
      pages: 4,
      shareFile: false,
    });
    stage.documentRemoved(shown.id, noonMs);
    expect(stage.shown).toBeNull();
  });

  it('survives the server, with offers and what guests have brought', () => {
    const { meeting, stage, host, first } = people();
    stage.show(first, document(), 7, noonMs);
    stage.offer(host, document(), noonMs);
    const restored = Meeting.restore(structuredClone(meeting.toRecord()));
    expect(restored.toRecord()).toEqual(meeting.toRecord());
    expect(restored.stage.shown?.page).toBe(7);
  });
});

describe('handing over', () => {
  it('offers to everybody else who is there, and to nobody who comes later', () => {
    const { meeting, stage, host, first, second } = people();
    const id = stage.offer(host, document(), noonMs);
    const { participant: late } = meeting.knock('田中', noonMs);
    meeting.admit(late.id, noonMs);
    expect(stage.offersFor(host.id)[0]?.recipients).toEqual([
      { participantId: first.id, name: '山田', state: 'open' },
      { participantId: second.id, name: '鈴木', state: 'open' },
    ]);
    expect(stage.offersFor(late.id)).toEqual([]);
    expect(codeOf(() => stage.receive(late, id))).toBe('offer-unknown');
    expect(codeOf(() => stage.receive(host, id))).toBe('offer-unknown');
  });

  it('shows each guest their own part only', () => {
    const { stage, host, first, second } = people();
    const id = stage.offer(host, document(), noonMs);
    stage.receive(first, id);
    stage.decline(second, id);
    const states = (who: string) => stage.offersFor(who)[0]?.recipients.map(({ state }) => state);
    expect(states(host.id)).toEqual(['taken', 'declined']);
    expect(states(first.id)).toEqual(['taken']);
    expect(states(second.id)).toEqual(['declined']);
  });

  it('can be received again, declined no more, and offered anew', () => {
    const { stage, host, first, second } = people();
    const file = document();
    const id = stage.offer(host, file, noonMs);
    stage.receive(first, id);
    stage.decline(first, id);
    stage.receive(first, id);
    stage.decline(second, id);
    expect(codeOf(() => stage.receive(second, id))).toBe('offer-unknown');
    expect(stage.uses(file.id)).toBe(false);
    expect(stage.offer(host, file, noonMs + 1)).toBe(id);
    expect(stage.uses(file.id)).toBe(true);
    expect(stage.offersFor(second.id)[0]?.recipients[0]?.state).toBe('open');
  });

  it('needs somebody to offer to, and a file that is shared', () => {
    const { meeting, stage, host, first, second } = people();
    expect(codeOf(() => stage.offer(host, document({ shareFile: false }), noonMs))).toBe(
      'document-not-shared',
    );
    for (const { id } of [first, second]) meeting.leave(id, 'left', noonMs);
    expect(codeOf(() => stage.offer(host, document(), noonMs))).toBe('nobody-to-offer');
  });

  it('ends when the file is replaced, or not shared any more', () => {
    const { stage, host, first } = people();
    for (const change of [{ version: 2 }, { shareFile: false }]) {
      const file = document();
      const id = stage.offer(host, file, noonMs);
      stage.documentChanged({ ...file, ...change }, noonMs);
      expect(codeOf(() => stage.receive(first, id))).toBe('offer-unknown');
      expect(stage.offersFor(host.id)).toEqual([]);
    }
  });

  it('is no more for who has just been sent away, and holds nobody up', () => {
    const { meeting, stage, host, first, second } = people();
    const file = document();
    const id = stage.offer(host, file, noonMs);
    for (const { id: guestId } of [first, second]) meeting.leave(guestId, 'removed', noonMs);
    expect(codeOf(() => stage.receive(first, id))).toBe('not-allowed');
    expect(codeOf(() => stage.show(first, document(), 1, noonMs))).toBe('not-allowed');
    expect(stage.uses(file.id)).toBe(false);
  });

  it('ends when the document is deleted', () => {
    const { stage, host, first } = people();
    const file = document();
    const id = stage.offer(host, file, noonMs);
    stage.documentRemoved(file.id, noonMs);
    expect(codeOf(() => stage.receive(first, id))).toBe('offer-unknown');
  });
});

describe('what guests bring', () => {
  it('is noted once, however often they show and hand it over, and kept by the host', () => {
    const { stage, host, first } = people();
    const theirs = document();
    stage.show(first, theirs, 1, noonMs);
    stage.offer(first, theirs, noonMs);
    stage.show(host, document(), 1, noonMs);
    expect(stage.brought).toMatchObject([{ documentId: theirs.id, name: '山田', kept: false }]);
    stage.keep(theirs.id);
    expect(stage.brought[0]?.kept).toBe(true);
    expect(codeOf(() => stage.keep(newId()))).toBe('document-unknown');
  });
});
