import { createHash } from 'node:crypto';
import { pipeline } from 'node:stream/promises';
import type { Request, Response } from 'express';
import type { BlobStore, ByteRange } from '../store/blobs.ts';

/**
 * Answers with a blob, or the one range of it that is asked for (RFC 9110, 14): the first page of a big file
 * shows before the whole is there (D8). Several ranges at once are answered with the whole, which is allowed.
 *
 * @returns false when there is no such blob; nothing has been sent then
 */
export async function sendBlob(
  blobs: BlobStore,
  key: string,
  { request, response, type }: { request: Request; response: Response; type: string },
): Promise<boolean> {
  const size = await blobs.size(key);
  if (size === null) return false;
  response.set({
    'Content-Type': type,
    'Accept-Ranges': 'bytes',
    // It is served to whoever may see it now, and to nobody from a cache later.
    'Cache-Control': 'private, no-store',
    'X-Content-Type-Options': 'nosniff',
    // A blob never changes: its key stands for its content. The key itself is nobody's business.
    ETag: `"${createHash('sha256').update(key).digest('base64url').slice(0, 22)}"`,
  });
  // RFC 9110, 13.1.5: a part of another version is of no use to anybody.
  const wants = request.headers['if-range'];
  const isSame = wants === undefined || wants === response.get('ETag');
  const range = isSame ? rangeOf(request, size) : null;
  if (range === 'unsatisfiable') {
    response.status(416).set('Content-Range', `bytes */${size}`).end();
    return true;
  }
  if (range) {
    response.status(206).set('Content-Range', `bytes ${range.start}-${range.end}/${size}`);
  }
  response.set('Content-Length', String(range ? range.end - range.start + 1 : size));
  if (request.method === 'HEAD' || size === 0) {
    response.end();
    return true;
  }
  // While the size was looked up the browser may have gone: nothing may be opened for it any more.
  if (hasGone(response)) return true;
  const content = blobs.read(key, range ?? undefined);
  try {
    await pipeline(content, response);
  } catch (error) {
    // A browser that has seen enough hangs up: nobody's failure.
    if (!hasGone(response)) throw error;
  } finally {
    content.destroy();
  }
  return true;
}

/* The browser can go at any moment; the compiler believes what it has seen once. */
function hasGone(response: Response): boolean {
  return response.destroyed;
}

/** The one range that is asked for; null: the whole. */
function rangeOf(request: Request, size: number): ByteRange | 'unsatisfiable' | null {
  const suffix = /^bytes=-(\d+)$/.exec(request.headers.range ?? '')?.[1];
  // RFC 9110, 14.1.2: of a file that is shorter than the end asked for, the end is the whole.
  if (suffix !== undefined && Number(suffix) >= size && size > 0) return { start: 0, end: size - 1 };
  const ranges = request.range(size);
  if (ranges === -1) return 'unsatisfiable';
  const isOne = Array.isArray(ranges) && ranges.type === 'bytes' && ranges.length === 1;
  const [first] = isOne ? ranges : [];
  return first ? { start: first.start, end: first.end } : null;
}

/**
 * RFC 6266 with RFC 5987: a name in ASCII for the very old, and the real one. Always saved, never shown in the
 * place of the page.
 */
export function asAttachment(fileName: string): string {
  return disposition('attachment', fileName);
}

/** As above for what a page of ours plays: under this name should somebody save it. */
export function inline(fileName: string): string {
  return disposition('inline', fileName);
}

function disposition(type: 'attachment' | 'inline', fileName: string): string {
  const plain = fileName.normalize('NFKD').replace(/[^\x20-\x7e]|["\\/:*?<>|%;]/g, '_');
  const encoded = encodeURIComponent(fileName.toWellFormed()).replace(
    /['()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
  return `${type}; filename="${plain}"; filename*=UTF-8''${encoded}`;
}
