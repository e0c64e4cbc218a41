import { expect, test } from 'vitest';
import type { Context } from '../context.ts';
import { mediaHandlers } from './media.ts';

/** A page whose seat is lost, replaced or kept while its transports are made. */
async function open({ preparing = false, meanwhile }: { preparing?: boolean; meanwhile: Meanwhile }) {
  const closed: string[] = [];
  const held = new Set(['me']);
  const media = {
    open: async () => {
      meanwhile({ connection, meeting, held });
      return 'opening';
    },
    closePeer: (participantId: string) => void closed.push(participantId),
  };
  const meeting = {
    media: { get: async () => media },
    connectionOf: (participantId: string) => (held.has(participantId) ? {} : null),
  };
  const connection: Page = { seat: { meeting, participantId: 'me', preparing } };
  if (preparing) held.clear();
  await mediaHandlers['media:open']({ connection } as unknown as Context, {});
  return closed;
}

type Page = { seat: { meeting: unknown; participantId: string; preparing: boolean } | null };
type Meanwhile = (scene: { connection: Page; meeting: unknown; held: Set<string> }) => void;

test('media that is opened for a seat which is given up meanwhile is closed again', async () => {
  const giveUp: Meanwhile = ({ connection, held }) => {
    connection.seat = null;
    held.clear();
  };
  expect(await open({ meanwhile: giveUp })).toEqual(['me']);
  expect(await open({ preparing: true, meanwhile: giveUp })).toEqual(['me']);
});

test('media of a newer page of the same person is left alone', async () => {
  const replace: Meanwhile = ({ connection }) => (connection.seat = null);
  expect(await open({ meanwhile: replace })).toEqual([]);
});

test('media of a rep who connects meanwhile stays open', async () => {
  const connect: Meanwhile = ({ connection, meeting, held }) => {
    connection.seat = { meeting, participantId: 'me', preparing: false };
    held.add('me');
  };
  expect(await open({ preparing: true, meanwhile: connect })).toEqual([]);
});
