import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterEach, beforeEach } from 'vitest';
import { newId } from '../meeting/identity.ts';
import type { RecordingEntry, RecordingList } from '../protocol/recording.ts';
import { HttpServer, password } from './http-server.ts';
import { signIn } from './kit/rep.ts';
import { meeting, participant } from './store-samples.ts';

type Given = { content?: string; guest?: string; kind?: 'video' | 'audio'; startedAt?: number };

/** For the tests of one file: a server, new for each test, and a rep who has signed in and records. */
export function useHistory() {
  const here = {
    server: null as unknown as HttpServer,
    accountId: '',
    cookie: '',

    ask: (method: string, to: string, body?: unknown, headers = {}) =>
      here.server.ask(method, to, body, { cookie: here.cookie, ...headers }),
    listed: async (query = '') =>
      (await here.ask('GET', `/api/recordings${query}`)).json as unknown as RecordingList,
    entries: async () => (await here.listed()).meetings.flatMap(({ recordings }) => recordings),
    entry: async (id: string): Promise<RecordingEntry | undefined> =>
      (await here.entries()).find((each) => each.id === id),

    /** A meeting that was recorded; without content, it still is. */
    recorded: async (given: Given = {}) => {
      const { server, accountId } = here;
      const { content, guest = '山田', kind = 'video', startedAt = server.clockMs } = given;
      const host = participant({ role: 'host', name: '佐藤 花子', accountId });
      const record = meeting({ hostAccountId: accountId, startedAt, createdAt: startedAt });
      record.participants = [host, participant({ name: guest })];
      const told = { participantId: host.id, name: host.name, kind, what: 'started', at: startedAt } as const;
      record.recording = { ...record.recording, log: [told] };
      await server.store.meetings.save(record);
      const captureId = newId();
      const of = { captureId, part: 1, kind, meetingId: record.id, accountId, beganAt: startedAt };
      await server.shelf.begin(of);
      if (content !== undefined) {
        const file = path.join(server.folder, 'part-1.webm');
        await writeFile(file, content);
        const chapters = [{ startMs: 0, title: 'ご提案書 1/12' }];
        await server.shelf.done(captureId, 1, { file, bytes: content.length, durationMs: 61_000, chapters });
      }
      const [part] = await server.store.recordings.ofCapture(captureId);
      return { captureId, meetingId: record.id, id: part!.id };
    },
  };

  beforeEach(async () => {
    here.server = await HttpServer.start();
    here.cookie = await signIn(here.server.base, { organization: 'demo', login: 'admin', password });
    here.accountId = (await here.server.sessions.signedIn(here.cookie))!.accountId;
  });
  afterEach(() => here.server.stop());
  return here;
}
