import { readdir } from 'node:fs/promises';
import path from 'node:path';
import type { DocumentView } from '../../protocol/documents.ts';
import type { Page } from './client.ts';
import { pdfOf } from './pdf.ts';
import type { TestServer } from './server.ts';
import { fourPeople } from './stories.ts';
import { patienceMs, until } from './waiting.ts';

/** Who asks: the desk by its cookie, or a page by its seat in a meeting. */
export type Asker = { cookie: string } | Page;

export type DocumentAnswer = {
  status: number;
  headers: Headers;
  body: Buffer;
  json: Record<string, unknown>;
};

export function headersOf(asker: Asker): Record<string, string> {
  if ('cookie' in asker && typeof asker.cookie === 'string') return { Cookie: asker.cookie };
  return seatHeaders(asker as Page);
}

/** As a page in a call shows its seat, whoever is signed in. */
export function seatHeaders(page: Page): Record<string, string> {
  return { Authorization: `Bearer ${page.view.snapshot.meetingId}.${page.resumeToken ?? ''}` };
}

/** Any request to the documents' routes, as our pages send them. */
export async function ask(
  base: string,
  headers: Record<string, string>,
  method: string,
  path: string,
  body?: Buffer | object,
): Promise<DocumentAnswer> {
  const isFile = Buffer.isBuffer(body);
  const response = await fetch(base + path, {
    method,
    headers: {
      Origin: base,
      ...(body ? { 'Content-Type': isFile ? 'application/octet-stream' : 'application/json' } : {}),
      ...headers,
    },
    ...(body ? { body: isFile ? new Uint8Array(body) : JSON.stringify(body) } : {}),
  });
  const answer = Buffer.from(await response.arrayBuffer());
  const isJson = response.headers.get('content-type')?.startsWith('application/json') === true;
  const json = isJson ? (JSON.parse(answer.toString()) as Record<string, unknown>) : {};
  return { status: response.status, headers: response.headers, body: answer, json };
}

/** Sends a file. @returns the document as it stands then, before it is converted */
export async function send(
  base: string,
  asker: Asker,
  file: Buffer,
  name: string,
): Promise<DocumentAnswer & { id: string }> {
  const path = `/api/documents?name=${encodeURIComponent(name)}`;
  const answer = await ask(base, headersOf(asker), 'POST', path, file);
  return { ...answer, id: String(answer.json['id']) };
}

/** Sends a file and waits until it is ready, or refused. */
export async function bring(base: string, asker: Asker, file: Buffer, name: string): Promise<DocumentView> {
  const sent = await send(base, asker, file, name);
  if (sent.status !== 202) throw new Error(`The file is not taken: ${sent.status} ${sent.body.toString()}`);
  return settled(base, asker, sent.id);
}

export async function settled(base: string, asker: Asker, id: string): Promise<DocumentView> {
  let view: DocumentView | null = null;
  await until(
    'the document is ready or refused',
    async () => {
      const { json } = await ask(base, headersOf(asker), 'GET', `/api/documents/${id}`);
      view = json as unknown as DocumentView;
      const states = [view.progress.state, view.replacement?.progress.state];
      return !states.includes('converting');
    },
    10 * patienceMs,
  );
  return view!;
}

/** The documents of whoever asks, as their list shows them. */
export async function listOf(base: string, asker: Asker): Promise<DocumentView[]> {
  const { json } = await ask(base, headersOf(asker), 'GET', '/api/documents');
  return json['documents'] as DocumentView[];
}

/** Every file that the server keeps of documents, or works on, whatever its name. */
export async function filesKept({ dataDir }: TestServer): Promise<string[]> {
  const found = await readdir(path.join(dataDir, 'blobs'), { recursive: true, withFileTypes: true });
  const jobs = await readdir(path.join(dataDir, 'conversions')).catch(() => []);
  return [...found.filter((each) => each.isFile()).map(({ name }) => name), ...jobs];
}

/** A host with a document of ten pages, and three guests. */
export async function presenting(server: TestServer) {
  const four = await fourPeople(server);
  const document = await bring(server.base, four.host, pdfOf(10), 'ご提案書.pdf');
  return { ...four, document };
}
