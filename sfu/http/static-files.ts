import { stat } from 'node:fs/promises';
import path from 'node:path';
import type { Request, Response } from 'express';

/** Forms of a file that the build has compressed already, the better one first. */
const compressed = [
  { encoding: 'br', extension: '.br' },
  { encoding: 'gzip', extension: '.gz' },
] as const;

/** The build puts a hash of the content into the names of these files: they never change. */
const hashedFolder = '/assets/';
const foreverSeconds = 31_536_000;

/**
 * Serves the files of one folder, compressed where the build has done so and the browser can read it. Every
 * request looks at the disk, so a new build is served without a restart and never half.
 */
export class StaticFiles {
  readonly #root: string;

  /** @param root an absolute path; it need not exist yet. */
  constructor(root: string) {
    this.#root = root;
  }

  /** Whether the folder is there at all. */
  async exist(): Promise<boolean> {
    return (await stat(this.#root).catch(() => null))?.isDirectory() === true;
  }

  /**
   * Answers with a file, in ranges and "not modified" as asked for.
   *
   * @param urlPath below the folder, as in a URL, beginning with a slash.
   * @param freshSeconds for how long it is used without asking again; that of hashed names counts for itself
   * @returns false when there is no such file; nothing has been sent then.
   */
  async send(urlPath: string, request: Request, response: Response, freshSeconds = 0): Promise<boolean> {
    const name = fileName(urlPath);
    if (name === null) return false;
    const isHashed = name.startsWith(hashedFolder);
    for (const { encoding, suffix } of this.#forms(request)) {
      if (!(await this.#isFile(name + suffix))) continue;
      response.type(path.extname(name) || 'application/octet-stream').vary('Accept-Encoding');
      if (encoding) response.set('Content-Encoding', encoding);
      const freshness = freshSeconds > 0 ? `public, max-age=${freshSeconds}` : 'no-cache';
      response.set('Cache-Control', isHashed ? `public, max-age=${foreverSeconds}, immutable` : freshness);
      if (await this.#transfer(name + suffix, response)) return true;
    }
    return false;
  }

  #forms(request: Request): { encoding: string | null; suffix: string }[] {
    const wanted = compressed.filter(({ encoding }) => request.acceptsEncodings(encoding) === encoding);
    return [
      ...wanted.map(({ encoding, extension }) => ({ encoding, suffix: extension })),
      { encoding: null, suffix: '' },
    ];
  }

  async #isFile(name: string): Promise<boolean> {
    return (await stat(path.join(this.#root, name)).catch(() => null))?.isFile() === true;
  }

  /**
   * @returns false when the file went in this very moment, with a new build. A browser that hangs up is
   *   nobody's failure.
   * @throws what Express says of a range that cannot be met (416), or of a disk that cannot be read.
   */
  #transfer(name: string, response: Response): Promise<boolean> {
    return new Promise((resolve, reject) => {
      response.sendFile(name, { root: this.#root, cacheControl: false }, (error?: SendError) => {
        if (!error || response.headersSent || error.code === 'ECONNABORTED') {
          resolve(true);
          return;
        }
        for (const header of ['Content-Encoding', 'Content-Type', 'Cache-Control'])
          response.removeHeader(header);
        if (error.status === 404) resolve(false);
        else reject(error);
      });
    });
  }
}

type SendError = Error & { status?: number; code?: string };

/**
 * The file meant by a URL's path; null for everything that could lead out of the folder or to hidden files.
 */
function fileName(urlPath: string): string | null {
  let name: string;
  try {
    name = decodeURIComponent(urlPath);
  } catch {
    return null;
  }
  if (!name.startsWith('/') || /[\0\\]/.test(name)) return null;
  const segments = name.slice(1).split('/');
  return segments.some((segment) => segment === '' || segment.startsWith('.')) ? null : name;
}
