import { Router, type Request, type Response } from 'express';
import { tooLarge } from '../../documents/library.ts';
import type { DocumentOwner } from '../../documents/owner.ts';
import { Refusal } from '../../protocol/codes.ts';
import { changeDocument, orderDocuments, uploadQuery, type DocumentList } from '../../protocol/documents.ts';
import { limits } from '../../protocol/limits.ts';
import type { LogAct } from '../../protocol/log.ts';
import { id, secret } from '../../protocol/values.ts';
import { addressOf } from '../acting.ts';
import { checked } from '../checked.ts';
import type { HttpDeps } from '../deps.ts';
import { asAttachment, sendBlob } from '../send-blob.ts';
import { accountOf, visitorOf, type Visitor } from '../visitor.ts';

type Deps = Pick<HttpDeps, 'documents' | 'blobs' | 'tickets' | 'seats' | 'sessions' | 'organizationLog'>;

/** An upload of which nothing comes for this long has broken off. */
const uploadIdleMs = 60_000;

const mediaTypes = {
  pdf: 'application/pdf',
  doc: 'application/msword',
  docx: 'application/vnd.openxmlformats-officedocument.wordprocessingml.document',
  xls: 'application/vnd.ms-excel',
  xlsx: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
  ppt: 'application/vnd.ms-powerpoint',
  pptx: 'application/vnd.openxmlformats-officedocument.presentationml.presentation',
} as const;

/**
 * Documents: a rep's own from the desk, and from within a meeting those of whoever holds the seat. Memos are the
 * rep's alone (D2); the pages of a document are for its owner and for the meeting in which it is on show.
 */
export function documentRoutes(deps: Deps): Router {
  const { documents, blobs, tickets, seats, organizationLog } = deps;
  const router = Router();
  const visitor = (request: Request) => visitorOf(request, deps);
  const idOf = (request: Request) => checked(id, request.params['id']);
  const writeDown = (request: Request, { owner, meetingId }: Visitor, act: LogAct, subject: string) => {
    organizationLog.writeBy(owner, { act, subject, meetingId, address: addressOf(request) });
  };

  router.get('/documents', async (request, response) => {
    const { owner } = await visitor(request);
    const count = owner.kind === 'account' ? limits.documentsPerAccount : limits.documentsPerGuest;
    response.json({
      documents: await documents.list(owner),
      limits: { ...(await documents.limitsOf(owner)), count },
    } satisfies DocumentList);
  });

  router.post('/documents', async (request, response) => {
    const upload = checked(uploadQuery, request.query);
    const asking = await visitor(request);
    const { owner } = asking;
    const document = await received(request, owner, () => documents.receive(owner, upload, request));
    writeDown(request, asking, 'document-uploaded', document.title);
    response.status(202).json(document);
  });

  router.put('/documents/order', async (request, response) => {
    const { ids } = checked(orderDocuments, request.body);
    await documents.order(accountOf(await visitor(request)), ids);
    response.status(204).end();
  });

  router.get('/documents/:id', async (request, response) => {
    const { owner } = await visitor(request);
    response.json(await documents.view(owner, idOf(request)));
  });

  router.patch('/documents/:id', async (request, response) => {
    const change = checked(changeDocument, request.body);
    response.json(await documents.change((await visitor(request)).owner, idOf(request), change));
  });

  router.delete('/documents/:id', async (request, response) => {
    const asking = await visitor(request);
    const { owner } = asking;
    const documentId = idOf(request);
    if (seats.uses(documentId)) {
      await documents.find(owner, documentId);
      throw new Refusal('document-in-use', 'It is on show or on offer in a meeting.');
    }
    const { title, progress } = await documents.view(owner, documentId);
    await documents.remove(owner, documentId);
    await seats.documentRemoved(documentId);
    // Whoever takes note that a file was refused deletes nothing.
    if (progress.state !== 'failed') writeDown(request, asking, 'document-deleted', title);
    response.status(204).end();
  });

  router.put('/documents/:id/file', async (request, response) => {
    const upload = checked(uploadQuery, request.query);
    const asking = await visitor(request);
    const { owner } = asking;
    const accountId = accountOf(asking);
    const documentId = idOf(request);
    const document = await received(request, owner, () =>
      documents.replace(accountId, documentId, upload, request),
    );
    writeDown(request, asking, 'document-replaced', document.title);
    response.status(202).json(document);
  });

  /** The owner has read why a new file was refused. */
  router.delete('/documents/:id/file', async (request, response) => {
    await documents.dismissReplacement(accountOf(await visitor(request)), idOf(request));
    response.status(204).end();
  });

  router.get('/documents/:id/pdf', async (request, response) => {
    const asking = await visitor(request);
    const documentId = idOf(request);
    const isShown = asking.meetingId !== null && seats.shows(asking.meetingId, documentId);
    const record = isShown
      ? await documents.load(documentId)
      : await documents.find(asking.owner, documentId);
    const version = request.query['v'];
    // Pages of two files must not be mixed: whoever still reads the one before is told.
    const isCurrent = version === undefined || version === String(record.version);
    if (record.pdfBlob === null || !isCurrent) {
      throw new Refusal('document-not-ready', 'It is still being prepared, or has been replaced.');
    }
    await serve(request, response, record.pdfBlob, mediaTypes.pdf);
  });

  router.get('/documents/:id/original', async (request, response) => {
    const { owner } = await visitor(request);
    const record = await documents.find(owner, idOf(request));
    response.set('Content-Disposition', asAttachment(record.fileName));
    await serve(request, response, record.originalBlob, mediaTypes[record.format]);
  });

  router.get('/downloads/:ticket', async (request, response) => {
    const ticket = secret.safeParse(request.params['ticket']);
    const download = ticket.success ? tickets.find(ticket.data) : null;
    if (!download) throw new Refusal('document-unknown', 'This download is over; accept the file once more.');
    response.set('Content-Disposition', asAttachment(download.fileName));
    await serve(request, response, download.blob, 'application/octet-stream');
  });

  async function serve(request: Request, response: Response, key: string, type: string): Promise<void> {
    if (await sendBlob(blobs, key, { request, response, type })) return;
    response.removeHeader('Content-Disposition');
    throw new Refusal('document-unknown', 'This document is not there any more.');
  }

  /** Reads the body as it comes; what is said to be too large is refused before. */
  async function received<T>(request: Request, owner: DocumentOwner, take: () => Promise<T>): Promise<T> {
    const announced = Number(request.headers['content-length'] ?? 0);
    const { bytes } = await documents.limitsOf(owner);
    if (announced > bytes) throw tooLarge(bytes);
    if (!request.is('application/octet-stream')) {
      throw new Refusal('bad-request', 'A file is sent as application/octet-stream.');
    }
    request.setTimeout(uploadIdleMs, () => request.destroy());
    // All is here: how long it is looked at is another matter.
    request.once('end', () => request.setTimeout(0));
    try {
      return await take();
    } catch (error) {
      // Nobody is there to read this; but it is no defect, either.
      if (!(error instanceof Refusal) && !request.complete && request.destroyed)
        throw new Refusal('bad-request', 'The upload broke off.');
      throw error;
    }
  }

  return router;
}
