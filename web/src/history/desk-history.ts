import { MemoBook, wholeDocument } from '../documents/memo-book.svelte.ts';
import { changeMeeting, readMeeting } from './history-api.ts';
import { Meetings } from './meetings.svelte.ts';
import { PastMeeting } from './past-meeting.svelte.ts';

/*
 * The history of whoever is signed in here, who stays the same for as long as the page lives: coming back shows it at
 * once, and a note or a result that could not be saved is not lost by going to another place.
 */

export const meetings = new Meetings();

const opened = new Map<string, PastMeeting>();
const notes = new Map<string, MemoBook>();

export function pastMeeting(meetingId: string): PastMeeting {
  return madeOnce(opened, meetingId, () => new PastMeeting(meetingId));
}

/** Which meeting that has been opened here has this recording. */
export const openedWith = (recordingId: string): string | null =>
  [...opened.values()].find((meeting) => meeting.find(recordingId))?.id ??
  meetings.meetings.find(({ recordings }) => recordings.some(({ id }) => id === recordingId))?.meetingId ??
  null;

/** The own note to a meeting, which is saved as a memo is. */
export function noteTo(meetingId: string): MemoBook {
  return madeOnce(notes, meetingId, () => {
    const store = {
      async memos(id: string) {
        const outcome = await readMeeting(id);
        if (!outcome.ok) return outcome;
        return { ok: true as const, value: [{ page: wholeDocument, text: outcome.value.note }] };
      },
      writeMemo: (id: string, _page: number, note: string, keepalive?: boolean) =>
        changeMeeting(id, { note }, keepalive),
    };
    return new MemoBook(store, meetingId);
  });
}

/** Stores what could not be stored until now, such as while nobody was signed in. */
export async function storeRecords(): Promise<void> {
  await Promise.all([...notes.values(), ...opened.values()].map((each) => each.flush()));
}

function sendNotes(): void {
  for (const note of notes.values()) note.sendAll();
}

/* Here and not at a place of the desk: in a call, none of them is there to ask. */
addEventListener('pagehide', sendNotes);
addEventListener('beforeunload', (event) => {
  sendNotes();
  if ([...notes.values(), ...opened.values()].some(({ atRisk }) => atRisk)) event.preventDefault();
});

function madeOnce<Made>(known: Map<string, Made>, id: string, make: () => Made): Made {
  const there = known.get(id);
  if (there) return there;
  const made = make();
  known.set(id, made);
  return made;
}
