import type { DocumentOwner } from '../../documents/owner.ts';
import type { Participant } from '../../meeting/participant.ts';
import { Refusal } from '../../protocol/codes.ts';
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
    await live.change((meeting, at) => {
      meeting.stage.show(meeting.participant(participantId), document, page, at);
    });
    // Its file may have been replaced between the two.
    const now = await ownOf(context, documentId);
    if (now.version !== document.version) {
      await live.change((meeting, at) => {
        meeting.stage.documentChanged(now, at);
      });
    }
    return {};
  },

  'document:turn': async (context, { documentId, page }) => {
    const { meeting: live, participantId } = seatOf(context);
    await live.change((meeting, now) => {
      meeting.stage.turn(meeting.participant(participantId), documentId, page, now);
    });
    return {};
  },

  'document:close': async (context, { documentId }) => {
    const { meeting: live, participantId } = seatOf(context);
    await live.change((meeting, now) => {
      meeting.stage.close(meeting.participant(participantId), documentId, now);
    });
    return {};
  },

  'document:keep': async (context, { documentId }) => {
    const { meeting: live } = seatOf(context);
    const { accountId } = participantOf(context);
    // Pressed twice: kept once.
    if (live.meeting.stage.assertBrought(documentId).kept) return {};
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
    const offer = live.meeting.stage.assertOffered(participantId, offerId);
    const { originalBlob, fileName, version } = await context.documents.load(offer.documentId);
    // What was offered is given, and nothing that has taken its place.
    if (version !== offer.version) throw new Refusal('offer-unknown', 'This file is not there any more.');
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
