import type { DocumentOwner } from '../../documents/library.ts';
import type { Participant } from '../../meeting/participant.ts';
import { participantOf, seatOf } from '../context.ts';
import type { Context, Handlers } from '../context.ts';

/** Whose documents somebody in a meeting can show: the host those of the account, a guest what they brought. */
function ownerOf(meetingId: string, { id, accountId }: Participant): DocumentOwner {
  return accountId === null
    ? { kind: 'guest', meetingId, participantId: id }
    : { kind: 'account', accountId };
}

function ownOf(context: Context, documentId: string) {
  const { meeting } = seatOf(context);
  return context.documents.findReady(ownerOf(meeting.id, participantOf(context)), documentId);
}

export const documentHandlers: Pick<
  Handlers,
  | 'document:show'
  | 'document:turn'
  | 'document:close'
  | 'document:keep'
  | 'pointer:rest'
  | 'offer:make'
  | 'offer:receive'
  | 'offer:decline'
> = {
  'document:show': async (context, { documentId, page }) => {
    const { meeting: live, participantId } = seatOf(context);
    const document = await ownOf(context, documentId);
    await live.change((meeting) => {
      meeting.stage.show(meeting.participant(participantId), document, page);
    });
    return {};
  },

  'document:turn': async (context, { documentId, page }) => {
    const { meeting: live, participantId } = seatOf(context);
    await live.change((meeting) => {
      meeting.stage.turn(meeting.participant(participantId), documentId, page);
    });
    return {};
  },

  'document:close': async (context, { documentId }) => {
    const { meeting: live, participantId } = seatOf(context);
    await live.change((meeting) => {
      meeting.stage.close(meeting.participant(participantId), documentId);
    });
    return {};
  },

  'document:keep': async (context, { documentId }) => {
    const { meeting: live } = seatOf(context);
    const { accountId } = participantOf(context);
    live.meeting.stage.assertBrought(documentId);
    if (accountId !== null) await context.documents.keep(accountId, documentId);
    await live.change((meeting) => {
      meeting.stage.keep(documentId);
    });
    return {};
  },

  'pointer:rest': (context, { place }) => {
    const { meeting: live, participantId } = seatOf(context);
    live.presence.rest(participantId, place);
    return Promise.resolve({});
  },

  'offer:make': async (context, { documentId }) => {
    const { meeting: live, participantId } = seatOf(context);
    const document = await ownOf(context, documentId);
    const offerId = await live.change((meeting, now) =>
      meeting.stage.offer(meeting.participant(participantId), document, now),
    );
    return { offerId };
  },

  'offer:receive': async (context, { offerId }) => {
    const { meeting: live, participantId } = seatOf(context);
    const documentId = live.meeting.stage.assertOffered(participantId, offerId).documentId;
    const { originalBlob, fileName } = await context.documents.load(documentId);
    await live.change((meeting) => {
      meeting.stage.receive(meeting.participant(participantId), offerId);
    });
    const ticket = context.tickets.issue({ blob: originalBlob, fileName });
    return { path: `/api/downloads/${ticket}` };
  },

  'offer:decline': async (context, { offerId }) => {
    const { meeting: live, participantId } = seatOf(context);
    await live.change((meeting) => {
      meeting.stage.decline(meeting.participant(participantId), offerId);
    });
    return {};
  },
};
