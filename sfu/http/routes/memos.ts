import express, { Router, type NextFunction, type Request, type Response } from 'express';
import { changeMemo, memoKey, type MemoList } from '../../protocol/documents.ts';
import { id } from '../../protocol/values.ts';
import { checked } from '../checked.ts';
import type { HttpDeps } from '../deps.ts';
import { accountOf, visitorOf } from '../visitor.ts';

/** A memo has no limit that anybody would meet: a million characters, each of up to four bytes. */
const bodyMax = '5mb';

/** D2: a rep's private notes to a document (page 0) and to each page. Nobody else is ever answered. */
export function memoRoutes(deps: Pick<HttpDeps, 'documents' | 'seats' | 'sessions'>): Router {
  const { documents } = deps;
  const router = Router();
  const asRep = async (request: Request, response: Response, next: NextFunction) => {
    response.locals['accountId'] = accountOf(await visitorOf(request, deps));
    next();
  };
  const accountIdOf = (response: Response) => String(response.locals['accountId']);

  router.get('/documents/:id/memos', asRep, async (request, response) => {
    const memos = await documents.memos(accountIdOf(response), checked(id, request.params['id']));
    response.json({ memos } satisfies MemoList);
  });

  // Whoever is nobody has none of these megabytes read.
  const readBody = express.json({ limit: bodyMax, inflate: false });
  router.put('/documents/:id/memos/:page', asRep, readBody, async (request, response) => {
    const key = checked(memoKey, request.params);
    const { text } = checked(changeMemo, request.body);
    await documents.writeMemo(accountIdOf(response), key.id, key.page, text);
    response.status(204).end();
  });

  return router;
}
