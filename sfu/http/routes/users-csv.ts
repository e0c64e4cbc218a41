import express, { Router, type Request, type Response } from 'express';
import { z } from 'zod';
import type { FileOwner, RoleGiven } from '../../accounts/import/user-files.ts';
import { Refusal } from '../../protocol/codes.ts';
import type { HttpFailure } from '../../protocol/http.ts';
import { writeSubject } from '../../protocol/log-subject.ts';
import type { UserImport } from '../../protocol/organization.ts';
import { signedIn } from '../access.ts';
import { actingOf, whenGone } from '../acting.ts';
import { checked } from '../checked.ts';
import type { HttpDeps } from '../deps.ts';
import { asAttachment } from '../send-blob.ts';

/** Ten thousand users with long notes are half of this. */
const bodyMaxBytes = 10_000_000;
const bodyTypes = ['text/csv', 'application/octet-stream'];

/** Proxies give up on a server that says nothing, most after a minute. */
const signOfLifeMs = 15_000;

const importQuery = z.object({ dry: z.enum(['0', '1']).optional() });
const exportQuery = z.object({ lang: z.enum(['ja', 'en']).optional() });

const fileNames = { ja: 'ユーザー一覧.csv', en: 'users.csv' } as const;

/**
 * Users by CSV (A4): `POST /api/users/csv?dry=1|0`, the body being the file, and `GET /api/users.csv?lang=ja|en`, which
 * gives one that can be sent back. A registration that takes long is answered with 200 before it is known how it ends:
 * what goes wrong from then on stands in the body, as in every failure.
 */
export function userCsvRoutes(
  { userFiles, organizationLog, log }: Pick<HttpDeps, 'userFiles' | 'organizationLog' | 'log'>,
  aliveEveryMs = signOfLifeMs,
): Router {
  const router = Router();
  const readBody = express.raw({ type: bodyTypes, limit: bodyMaxBytes, inflate: false });

  function wasDone(request: Request, act: 'users-imported' | 'users-exported', subject: string): void {
    organizationLog.write({ ...actingOf(request), act, subject });
  }

  /** The file itself is gone by then: who has another role since is told one by one. */
  function haveRoles(request: Request, given: readonly RoleGiven[]): void {
    for (const { isNew, name, login, from, to } of given) {
      const subject = writeSubject(`${name} (${login})`, [{ field: 'role', from, to }]);
      const act = isNew ? 'user-created' : 'user-changed';
      organizationLog.write({ ...actingOf(request), act, subject });
    }
  }

  router.post('/users/csv', readBody, async (request, response) => {
    const { dry = '0' } = checked(importQuery, request.query);
    const bytes = bodyOf(request);
    if (dry === '1') {
      response.json((await userFiles.check(ownerOf(request), bytes)) satisfies UserImport);
      return;
    }
    // The new passwords are told once: who has hung up would never learn them.
    const gone = whenGone(response);
    const aliveTimer = setInterval(() => showLife(response), aliveEveryMs);
    try {
      const report: UserImport = await userFiles.run(ownerOf(request), bytes, gone, (given) => {
        haveRoles(request, given);
      });
      if (report.errors.length === 0)
        wasDone(request, 'users-imported', `+${report.created} ~${report.changed}`);
      if (response.headersSent) response.end(JSON.stringify(report));
      else response.json(report);
    } catch (error) {
      if (error === gone.reason) return;
      if (!response.headersSent) throw error;
      // The status is sent, but not what went wrong: pages look for the code of a failure.
      const failure = asFailure(error);
      if (failure.code === 'internal') log.error({ err: error }, 'a file of users could not be carried out');
      response.end(JSON.stringify(failure));
    } finally {
      clearInterval(aliveTimer);
    }
  });

  router.get('/users.csv', async (request, response) => {
    const { lang = 'ja' } = checked(exportQuery, request.query);
    const file = await userFiles.file(ownerOf(request), lang);
    wasDone(request, 'users-exported', fileNames[lang]);
    response.set({
      'Content-Type': 'text/csv; charset=utf-8',
      'Content-Disposition': asAttachment(fileNames[lang]),
      'X-Content-Type-Options': 'nosniff',
    });
    response.send(file);
  });

  return router;
}

function bodyOf(request: Request): Uint8Array {
  const body: unknown = request.body;
  if (Buffer.isBuffer(body)) return body;
  throw new Refusal('bad-request', `A file of users is sent as ${bodyTypes.join(' or ')}.`);
}

function ownerOf(request: Request): FileOwner {
  const { accountId, organization } = signedIn(request);
  return { accountId, organizationId: organization.id };
}

function asFailure(error: unknown): HttpFailure {
  if (!(error instanceof Refusal))
    return { code: 'internal', message: 'Something went wrong on the server.' };
  const { code, message, details } = error;
  return { code, message, details };
}

/** Hashing thousands of passwords takes minutes. Space before JSON means nothing (RFC 8259, 2). */
function showLife(response: Response): void {
  if (!response.headersSent) response.status(200).type('json');
  response.write(' ');
}
