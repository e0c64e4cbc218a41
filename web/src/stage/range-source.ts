import type { DocumentSource } from '../session/api.ts';

/**
 * The bytes of a document, piece by piece as they are needed. pdf.js could fetch by itself, but it begins with
 * the whole file and hangs up, asks for the end only then, and gives a document up on the first lost request;
 * a call goes on when a line is lost for a while, and so does this.
 */

/**
 * `gone`: it may not be seen (any more); `damaged`: it is not what it says it is; `unready`: it is still being
 * prepared; `unrecognized`: the server does not know who asks; `replaced`: there is a new file under its name.
 */
export type DocumentFailure = 'gone' | 'network' | 'damaged' | 'unready' | 'unrecognized' | 'replaced';

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
/** When no byte has come for so long, the line is dead, whatever it says. */
const idleMs = 10_000;
/** Browsers make requests wait for one another: so long one may hear nothing while others hear something. */
const queuedMs = 20_000;

type Fetch = (url: string, options: RequestInit) => Promise<Response>;
type Wait = (ms: number, signal: AbortSignal) => Promise<void>;
type Piece = { readonly begin: number; readonly bytes: Uint8Array };
/** What of the file has come, and which file that is. */
type Answer = Piece & { readonly isWhole: boolean; readonly total: number; readonly tag: string | null };
type Question = {
  readonly begin: number;
  readonly end: number;
  readonly resolve: (bytes: Uint8Array) => void;
  readonly reject: (error: unknown) => void;
};
type Together = { begin: number; end: number; questions: Question[] };

type Settings = {
  /** The server forgets a seat whose line is lost, and knows it again when the line is back. */
  inCall?: boolean;
  fetch?: Fetch;
  wait?: Wait;
};

export class RangeSource {
  readonly #source: () => DocumentSource;
  readonly #inCall: boolean;
  readonly #fetch: Fetch;
  readonly #wait: Wait;
  readonly #abort = new AbortController();
  readonly #tailAbort = new AbortController();
  #tail: Promise<Answer | null> = Promise.resolve(null);
  #head: Answer | null = null;
  readonly #pieces: Piece[] = [];
  readonly #questions: Question[] = [];
  #waiting = 0;
  readonly #requests = new Set<AbortController>();
  #pauses = new AbortController();
  #resumed = 0;
  #heardAt = 0;

  /** @param source asked before every request: what the server wants to see changes with the seat. */
  constructor(source: () => DocumentSource, { inCall = false, fetch, wait = pause }: Settings = {}) {
    this.#source = source;
    this.#inCall = inCall;
    this.#fetch = fetch ?? ((url, options) => globalThis.fetch(url, options));
    this.#wait = wait;
  }

  /**
   * Asks for the beginning and, at the same time, for the end.
   *
   * @returns the length of the file and its beginning; `whole` if that is all of it.
   * @throws SourceError
   */
  async open(): Promise<{ length: number; head: Uint8Array; whole: boolean }> {
    const tail = this.#get(`bytes=-${tailBytes}`, this.#tailAbort.signal, { leavesWhole: true });
    this.#tail = tail.catch(() => null);
    const head = await this.#get(`bytes=0-${headBytes - 1}`, this.#abort.signal);
    if (head.begin !== 0 || head.total === 0) {
      throw new SourceError('damaged', 'the beginning of the document has not been answered');
    }
    this.#head = head;
    const whole = head.bytes.length >= head.total;
    if (whole) this.#tailAbort.abort();
    return { length: head.total, head: head.bytes, whole };
  }

  /**
   * A piece of the file. What is asked for in the same moment is fetched in as few requests as make sense.
   *
   * @throws SourceError
   */
  async read(begin: number, end: number): Promise<Uint8Array> {
    if (begin >= this.#length - tailBytes) {
      const tail = await this.#tail;
      if (tail && !tail.isWhole && this.#isSameFile(tail)) this.#keep(tail);
    }
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

  /** The line is back: what is under way hangs on the old one, and is asked for again at once. */
  resume(): void {
    this.#resumed += 1;
    this.#pauses.abort();
    this.#pauses = new AbortController();
    for (const request of this.#requests) request.abort();
  }

  /** Something is asked for and not here yet. */
  get isWaiting(): boolean {
    return this.#waiting > 0 || this.#questions.length > 0;
  }

  /** Whatever is under way ends with an error that nobody needs to hear. */
  close(): void {
    this.#abort.abort();
    this.#tailAbort.abort();
    this.#pauses.abort();
  }

  get #length(): number {
    return this.#head?.total ?? 0;
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
    const answer = await this.#get(`bytes=${begin}-${end - 1}`, this.#abort.signal);
    if (!this.#isSameFile(answer)) throw new SourceError('replaced', 'another file than at first');
    const bytes = answer.isWhole ? answer.bytes.slice(begin, end) : answer.bytes;
    if ((!answer.isWhole && answer.begin !== begin) || bytes.length !== end - begin) {
      throw new SourceError('damaged', 'another range than asked for');
    }
    return bytes;
  }

  #isSameFile({ total, tag }: Answer): boolean {
    const head = this.#head;
    return total === head?.total && (tag === null || head.tag === null || tag === head.tag);
  }

  #keep(piece: Piece): void {
    if (this.#pieces.includes(piece)) return;
    this.#pieces.push(piece);
    if (this.#pieces.length > keptPieces) this.#pieces.shift();
  }

  #kept(begin: number, end: number): Uint8Array | null {
    const piece = this.#pieces.find((one) => begin >= one.begin && end <= one.begin + one.bytes.length);
    return piece ? piece.bytes.slice(begin - piece.begin, end - piece.begin) : null;
  }

  /** Asks until there is an answer, or it makes no sense any more. */
  async #get(range: string, wanted: AbortSignal, { leavesWhole = false } = {}): Promise<Answer> {
    let resumed = this.#resumed;
    for (let attempt = 0; ; attempt += 1) {
      try {
        return await this.#ask(range, wanted, leavesWhole);
      } catch (error) {
        if (wanted.aborted || !this.#passes(error)) throw error;
        // Whatever was lost with the old line does not count on the new one.
        if (resumed !== this.#resumed) {
          resumed = this.#resumed;
          attempt = -1;
          continue;
        }
        const ms = pausesMs[attempt];
        if (ms === undefined) throw error;
        await this.#wait(ms, this.#pauses.signal);
      }
    }
  }

  async #ask(range: string, wanted: AbortSignal, leavesWhole: boolean): Promise<Answer> {
    const request = new AbortController();
    const stop = () => request.abort();
    wanted.addEventListener('abort', stop);
    if (wanted.aborted) stop();
    this.#requests.add(request);
    const askedAt = performance.now();
    let heardAt = askedAt;
    const heard = () => (heardAt = this.#heardAt = performance.now());
    const isIdle = () => {
      const others = Math.min(this.#heardAt, askedAt + queuedMs);
      const leftMs = Math.max(heardAt, others) + idleMs - performance.now();
      if (leftMs <= 0) stop();
      else timer = setTimeout(isIdle, leftMs);
    };
    let timer = setTimeout(isIdle, idleMs);
    try {
      const { url, headers } = this.#source();
      const response = await this.#fetch(url, {
        headers: { ...headers, Range: range },
        signal: request.signal,
        // In Chrome requests that may be answered from its cache wait for one another when the address is the same.
        cache: 'no-store',
      });
      heard();
      const refusal = refusalOf(response, this.#head !== null);
      const place = response.status === 206 ? contentRange(response) : null;
      // A server, or something on the way, that knows no ranges sends everything.
      const isWhole = response.status === 200;
      if (refusal || (isWhole && leavesWhole)) await response.body?.cancel();
      if (refusal) throw refusal;
      if (!isWhole && !place) throw new SourceError('damaged', 'which range that is has not been said');
      const bytes = isWhole && leavesWhole ? new Uint8Array() : await bytesOf(response, heard);
      const tag = response.headers.get('ETag');
      return { bytes, isWhole, tag, begin: place?.begin ?? 0, total: place?.total ?? bytes.length };
    } catch (error) {
      // What `fetch` throws says nothing but that no answer came, or not all of it.
      throw error instanceof SourceError ? error : new SourceError('network', String(error));
    } finally {
      clearTimeout(timer);
      wanted.removeEventListener('abort', stop);
      this.#requests.delete(request);
    }
  }

  #passes(error: unknown): boolean {
    if (!(error instanceof SourceError)) return false;
    const { failure } = error;
    return failure === 'network' || failure === 'unready' || (failure === 'unrecognized' && this.#inCall);
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

/** What the status means for whoever wants to look at the document; null: it comes. */
function refusalOf({ status }: Response, isOpen: boolean): SourceError | null {
  if (status === 200 || status === 206) return null;
  return new SourceError(meaningOf(status, isOpen), `HTTP ${status}`);
}

function meaningOf(status: number, isOpen: boolean): DocumentFailure {
  if (status === 401) return 'unrecognized';
  if (status === 409) return 'unready';
  // What was there once is not there any more: the file has become shorter.
  if (status === 416 && isOpen) return 'replaced';
  if (status === 403 || status === 404 || status === 410) return 'gone';
  // Too early, too many, or the server's own trouble: later it may well be another answer.
  if (status === 408 || status === 425 || status === 429 || status >= 500) return 'network';
  return 'damaged';
}

async function bytesOf(response: Response, heard: () => void): Promise<Uint8Array> {
  const reader = response.body?.getReader();
  if (!reader) return new Uint8Array(await response.arrayBuffer());
  const chunks: Uint8Array[] = [];
  let length = 0;
  for (let next = await reader.read(); !next.done; next = await reader.read()) {
    heard();
    chunks.push(next.value);
    length += next.value.length;
  }
  const bytes = new Uint8Array(length);
  let at = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, at);
    at += chunk.length;
  }
  return bytes;
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
