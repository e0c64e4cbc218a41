/** What the pages of a list are made of. */
type Listed = { meetingId: string; startedAt: number };

/** A stretch of the list as the server gave it. */
export type Page<Meeting extends Listed> = {
  /** What it was asked with; null: from the newest on. */
  before: string | null;
  meetings: readonly Meeting[];
  /** What the next one is asked with; null: it is the last. */
  next: string | null;
};

/**
 * Pages, each of which goes on where the one before it ends, after one of them has been read anew. What has moved
 * out of it, because newer meetings have come, goes to the next one; what is no longer there, is gone.
 *
 * @param index of the page that was read; one more than there are: it is added
 */
export function withPage<Meeting extends Listed>(
  pages: readonly Page<Meeting>[],
  index: number,
  read: Page<Meeting>,
): readonly Page<Meeting>[] {
  const before = pages.slice(0, index);
  const [again, ...later] = pages.slice(index);
  const last = read.meetings.at(-1);
  if (read.next === null || !last || !again) return [...before, read];
  // So much has come meanwhile that nobody knows what lies between: it is shown when it is asked for.
  const isContinuous = [again, ...later].some(({ meetings }) => isIn(meetings, last));
  if (!isContinuous) return [...before, read];
  const after = (page: Page<Meeting>): Page<Meeting> => ({
    ...page,
    meetings: page.meetings.filter(
      (meeting) => meeting.startedAt <= last.startedAt && !isIn(read.meetings, meeting),
    ),
  });
  const moved = after(again);
  const [next, ...others] = later.map(after).filter(({ meetings }) => meetings.length > 0);
  const first = next ? { ...next, meetings: [...moved.meetings, ...next.meetings] } : moved;
  if (first.meetings.length === 0) return [...before, read];
  return [...before, read, { ...first, before: read.next }, ...others];
}

/** Newest first, each once: one that begins only now has just moved up. */
export const meetingsOf = <Meeting extends Listed>(pages: readonly Page<Meeting>[]): readonly Meeting[] =>
  pages.flatMap(({ meetings }, index) =>
    meetings.filter((meeting) => !pages.slice(0, index).some((newer) => isIn(newer.meetings, meeting))),
  );

const isIn = (meetings: readonly Listed[], { meetingId }: Listed): boolean =>
  meetings.some((each) => each.meetingId === meetingId);
