import { Router, type Request, type Response } from 'express';
import { Refusal } from '../../protocol/codes.ts';
import type { LogAct } from '../../protocol/log.ts';
import {
  changeMail,
  historyPage,
  type RecordingList,
  type RecordingPlace,
} from '../../protocol/recording.ts';
import { id } from '../../protocol/values.ts';
import type { RecordedFile } from '../../recording/library.ts';
import { signedIn } from '../access.ts';
import { actingOf } from '../acting.ts';
import { checked } from '../checked.ts';
import type { HttpDeps } from '../deps.ts';
import { asAttachment, inline, sendBlob } from '../send-blob.ts';

type Deps = Pick<HttpDeps, 'recordings' | 'recordingBlobs' | 'organizationLog'>;

/** A rep's own recordings, from the desk (R5, R6). Those of others are answered like those that never were. */
export function recordingRoutes({ recordings, recordingBlobs, organizationLog }: Deps): Router {
  const router = Router();
  const idOf = (request: Request) => checked(id, request.params['id']);
  const accountOf = (request: Request) => signedIn(request).accountId;
  const writeDown = (request: Request, act: LogAct, subject: string) => {
    organizationLog.write({ ...actingOf(request), act, subject });
  };

  router.get('/recordings', async (request, response) => {
    const { before = null } = checked(historyPage, request.query);
    response.json((await recordings.list(accountOf(request), before)) satisfies RecordingList);
  });

  router.get('/recordings/:id', async (request, response) => {
    const meetingId = await recordings.meetingOf(accountOf(request), idOf(request));
    response.json({ meetingId } satisfies RecordingPlace);
  });

  router.get('/recordings/:id/file', async (request, response) => {
    const file = await recordings.file(accountOf(request), idOf(request), timeZoneOf(request));
    const isToSave = request.query['download'] === '1';
    response.set('Content-Disposition', (isToSave ? asAttachment : inline)(file.fileName));
    await serve(request, response, file, `${file.kind}/webm`);
    if (isToSave && isFromTheStart(request)) writeDown(request, 'recording-downloaded', file.fileName);
  });

  router.delete('/recordings/:id', async (request, response) => {
    const accountId = accountOf(request);
    // What never became a file has no name.
    const { fileName } = await recordings.file(accountId, idOf(request)).catch(() => ({ fileName: '' }));
    await recordings.remove(accountId, idOf(request));
    writeDown(request, 'recording-deleted', fileName);
    response.status(204).end();
  });

  router.post('/recordings/:id/mp4', async (request, response) => {
    await recordings.makeMp4(accountOf(request), idOf(request));
    response.status(202).end();
  });

  router.delete('/recordings/:id/mp4', async (request, response) => {
    await recordings.cancelMp4(accountOf(request), idOf(request));
    response.status(204).end();
  });

  router.get('/recordings/:id/mp4', async (request, response) => {
    const file = await recordings.mp4File(accountOf(request), idOf(request), timeZoneOf(request));
    response.set('Content-Disposition', asAttachment(file.fileName));
    await serve(request, response, file, `${file.kind}/mp4`);
    if (isFromTheStart(request)) writeDown(request, 'recording-downloaded', file.fileName);
  });

  router.put('/account/mail', async (request, response) => {
    const accountId = accountOf(request);
    const { mail } = checked(changeMail, request.body);
    await recordings.setMail(accountId, mail);
    response.status(204).end();
  });

  async function serve(
    request: Request,
    response: Response,
    { blob }: RecordedFile,
    type: string,
  ): Promise<void> {
    if (await sendBlob(recordingBlobs, blob, { request, response, type })) return;
    response.removeHeader('Content-Disposition');
    throw new Refusal('recording-unknown', 'This recording is not there any more.');
  }

  return router;
}

/** Where the browser is, for the day in a file's name. */
function timeZoneOf({ query }: Request): string | undefined {
  return typeof query['tz'] === 'string' ? query['tz'] : undefined;
}

/** Not the rest of a download that has broken off, nor a look at its size. */
function isFromTheStart({ method, headers: { range } }: Request): boolean {
  return method === 'GET' && (range === undefined || /^bytes=0-/.test(range));
}
