import { newId } from '../../meeting/identity.ts';
import { look } from '../kit/banner.ts';
import { pdfOf } from '../kit/pdf.ts';
import type { Things } from './http-things.ts';
import { password } from '../kit/organization.ts';

/** JSON unless it is said to be something else. */
export type HttpRequest = { path: string; body?: unknown; type?: string };

const newLogin = () => newId().toLowerCase();
const file = () => ({ body: pdfOf(1), type: 'application/octet-stream' });
const rep = () => ({ login: newLogin(), name: '新人', role: 'rep' });

/** For each row of the table a request that is in order; its method stands in the row's name. */
export const httpRequests: Readonly<Record<string, (things: Things) => Promise<HttpRequest>>> = {
  'POST /session': async (things) => {
    const { login } = await things.user;
    return { path: '/session', body: { organization: things.organizationId, login, password } };
  },
  'GET /session': async () => ({ path: '/session' }),
  'DELETE /session': async () => ({ path: '/session' }),
  'POST /session/password': async () => ({
    path: '/session/password',
    body: { current: password, next: `${password} 2` },
  }),
  'GET /start': async (things) => ({ path: `/start?organization=${things.organizationId}` }),
  'GET /sessions': async () => ({ path: '/sessions' }),
  'DELETE /sessions/:id': async (things) => ({ path: `/sessions/${await things.ownerSession}` }),
  'GET /users/:id/sessions': async (things) => ({ path: `/users/${(await things.user).id}/sessions` }),
  'DELETE /users/:id/sessions/:sessionId': async (things) => ({
    path: `/users/${(await things.user).id}/sessions/${await things.userSession}`,
  }),

  'GET /organization': async () => ({ path: '/organization' }),
  'PATCH /organization': async () => ({ path: '/organization', body: { settings: { sharedLogin: true } } }),
  'GET /units': async () => ({ path: '/units' }),
  'POST /units': async ({ unitId }) => ({ path: '/units', body: { name: '係', parentId: unitId } }),
  'PATCH /units/:id': async (things) => ({
    path: `/units/${await things.emptyUnit}`,
    body: { name: '別の課' },
  }),
  'DELETE /units/:id': async (things) => ({ path: `/units/${await things.emptyUnit}` }),
  'GET /users': async () => ({ path: '/users' }),
  'GET /users?unit': async ({ unitId }) => ({ path: `/users?unit=${unitId}` }),
  'POST /users': async ({ unitId }) => ({ path: '/users', body: { ...rep(), unitId } }),
  'POST /users?manager': async ({ unitId }) => ({
    path: '/users',
    body: { ...rep(), unitId, role: 'manager' },
  }),
  'POST /users?without a unit': async () => ({ path: '/users', body: rep() }),
  'POST /users?in no unit': async () => ({ path: '/users', body: { ...rep(), unitId: null } }),
  'PATCH /users/:id': async (things) => ({
    path: `/users/${(await things.user).id}`,
    body: { name: '別名' },
  }),
  'PATCH /users/:id?manager': async (things) => ({
    path: `/users/${(await things.user).id}`,
    body: { role: 'manager' },
  }),
  'PATCH /users/:id?an admin': async (things) => ({
    path: `/users/${(await things.otherAdmin).id}`,
    body: { role: 'rep' },
  }),
  'POST /users/:id/password': async (things) => ({ path: `/users/${(await things.user).id}/password` }),
  'POST /users/:id/password?an admin': async (things) => ({
    path: `/users/${(await things.otherAdmin).id}/password`,
  }),
  'POST /users/remove': async (things) => ({
    path: '/users/remove',
    body: { ids: [(await things.user).id] },
  }),
  'POST /users/remove?an admin': async (things) => ({
    path: '/users/remove',
    body: { ids: [(await things.otherAdmin).id] },
  }),
  'POST /users/csv': async () => ({
    path: '/users/csv?dry=1',
    body: `loginId,name,role\n${newLogin()},新人,rep\n`,
    type: 'text/csv',
  }),
  'GET /users.csv': async () => ({ path: '/users.csv' }),
  'GET /logs': async () => ({ path: '/logs?kind=file' }),
  'GET /logs.csv': async () => ({ path: '/logs.csv?kind=file' }),
  'GET /usage': async () => ({ path: '/usage' }),
  'GET /usage?unit': async ({ unitId }) => ({ path: `/usage?unit=${unitId}` }),
  'GET /usage.csv': async () => ({ path: '/usage.csv' }),

  'GET /banner/:key': async (things) => ({ path: `/banner/${await things.banner}` }),
  'POST /banner/:key/callback': async (things) => ({
    path: `/banner/${await things.banner}/callback`,
    body: { name: '山田', phone: '03-1234-5678', wish: '' },
  }),
  'GET /banners': async () => ({ path: '/banners' }),
  'POST /banners': async () => ({ path: '/banners', body: { name: '入口', look } }),
  'PATCH /banners/:key': async (things) => ({
    path: `/banners/${await things.banner}`,
    body: { isOn: false },
  }),
  'DELETE /banners/:key': async (things) => ({ path: `/banners/${await things.banner}` }),
  'GET /callbacks': async () => ({ path: '/callbacks' }),
  'PUT /callbacks/:id': async (things) => ({
    path: `/callbacks/${await things.callback}`,
    body: { done: true },
  }),

  'GET /documents': async () => ({ path: '/documents' }),
  'POST /documents': async () => ({ path: '/documents?name=a.pdf', ...file() }),
  'PUT /documents/order': async (things) => ({
    path: '/documents/order',
    body: { ids: [await things.document] },
  }),
  'GET /documents/:id': async (things) => ({ path: `/documents/${await things.document}` }),
  'PATCH /documents/:id': async (things) => ({
    path: `/documents/${await things.document}`,
    body: { title: '別の題' },
  }),
  'DELETE /documents/:id': async (things) => ({ path: `/documents/${await things.document}` }),
  'PUT /documents/:id/file': async (things) => ({
    path: `/documents/${await things.document}/file?name=b.pdf`,
    ...file(),
  }),
  'DELETE /documents/:id/file': async (things) => ({ path: `/documents/${await things.document}/file` }),
  'GET /documents/:id/pdf': async (things) => ({ path: `/documents/${await things.document}/pdf` }),
  'GET /documents/:id/pdf?on show': async (things) => ({
    path: `/documents/${await things.shownDocument}/pdf`,
  }),
  'GET /documents/:id/original': async (things) => ({ path: `/documents/${await things.document}/original` }),
  'GET /documents/:id/original?on show': async (things) => ({
    path: `/documents/${await things.shownDocument}/original`,
  }),
  'GET /documents/:id/memos': async (things) => ({ path: `/documents/${await things.document}/memos` }),
  'PUT /documents/:id/memos/:page': async (things) => ({
    path: `/documents/${await things.document}/memos/2`,
    body: { text: 'x' },
  }),
  'GET /downloads/:ticket': async (things) => ({ path: (await things.ticketPath).replace(/^\/api/, '') }),

  'GET /recordings': async () => ({ path: '/recordings' }),
  'GET /recordings/:id': async (things) => ({ path: `/recordings/${await things.recording}` }),
  'GET /recordings/:id/file': async (things) => ({ path: `/recordings/${await things.recording}/file` }),
  'DELETE /recordings/:id': async (things) => ({ path: `/recordings/${await things.recording}` }),
  'POST /recordings/:id/mp4': async (things) => ({ path: `/recordings/${await things.recording}/mp4` }),
  'DELETE /recordings/:id/mp4': async (things) => ({ path: `/recordings/${await things.recording}/mp4` }),
  'GET /recordings/:id/mp4': async (things) => ({ path: `/recordings/${await things.recording}/mp4` }),
  'PUT /account/mail': async () => ({ path: '/account/mail', body: { mail: 'a@example.com' } }),
  'GET /history': async (things) => {
    await things.meeting;
    return { path: '/history' };
  },
  'GET /history.csv': async (things) => {
    await things.meeting;
    return { path: '/history.csv' };
  },
  'GET /history/:id': async (things) => ({ path: `/history/${await things.meeting}` }),
  'PATCH /history/:id': async (things) => ({
    path: `/history/${await things.meeting}`,
    body: { result: 'lost' },
  }),
};
