import { readTable } from './table.ts';

export const callers = [
  'nobody',
  'guest',
  'stranger',
  'newcomer',
  'owner',
  'colleague',
  'manager',
  'outsider',
  'admin',
] as const;

/**
 * Who asks. All but the first two are signed in.
 * - `nobody`: not signed in;
 * - `guest`: a customer, with a seat in a meeting of the owner's;
 * - `stranger`: the admin of another organisation;
 * - `newcomer`: an admin who has not changed the first password yet (A2);
 * - `owner`: a rep, and whose things are asked for;
 * - `colleague`: a rep of the same unit;
 * - `manager`: of the owner's unit; `outsider`: a manager of another unit;
 * - `admin`: of the owner's organisation.
 */
export type Caller = (typeof callers)[number];

/**
 * Who may what over HTTP (A2). Every row is one request that is in order, sent by everybody alike; behind `?` stands
 * what makes it different from another row of the same route. 401 is sign-in-required, 403 not-allowed, `first` the 403
 * password-change-required, 404 has the code at the end of the line.
 */
export const httpTable = readTable(
  `
route                                  nobody  guest  stranger  newcomer  owner  colleague  manager  outsider  admin  404
# signing in
POST /session                          200     200    200       200       200    200        200      200       200
GET /session                           200     200    200       200       200    200        200      200       200
DELETE /session                        204     204    204       204       204    204        204      204       204
POST /session/password                 401     401    200       200       200    200        200      200       200
GET /start                             200     200    200       200       200    200        200      200       200
GET /sessions                          401     401    200       first     200    200        200      200       200
DELETE /sessions/:id                   401     401    404       first     204    404        404      404       404    session-unknown
GET /users/:id/sessions                401     401    404       first     403    403        200      404       200    user-unknown
DELETE /users/:id/sessions/:sessionId  401     401    404       first     403    403        204      404       204    user-unknown
# the organisation
GET /organization                      401     401    200       first     403    403        403      403       200
PATCH /organization                    401     401    200       first     403    403        403      403       200
GET /units                             401     401    200       first     403    403        200      200       200
POST /units                            401     401    404       first     403    403        403      403       201    unit-unknown
PATCH /units/:id                       401     401    404       first     403    403        403      403       200    unit-unknown
DELETE /units/:id                      401     401    404       first     403    403        403      403       204    unit-unknown
GET /users                             401     401    200       first     403    403        200      200       200
GET /users?unit                        401     401    404       first     403    403        200      404       200    unit-unknown
POST /users                            401     401    404       first     403    403        201      404       201    unit-unknown
POST /users?manager                    401     401    404       first     403    403        403      404       201    unit-unknown
POST /users?without a unit             401     401    201       first     403    403        201      201       201
POST /users?in no unit                 401     401    201       first     403    403        404      404       201    unit-unknown
PATCH /users/:id                       401     401    404       first     403    403        200      404       200    user-unknown
PATCH /users/:id?manager               401     401    404       first     403    403        403      404       200    user-unknown
PATCH /users/:id?an admin              401     401    404       first     403    403        404      404       200    user-unknown
POST /users/:id/password               401     401    404       first     403    403        200      404       200    user-unknown
POST /users/:id/password?an admin      401     401    404       first     403    403        404      404       200    user-unknown
POST /users/remove                     401     401    404       first     403    403        204      404       204    user-unknown
POST /users/remove?an admin            401     401    404       first     403    403        404      404       204    user-unknown
POST /users/csv                        401     401    200       first     403    403        200      200       200
GET /users.csv                         401     401    200       first     403    403        200      200       200
GET /logs                              401     401    200       first     403    403        200      200       200
GET /logs.csv                          401     401    200       first     403    403        200      200       200
GET /usage                             401     401    200       first     403    403        200      200       200
GET /usage?unit                        401     401    404       first     403    403        200      404       200    unit-unknown
GET /usage.csv                         401     401    200       first     403    403        200      200       200
# banners
GET /banner/:key                       200     200    200       200       200    200        200      200       200
POST /banner/:key/callback             204     204    204       204       204    204        204      204       204
GET /banners                           401     401    200       first     200    200        200      200       200
POST /banners                          401     401    201       first     403    403        201      201       201
PATCH /banners/:key                    401     401    404       first     403    403        200      200       200    banner-unknown
DELETE /banners/:key                   401     401    404       first     403    403        204      204       204    banner-unknown
GET /callbacks                         401     401    200       first     200    200        200      200       200
PUT /callbacks/:id                     401     401    404       first     204    204        204      204       204    callback-unknown
# documents: whoever holds a seat in a meeting has some, too
GET /documents                         401     200    200       first     200    200        200      200       200
POST /documents                        401     202    202       first     202    202        202      202       202
PUT /documents/order                   401     403    204       first     204    204        204      204       204
GET /documents/:id                     401     404    404       first     200    404        404      404       404    document-unknown
PATCH /documents/:id                   401     404    404       first     200    404        404      404       404    document-unknown
DELETE /documents/:id                  401     404    404       first     204    404        404      404       404    document-unknown
PUT /documents/:id/file                401     403    404       first     202    404        404      404       404    document-unknown
DELETE /documents/:id/file             401     403    404       first     204    404        404      404       404    document-unknown
GET /documents/:id/pdf                 401     404    404       first     200    404        404      404       404    document-unknown
GET /documents/:id/pdf?on show         401     200    404       first     200    404        404      404       404    document-unknown
GET /documents/:id/original            401     404    404       first     200    404        404      404       404    document-unknown
GET /documents/:id/original?on show    401     404    404       first     200    404        404      404       404    document-unknown
GET /documents/:id/memos               401     403    404       first     200    404        404      404       404    document-unknown
PUT /documents/:id/memos/:page         401     403    404       first     204    404        404      404       404    document-unknown
GET /downloads/:ticket                 200     200    200       200       200    200        200      200       200
# recordings and history: their owner's alone
GET /recordings                        401     401    200       first     200    200        200      200       200
GET /recordings/:id                    401     401    404       first     200    404        404      404       404    recording-unknown
GET /recordings/:id/file               401     401    404       first     200    404        404      404       404    recording-unknown
DELETE /recordings/:id                 401     401    404       first     204    404        404      404       404    recording-unknown
POST /recordings/:id/mp4               401     401    404       first     202    404        404      404       404    recording-unknown
DELETE /recordings/:id/mp4             401     401    404       first     204    404        404      404       404    recording-unknown
GET /recordings/:id/mp4                401     401    404       first     200    404        404      404       404    recording-unknown
PUT /account/mail                      401     401    204       first     204    204        204      204       204
GET /history                           401     401    200       first     200    200        200      200       200
GET /history.csv                       401     401    200       first     200    200        200      200       200
GET /history/:id                       401     401    404       first     200    404        404      404       404    history-unknown
PATCH /history/:id                     401     401    404       first     204    404        404      404       404    history-unknown
`,
  callers,
);

const shorthand: Readonly<Record<string, string>> = {
  401: '401 sign-in-required',
  403: '403 not-allowed',
  first: '403 password-change-required',
};

/** A cell in full: the status, and for refusals the code. */
export function expected(row: string, caller: Caller): string {
  const found = httpTable.rows.get(row)!;
  const cell = found[caller];
  return cell === '404' ? `404 ${found.note}` : (shorthand[cell] ?? cell);
}
