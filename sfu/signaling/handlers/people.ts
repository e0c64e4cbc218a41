import { Refusal } from '../../protocol/codes.ts';
import { limits } from '../../protocol/limits.ts';
import { participantOf, seatOf } from '../context.ts';
import type { Handlers } from '../context.ts';

/* Controls other than line breaks and tabs have no business in a message. */
const controls = /[\p{Cc}--[\n\t]]/gv;

export const peopleHandlers: Pick<
  Handlers,
  'guest:admit' | 'guest:refuse' | 'guest:remove' | 'participant:update' | 'chat:send'
> = {
  'guest:admit': async (context, { participantId }) => {
    await seatOf(context).meeting.change((meeting, now) => {
      meeting.admit(participantId, now);
    });
    return {};
  },

  'guest:refuse': async (context, { participantId }) => {
    await seatOf(context).meeting.change((meeting, now) => {
      const { standing } = meeting.participant(participantId);
      if (standing !== 'knocking') throw new Refusal('participant-unknown', 'They are not at the door.');
      meeting.leave(participantId, 'refused', now);
    });
    return {};
  },

  'guest:remove': async (context, { participantId }) => {
    await seatOf(context).meeting.change((meeting, now) => {
      const { role, standing } = meeting.participant(participantId);
      if (role === 'host') throw new Refusal('not-allowed', 'The host cannot be removed.');
      if (standing === 'present') meeting.leave(participantId, 'removed', now);
    });
    return {};
  },

  'participant:update': async (context, change) => {
    const seat = seatOf(context);
    const { meeting: live, participantId } = seat;
    // A rep who prepares is not in the meeting yet: their devices are told on connecting.
    if (seat.preparing) {
      seat.devices = { ...seat.devices, ...defined(change) };
      return {};
    }
    await live.change((meeting) => {
      meeting.update(participantId, change);
    });
    return {};
  },

  'chat:send': async (context, { id, text }) => {
    const clean = text.normalize('NFC').replace(/\r\n?/g, '\n').replace(controls, '').trim();
    if (clean === '') throw new Refusal('chat-empty', 'There is nothing to send.');
    if ([...clean].length > limits.chatCharacters) {
      throw new Refusal('too-large', 'The message is too long.', { characters: limits.chatCharacters });
    }
    return seatOf(context).meeting.say(participantOf(context), id, clean);
  },
};

/** Without the properties that were left out: they must not undo what was said before. */
function defined<T extends object>(change: T): { [K in keyof T]?: NonNullable<T[K]> } {
  const entries = Object.entries(change).filter(([, value]) => value !== undefined);
  return Object.fromEntries(entries) as { [K in keyof T]?: NonNullable<T[K]> };
}
