import { Refusal } from '../../protocol/codes.ts';
import type { Seat } from '../../protocol/requests.ts';
import type { Host, SeatTaken } from '../../meeting/meeting.ts';
import type { LiveMeeting } from '../live-meeting.ts';
import { accountOf, hostOf } from '../context.ts';
import type { Context, Handlers } from '../context.ts';

/** Seats this page in a meeting; a seat it held elsewhere before is given up. */
export async function takeSeat(
  { connection }: Context,
  live: LiveMeeting,
  { participant, resumeToken }: SeatTaken,
): Promise<Seat> {
  const snapshot = await live.attach(connection, participant.id);
  return { role: participant.role, resumeToken, snapshot };
}

/** A page holds one seat: what it had before is left properly, so that no ghost stays. */
export async function leaveEarlierSeat({ connection }: Context): Promise<void> {
  const { seat } = connection;
  if (!seat) return;
  if (seat.preparing) seat.meeting.detach(connection);
  else await seat.meeting.change((meeting, now) => meeting.leave(seat.participantId, 'left', now));
}

/** The rep goes on with a meeting of their own; another seat of this page's, here or elsewhere, is given up. */
export async function returnAsHost(context: Context, live: LiveMeeting, accountId: string): Promise<Seat> {
  const { seat } = context.connection;
  if (live.meeting.facts.hostAccountId !== accountId) {
    throw new Refusal('seat-unknown', 'This is not your meeting.');
  }
  const isOwn = seat?.meeting === live && seat.participantId === live.meeting.host?.id && !seat.preparing;
  if (!isOwn) await leaveEarlierSeat(context);
  return takeSeat(context, live, await live.change((meeting) => meeting.resumeAsHost(accountId)));
}

/** Whose start page it is; null: nobody's. @throws Refusal organization-unknown */
async function organizationOf(
  { organizations }: Context,
  publicId: string | undefined,
): Promise<string | null> {
  if (!publicId) return null;
  const found = await organizations.findByPublicId(publicId);
  if (!found) throw new Refusal('organization-unknown', 'There is no such organisation.');
  return found.id;
}

/** A rep who has connected and not heard so types the number again: it is theirs, not taken. */
function isOwnCall({ meeting }: LiveMeeting, { accountId }: Host): boolean {
  return meeting.facts.state === 'live' && meeting.facts.hostAccountId === accountId;
}

export const numberHandlers: Pick<
  Handlers,
  'number:issue' | 'number:prepare' | 'number:release' | 'number:connect'
> = {
  'number:issue': async (context, { organization, banner, origin }) => {
    const organizationId = banner
      ? await context.banners.organizationOf(banner)
      : await organizationOf(context, organization);
    await context.guard.issuingNumber(context.connection.address);
    await leaveEarlierSeat(context);
    const { live, ...taken } = await context.meetings.beginWithNumber({
      organizationId,
      bannerKey: banner ?? null,
      origin: origin ?? null,
      // A customer who calls gives no name (J1 asks for none); the screen says お客様 for an empty one.
      guestName: '',
    });
    return takeSeat(context, live, taken);
  },

  'number:prepare': async (context, { number }) => {
    const host = hostOf(accountOf(context));
    const { connection, guard, meetings } = context;
    return guard.guessing(connection, async () => {
      const live = meetings.byTypedNumber(number);
      if (isOwnCall(live, host)) {
        if (connection.seat?.preparing) connection.seat.meeting.detach(connection);
        const guest = live.meeting.participants.find((each) => each.role === 'guest');
        return { meetingId: live.id, guestName: guest?.name ?? '' };
      }
      live.meeting.assertConnectable(host, Date.now());
      const isPreparedAlready = connection.seat?.meeting === live && connection.seat.preparing;
      if (!isPreparedAlready) {
        await leaveEarlierSeat(context);
        live.prepare(connection, host);
      }
      const guest = live.meeting.participants.find((each) => each.standing === 'waiting');
      return { meetingId: live.id, guestName: guest?.name ?? '' };
    });
  },

  'number:release': async ({ connection }) => {
    if (connection.seat?.preparing) connection.seat.meeting.detach(connection);
    return {};
  },

  'number:connect': async (context, { number }) => {
    const host = hostOf(accountOf(context));
    const { connection, guard, meetings } = context;
    const live = await guard.guessing(connection, () => {
      const found = meetings.byTypedNumber(number);
      if (!isOwnCall(found, host)) found.meeting.assertConnectable(host, Date.now());
      return found;
    });
    if (isOwnCall(live, host)) return returnAsHost(context, live, host.accountId);
    const { seat } = connection;
    const prepared = seat?.preparing && seat.meeting === live ? seat.participantId : undefined;
    if (prepared === undefined) await leaveEarlierSeat(context);
    const taken = await live.change((meeting, now) => {
      const connected = meeting.connect(host, now, prepared);
      if (seat?.devices && prepared !== undefined) meeting.update(prepared, seat.devices);
      return connected;
    });
    live.foresight.end(connection);
    return takeSeat(context, live, taken);
  },
};
