import { setImmediate as turn } from 'node:timers/promises';
import { timeOfDays } from '../days.ts';
import { Refusal } from '../protocol/codes.ts';
import type {
  HistoryDetail,
  HistoryList,
  HistoryMeeting,
  HistoryQuery,
  MeetingResult,
  ShownInMeeting,
} from '../protocol/history.ts';
import type { HistoryPlace, RecordingEntry } from '../protocol/recording.ts';
import type { RecordingLibrary } from '../recording/library.ts';
import type { HeldMeeting, HistoryFilter, HistoryRepository } from '../store/history-repository.ts';
import type { MeetingSummary, RecordingRepository } from '../store/recording-repository.ts';
import { historyCsv } from './history-csv.ts';

export type HistoryLibraryOptions = {
  history: HistoryRepository;
  /** For who was in a meeting, and what they were told. */
  meetings: Pick<RecordingRepository, 'meetings'>;
  recordings: Pick<RecordingLibrary, 'ofMeetings' | 'space'>;
};

/** A page of the list has this many meetings. */
const pageMeetings = 100;
/** The same of the CSV, between which others have their turn. */
const csvMeetings = 500;

/**
 * 商談履歴 (B3): what happened in a rep's meetings, for the rep alone. Whoever else asks for one, or for one that there
 * never was, is answered alike. A meeting that runs is there, too; one for which nobody came is not.
 */
export class HistoryLibrary {
  readonly #options: HistoryLibraryOptions;

  constructor(options: HistoryLibraryOptions) {
    this.#options = options;
  }

  /** A page of it, the newest meeting first. @throws Refusal bad-request for a day that there is not */
  async list(accountId: string, query: HistoryQuery): Promise<HistoryList> {
    // One more than is shown tells whether there are more.
    const found = await this.#page(accountId, filterOf(query), pageMeetings + 1, query.before ?? null);
    const meetings = found.slice(0, pageMeetings);
    const last = found.length > pageMeetings ? meetings.at(-1) : undefined;
    return {
      ...(await this.#options.recordings.space(accountId)),
      meetings,
      next: last ? `${last.startedAt}-${last.meetingId}` : null,
    };
  }

  /** Everything that happened in one meeting. @throws Refusal history-unknown */
  async detail(accountId: string, meetingId: string): Promise<HistoryDetail> {
    const { history, meetings, recordings } = this.#options;
    const held = await history.load(accountId, meetingId);
    if (!held) throw unknown();
    const { looked, offers, brought } = held;
    const documents = await history.documents([...looked, ...brought].map(({ documentId }) => documentId));
    const [summary] = await meetings.meetings([meetingId]);
    const people = await history.attendance(meetingId);
    return {
      ...factsOf(held),
      endReason: held.endReason,
      people: people.map(({ id, ...rest }) => ({ participantId: id, ...rest })),
      shown: looked.map(({ documentId, title, at, ms, pages }): ShownInMeeting => ({
        documentId,
        title,
        at,
        ms,
        pages: pages.toSorted((a, b) => a.page - b.page),
        isThere: documents.get(documentId)?.accountId === accountId,
      })),
      handedOver: offers.map(({ title, fileName, bytes, offeredByName, at, recipients }) => ({
        title,
        fileName,
        bytes,
        by: offeredByName,
        at,
        to: recipients.map(({ name, state }) => ({ name, state })),
      })),
      brought: brought.map(({ documentId, title, name, kept }) => ({
        documentId,
        title,
        name,
        kept,
        // What a guest has brought goes with the meeting.
        format: documents.get(documentId)?.format ?? null,
      })),
      chat: await history.chat(meetingId),
      consents: summary?.consents ?? [],
      recordings: (await recordings.ofMeetings(accountId, [meetingId])).get(meetingId) ?? [],
    };
  }

  /** What is not named stays as it is. @throws Refusal history-unknown */
  async change(
    accountId: string,
    meetingId: string,
    change: { note?: string | undefined; result?: MeetingResult | null | undefined },
  ): Promise<void> {
    if (!(await this.#options.history.change(accountId, meetingId, change))) throw unknown();
  }

  /**
   * All that is asked for as CSV, piece by piece, from the first page to the last.
   *
   * @throws Refusal bad-request for a day that there is not, before the first piece
   */
  async *csv(accountId: string, query: HistoryQuery): AsyncGenerator<string> {
    const filter = filterOf(query);
    const { head, lines } = historyCsv(query);
    let piece = head;
    let before: HistoryPlace | null = null;
    for (;;) {
      const meetings: HistoryMeeting[] = await this.#page(accountId, filter, csvMeetings, before);
      yield piece + lines(meetings);
      const last = meetings.at(-1);
      if (!last || meetings.length < csvMeetings) return;
      before = { at: last.startedAt, id: last.meetingId };
      piece = '';
      await turn();
    }
  }

  async #page(
    accountId: string,
    filter: HistoryFilter,
    limit: number,
    before: HistoryPlace | null,
  ): Promise<HistoryMeeting[]> {
    const { history, meetings, recordings } = this.#options;
    const page = await history.page(accountId, filter, limit, before);
    const ids = page.map(({ id }) => id);
    const known = new Map((await meetings.meetings(ids)).map((summary) => [summary.id, summary]));
    const entries = await recordings.ofMeetings(accountId, ids);
    return page.map((held) => meetingOf(held, known.get(held.id), entries.get(held.id) ?? []));
  }
}

function filterOf({ search, from, to, tz, result, has }: HistoryQuery): HistoryFilter {
  return { search, result, has, ...timeOfDays({ from, to, tz }) };
}

function factsOf({ id, startedAt, endedAt, connectionNumber, origin, result, note }: HeldMeeting) {
  return { meetingId: id, startedAt, endedAt, connectionNumber, origin, result, note };
}

function meetingOf(
  held: HeldMeeting,
  summary: MeetingSummary | undefined,
  recordings: readonly RecordingEntry[],
): HistoryMeeting {
  return {
    ...factsOf(held),
    people: summary?.people ?? [],
    documents: held.looked.map(({ title }) => title),
    recordings: recordings.map(({ id, kind, state, durationMs }) => ({ id, kind, state, durationMs })),
  };
}

function unknown(): Refusal {
  return new Refusal('history-unknown', 'There is no such meeting in your history.');
}
