import { Refusal } from '../../protocol/codes.ts';
import { accountOf, hostOf, participantOf, seatOf } from '../context.ts';
import type { Handlers } from '../context.ts';
import { leaveEarlierSeat, returnAsHost, takeSeat } from './numbers.ts';

export const joiningHandlers: Pick<
  Handlers,
  | 'room:open'
  | 'room:ask'
  | 'invitation:look'
  | 'invitation:accept'
  | 'invitation:create'
  | 'invitation:revoke'
  | 'seat:resume'
  | 'meeting:snapshot'
  | 'meeting:leave'
  | 'meeting:end'
> = {
  'room:open': async (context) => {
    const host = hostOf(accountOf(context));
    await leaveEarlierSeat(context);
    const { live, ...taken } = await context.meetings.openRoom(host);
    return takeSeat(context, live, taken);
  },

  'room:ask': async (context, { number, name }) => {
    const { connection, guard, meetings } = context;
    const live = await guard.guessing(connection, () => {
      const found = meetings.byTypedNumber(number);
      // A number nobody has taken yet is a customer's own: there is no door behind it.
      if (found.meeting.facts.state !== 'live') {
        throw new Refusal('number-unknown', 'No meeting with this number is running.');
      }
      return found;
    });
    await guard.knocking(connection.address);
    await leaveEarlierSeat(context);
    return takeSeat(context, live, await live.change((meeting, now) => meeting.knock(name, now)));
  },

  'invitation:look': async ({ connection, guard, meetings }, { token }) => {
    const live = await guard.guessingSecret(connection, () => meetings.byInvitation(token));
    live.meeting.assertInvited(token, Date.now());
    const hostName = live.meeting.host?.name ?? '';
    return { meetingId: live.id, hostName, organizationName: live.organizationName };
  },

  'invitation:accept': async (context, { token, name }) => {
    const { connection, guard, meetings } = context;
    const live = await guard.guessingSecret(connection, () => meetings.byInvitation(token));
    await leaveEarlierSeat(context);
    const taken = await live.change((meeting, now) => meeting.acceptInvitation(token, name, now));
    return takeSeat(context, live, taken);
  },

  'invitation:create': async (context) => {
    const { meeting: live } = seatOf(context);
    const { invitation, token } = await live.change((meeting, now) => meeting.invite(now));
    return { invitation: invitation.toView(), token, path: `/i/${token}` };
  },

  'invitation:revoke': async (context, { invitationId }) => {
    const { meeting: live } = seatOf(context);
    await live.change((meeting, now) => {
      meeting.revokeInvitation(invitationId, now);
    });
    return {};
  },

  'seat:resume': async (context, input) => {
    const { connection, meetings } = context;
    if ('resumeToken' in input) {
      const { resumeToken } = input;
      const { live, participantId } = await meetings.byResumeToken(resumeToken);
      if (connection.seat && connection.seat.participantId !== participantId) await leaveEarlierSeat(context);
      const participant = await live.change((meeting) => meeting.resume(participantId));
      return takeSeat(context, live, { participant, resumeToken });
    }
    const { accountId } = accountOf(context);
    const live = meetings.byId(input.meetingId);
    return returnAsHost(context, live, accountId);
  },

  'meeting:snapshot': async (context) => {
    const { meeting: live } = seatOf(context);
    return live.snapshot(participantOf(context).id);
  },

  'meeting:leave': async (context) => {
    await leaveEarlierSeat(context);
    return {};
  },

  'meeting:end': async (context) => {
    await seatOf(context).meeting.change((meeting, now) => {
      meeting.end('ended-by-host', now);
    });
    return {};
  },
};
