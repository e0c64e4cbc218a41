import type { DocumentSource } from '../session/api.ts';

/**
 * The bytes of a document, piece by piece as they are needed. pdf.js could fetch by itself, but it begins with
 * the whole file and hangs up, asks for the end only then, and gives a document up on the first lost request;
 * a call goes on when a line is lost for a while, and so does this.
 */

/** `gone`: it may not be seen (any more); `damaged`: it is not what it says it is. */
export type DocumentFailure = 'gone' | 'network' | 'damaged';

export class SourceError extends Error {
  readonly failure: DocumentFailure;

  constructor(failure: DocumentFailure, message: string) {
    super(message);
    this.failure = failure;
  }
}

/**
 * pdf.js asks for multiples of this. Before it shows anything it looks at every page's dictionary, and in many
 * files each of them lies between two pictures: small pieces keep that small.
 */
export const chunkBytes = 4 * 1_024;
/** Fetched at once from the beginning of the file. */
const headBytes = 64 * 1_024;
/** The index of a PDF is at its end, some twenty bytes for every object in it. */
const tailBytes = 128 * 1_024;
/** One more request costs as much as these bytes do: what lies as near as this is fetched together. */
const nearBytes = 16 * 1_024;
/** A single small question is mostly followed by one about what comes next. */
const aheadBytes = 64 * 1_024;
const fewQuestions = 4;
/** Questions that belong together come one by one from the worker. */
const gatherMs = 2;
/** Answers that may hold more than what was asked for; two megabytes at the most. */
const keptPieces = 32;
/** A lost line or a server that starts anew: given up after about half a minute. */
const pausesMs = [250, 500, 1_000, 2_000, 4_000, 8_000, 15_000];

type Fetch = (url: string, options: RequestInit) => Promise<Response>;
type Wait = (ms: number, signal: AbortSignal) => Promise<void>;
type Piece = { readonly begin: number; readonly bytes: Uint8Array };
type Question = {
  readonly begin: number;
  readonly end: number;
  readonly resolve: (bytes: Uint8Array) => void;
  readonly reject: (error: unknown) => void;
};
type Together = { begin: number; end: number; questions: Question[] };

export class RangeSource {
  readonly #source: DocumentSource;
  readonly #fetch: Fetch;
  readonly #wait: Wait;
  readonly #abort = new AbortController();
  readonly #tailAbort = new AbortController();
  #tail: Promise<Piece | null> = Promise.resolve(null);
  #length = 0;
  readonly #pieces: Piece[] = [];
  readonly #questions: Question[] = [];
  #waiting = 0;

  constructor(
    source: DocumentSource,
    fetch: Fetch = (url, options) => globalThis.fetch(url, options),
    wait: Wait = pause,
  ) {
    this.#source = source;
    this.#fetch = fetch;
    this.#wait = wait;
  }

  /**
   * Asks for the beginning and, at the same time, for the end.
   *
   * @returns the length of the file and its beginning; `whole` if that is all of it.
   * @throws SourceError
   */
  async open(): Promise<{ length: number; head: Uint8Array; whole: boolean }> {
    const tail = this.#get(`bytes=-${tailBytes}`, this.#tailAbort.signal);
    this.#tail = tail.then(pieceOf).catch(() => null);
    const response = await this.#get(`bytes=0-${headBytes - 1}`, this.#abort.signal);
    const head = await bytesOf(response);
    // A server, or something on the way, that knows no ranges has sent everything.
    const piece = response.status === 206 ? contentRange(response) : { begin: 0, total: head.length };
    if (!piece || piece.begin !== 0 || piece.total === 0) {
      throw new SourceError('damaged', 'the beginning of the document has not been answered');
    }
    this.#length = piece.total;
    const whole = head.length >= this.#length;
    if (whole) this.#tailAbort.abort();
    return { length: this.#length, head, whole };
  }

  /**
   * A piece of the file. What is asked for in the same moment is fetched in as few requests as make sense.
   *
   * @throws SourceError
   */
  async read(begin: number, end: number): Promise<Uint8Array> {
    if (begin >= this.#length - tailBytes) this.#keep(await this.#tail);
    const kept = this.#kept(begin, end);
    if (kept) return kept;
    return new Promise((resolve, reject) => {
      this.#questions.push({ begin, end, resolve, reject });
      if (this.#questions.length > 1) return;
      setTimeout(() => {
        for (const together of grouped(this.#questions.splice(0), this.#length, this.#waiting)) {
          void this.#answer(together);
        }
      }, gatherMs);
    });
  }

  /** Something is asked for and not here yet. */
  get isWaiting(): boolean {
    return this.#waiting > 0 || this.#questions.length > 0;
  }

  /** Whatever is under way ends with an error that nobody needs to hear. */
  close(): void {
    this.#abort.abort();
    this.#tailAbort.abort();
  }

  async #answer({ begin, end, questions }: Together): Promise<void> {
    this.#waiting += 1;
    try {
      const bytes = await this.#fetched(begin, end);
      for (const question of questions) {
        question.resolve(bytes.slice(question.begin - begin, question.end - begin));
      }
      if (end > Math.max(...questions.map((question) => question.end))) this.#keep({ begin, bytes });
    } catch (error) {
      for (const question of questions) question.reject(error);
    } finally {
      this.#waiting -= 1;
    }
  }

  async #fetched(begin: number, end: number): Promise<Uint8Array> {
    for (let attempt = 0; ; attempt += 1) {
      const response = await this.#get(`bytes=${begin}-${end - 1}`, this.#abort.signal);
      try {
        const bytes = await bytesOf(response);
        if (response.status === 200) return bytes.slice(begin, end);
        if (bytes.length === end - begin) return bytes;
        throw new SourceError('damaged', 'another range than asked for');
      } catch (error) {
        // The line broke in the middle of the answer.
        if (!(await this.#again(error, attempt))) throw error;
      }
    }
  }

  #keep(piece: Piece | null): void {
    if (!piece || this.#pieces.includes(piece)) return;
    this.#pieces.push(piece);
    if (this.#pieces.length > keptPieces) this.#pieces.shift();
  }

  #kept(begin: number, end: number): Uint8Array | null {
    const piece = this.#pieces.find((one) => begin >= one.begin && end <= one.begin + one.bytes.length);
    return piece ? piece.bytes.slice(begin - piece.begin, end - piece.begin) : null;
  }

  async #get(range: string, signal: AbortSignal): Promise<Response> {
    for (let attempt = 0; ; attempt += 1) {
      try {
        return checked(
          await this.#fetch(this.#source.url, {
            headers: { ...this.#source.headers, Range: range },
            signal,
            // In Chrome requests that may be answered from its cache wait for one another when the address is the same.
            cache: 'no-store',
          }),
        );
      } catch (error) {
        if (signal.aborted || !(await this.#again(error, attempt))) throw error;
      }
    }
  }

  async #again(error: unknown, attempt: number): Promise<boolean> {
    const worthwhile = !(error instanceof SourceError) || error.failure === 'network';
    const ms = pausesMs[attempt];
    if (!worthwhile || ms === undefined || this.#abort.signal.aborted) return false;
    await this.#wait(ms, this.#abort.signal);
    return !this.#abort.signal.aborted;
  }
}

/**
 * What is fetched in one request each. Exported for its test.
 *
 * @param waiting how many requests are under way already.
 */
export function grouped(questions: readonly Question[], length: number, waiting: number): Together[] {
  const groups: Together[] = [];
  for (const question of [...questions].sort((one, other) => one.begin - other.begin)) {
    const last = groups.at(-1);
    if (last && question.begin - last.end <= nearBytes) {
      last.end = Math.max(last.end, question.end);
      last.questions.push(question);
    } else groups.push({ begin: question.begin, end: question.end, questions: [question] });
  }
  if (groups.length + waiting <= fewQuestions) {
    for (const group of groups) group.end = Math.min(length, Math.max(group.end, group.begin + aheadBytes));
  }
  return groups;
}

/** @throws SourceError with what the status means for whoever wants to look at the document. */
function checked(response: Response): Response {
  const { status } = response;
  if (status === 200 || status === 206) return response;
  const message = `HTTP ${status}`;
  if ([401, 403, 404, 410].includes(status)) throw new SourceError('gone', message);
  // Too early, too many, or the server's own trouble: later it may well be another answer.
  if (status === 408 || status === 425 || status === 429 || status >= 500)
    throw new SourceError('network', message);
  throw new SourceError('damaged', message);
}

async function bytesOf(response: Response): Promise<Uint8Array> {
  return new Uint8Array(await response.arrayBuffer());
}

async function pieceOf(response: Response): Promise<Piece | null> {
  const range = response.status === 206 ? contentRange(response) : null;
  if (range) return { begin: range.begin, bytes: await bytesOf(response) };
  await response.body?.cancel();
  return null;
}

/** RFC 9110, 14.4: `bytes 0-65535/20971520` */
function contentRange(response: Response): { begin: number; total: number } | null {
  const found = /^bytes (\d+)-\d+\/(\d+)$/u.exec(response.headers.get('Content-Range') ?? '');
  return found ? { begin: Number(found[1]), total: Number(found[2]) } : null;
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      removeEventListener('online', done);
      signal.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    // The browser knows that the line is back: no need to wait any longer.
    addEventListener('online', done);
    signal.addEventListener('abort', done);
  });
}
