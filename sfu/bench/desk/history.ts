import { once } from 'node:events';
import http from 'node:http';
import { text } from 'node:stream/consumers';
import type { HistoryList } from '../../protocol/history.ts';
import { median, percentile } from '../kit/numbers.ts';
import { meetingsOfEach, words, type Filled } from './filling.ts';

/** How long each question took, in milliseconds; and how much longer than the least that somebody signed in asks. */
export type Timed = { what: string; p50: number; p95: number; found: number; bytes: number; all: number[] };

type Asked = { what: string; path: string; found: (body: string) => number };

const meetingsIn = (body: string) => (JSON.parse(body) as HistoryList).meetings.length;
const pageMeetings = 100;

/**
 * Asks one after the other, all kinds in turn, so that whatever else the machine does slows all of them alike.
 *
 * @returns the questions in their order; the first one is the baseline
 * @throws Error when an answer is not what the store was filled with
 */
export async function measureHistory(
  origin: string,
  { one }: Pick<Filled, 'one'>,
  rounds: number,
): Promise<Timed[]> {
  const deep = one.meetings[Math.floor(meetingsOfEach * 0.8)]!;
  const history = (query: Record<string, string>) => `/api/history?${new URLSearchParams(query).toString()}`;
  const search = (word: string) => history({ search: word });
  const questions: Asked[] = [
    // Through the same server, the same look at who is signed in, by primary keys, and hardly anything to answer.
    { what: 'baseline: GET /api/session', path: '/api/session', found: () => 0 },
    { what: 'first page', path: history({}), found: meetingsIn },
    {
      what: 'page behind 40,000',
      path: history({ before: `${deep.startedAt}-${deep.id}` }),
      found: meetingsIn,
    },
    { what: 'search, a frequent word', path: search(words.frequent), found: meetingsIn },
    { what: 'search, a word of three meetings', path: search(words.rare), found: meetingsIn },
    { what: 'search, a word of none', path: search(words.absent), found: meetingsIn },
    { what: 'result 受注, 7 %', path: history({ result: 'won' }), found: meetingsIn },
    { what: 'result その他, 1 %', path: history({ result: 'other' }), found: meetingsIn },
  ];
  const expected = [0, pageMeetings, pageMeetings, pageMeetings, 3, 0, pageMeetings, pageMeetings];

  const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
  const times = questions.map((): number[] => []);
  const sizes = questions.map(() => 0);
  const warmUps = 5;
  for (let round = -warmUps; round < rounds; round += 1) {
    for (const [index, { what, path, found }] of questions.entries()) {
      const began = performance.now();
      const request = http.get(origin + path, { agent, headers: { Cookie: one.cookie } });
      const [response] = (await once(request, 'response')) as [http.IncomingMessage];
      const body = await text(response);
      if (round >= 0) times[index]!.push(performance.now() - began);
      const count = response.statusCode === 200 ? found(body) : -1;
      if (count !== expected[index]) {
        throw new Error(`${what}: ${response.statusCode}, ${count} meetings: ${body.slice(0, 200)}`);
      }
      sizes[index] = Buffer.byteLength(body);
    }
  }
  agent.destroy();
  return questions.map(({ what }, index) => ({
    what,
    p50: median(times[index]!),
    p95: percentile(times[index]!, 95),
    found: expected[index]!,
    bytes: sizes[index]!,
    all: times[index]!,
  }));
}
