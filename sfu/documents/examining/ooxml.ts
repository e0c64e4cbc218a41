import { crc32 } from 'node:zlib';
import { openPromise, type Entry, type ZipFile } from 'yauzl';
import { Refusal } from '../../protocol/codes.ts';
import type { DocumentFormat } from '../../protocol/documents.ts';
import { imageHeadBytes, pixelsOf } from './image-size.ts';

/**
 * Office files since 2007: a zip with XML in it. Everything in it is inflated once, within a budget, before
 * any other program gets to see it: what a zip says about itself can be a lie.
 */

const megabyte = 1_000_000;
export const zipBudget = {
  entries: 5_000,
  entryBytes: 100 * megabyte,
  totalBytes: 300 * megabyte,
  /** How much larger than the file its content may be … */
  ratio: 200,
  /** … once it is large enough to matter. */
  ratioFromBytes: 20 * megabyte,
  imagePixels: 100_000_000,
};
const contentTypesBytes = 4 * megabyte;
/** An XML part's declaration, comments and DOCTYPE stand within this much of its beginning. */
const xmlHeadBytes = 64 * 1024;

const contentTypes = '[Content_Types].xml';

/** The content type of the main part says what the whole is; the macros of `macroEnabled` ones never run. */
const mainTypes: [pattern: RegExp, format: DocumentFormat][] = [
  [
    /^application\/vnd\.openxmlformats-officedocument\.wordprocessingml\.(document|template)\.main\+xml$/,
    'docx',
  ],
  [/^application\/vnd\.ms-word\.(document|template)\.macroEnabled(Template)?\.main\+xml$/i, 'docx'],
  [/^application\/vnd\.openxmlformats-officedocument\.spreadsheetml\.(sheet|template)\.main\+xml$/, 'xlsx'],
  [/^application\/vnd\.ms-excel\.(sheet|template)\.macroEnabled\.main\+xml$/i, 'xlsx'],
  [
    /^application\/vnd\.openxmlformats-officedocument\.presentationml\.(presentation|slideshow|template)\.main\+xml$/,
    'pptx',
  ],
  [/^application\/vnd\.ms-powerpoint\.(presentation|slideshow|template)\.macroEnabled\.main\+xml$/i, 'pptx'],
];

const damaged = (what: string) => new Refusal('document-damaged', `The file is damaged: ${what}.`);
const tooLarge = (what: string, bytes?: number) =>
  new Refusal(
    'document-too-large',
    `The file is too large: ${what}.`,
    bytes === undefined ? {} : { megabytes: Math.round(bytes / megabyte) },
  );

/** @throws Refusal document-type, document-encrypted, document-damaged or document-too-large */
export async function recogniseOoxml(path: string, fileBytes: number): Promise<DocumentFormat> {
  return await withEntries(path, async (zip, entries) => {
    const types = entries.filter(({ fileName }) => fileName === contentTypes);
    const isOpenDocument = entries.some(({ fileName }) => fileName === 'mimetype');
    if (types.length === 0 || isOpenDocument) {
      throw new Refusal('document-type', 'This is a zip archive, or a document of another kind.');
    }
    if (types.length > 1) throw damaged('it has two tables of contents');
    if (entries.some((entry) => entry.isEncrypted())) {
      throw new Refusal('document-encrypted', 'The file is protected with a password.');
    }
    checkBudget(entries, fileBytes);
    const format = mainFormat(await readSmall(zip, types[0] as Entry), entries);
    let total = 0;
    for (const entry of entries) {
      total += await checkEntry(zip, entry, zipBudget.totalBytes - total);
    }
    return format;
  });
}

/** Runs through the bytes of every XML part, as they come. */
export async function eachXmlPart(
  path: string,
  visit: (chunks: AsyncIterable<Buffer>) => Promise<void>,
): Promise<void> {
  await withEntries(path, async (zip, entries) => {
    for (const entry of entries) {
      if (entry.fileName.endsWith('.xml')) await visit(inflate(zip, entry));
    }
  });
}

async function withEntries<Result>(
  path: string,
  use: (zip: ZipFile, entries: Entry[]) => Promise<Result>,
): Promise<Result> {
  let zip: ZipFile | undefined;
  try {
    zip = await openPromise(path, { lazyEntries: true, autoClose: false });
    if (zip.entryCount > zipBudget.entries) throw tooLarge(`${zip.entryCount} parts`);
    const entries: Entry[] = [];
    for await (const entry of zip.eachEntry()) {
      // The count at the end of a zip need not be true.
      if (entries.length >= zipBudget.entries) throw tooLarge('too many parts');
      if (!entry.fileName.endsWith('/')) entries.push(entry);
    }
    return await use(zip, entries);
  } catch (error) {
    if (error instanceof Refusal || isOurFault(error)) throw error;
    throw damaged((error as Error).message);
  } finally {
    zip?.close();
  }
}

/** The disk failed, not the document. */
function isOurFault(error: unknown): boolean {
  const { code, syscall } = error as NodeJS.ErrnoException;
  return syscall !== undefined && code !== undefined;
}

function checkBudget(entries: Entry[], fileBytes: number): void {
  let total = 0;
  for (const { uncompressedSize } of entries) {
    if (uncompressedSize > zipBudget.entryBytes) throw tooLarge('one part of it', uncompressedSize);
    total += uncompressedSize;
  }
  if (total > zipBudget.totalBytes) throw tooLarge('all its parts together', total);
  if (total > zipBudget.ratioFromBytes && total > fileBytes * zipBudget.ratio) {
    throw tooLarge('it is packed too densely', total);
  }
}

async function readSmall(zip: ZipFile, entry: Entry): Promise<string> {
  if (entry.uncompressedSize > contentTypesBytes) throw damaged('its table of contents is too long');
  const chunks: Buffer[] = [];
  for await (const chunk of inflate(zip, entry)) chunks.push(chunk);
  const bytes = Buffer.concat(chunks);
  const isUtf16 = bytes.length > 1 && (bytes.readUInt16LE(0) === 0xfeff || bytes[1] === 0);
  return bytes.toString(isUtf16 ? 'utf16le' : 'utf8');
}

function mainFormat(types: string, entries: Entry[]): DocumentFormat {
  const names = new Set(entries.map(({ fileName }) => `/${fileName}`.toLowerCase()));
  const found = new Set<DocumentFormat>();
  for (const [element] of types.matchAll(/<(?:\w+:)?(?:Override|Default)\b[^<>]*>/g)) {
    const type = attribute(element, 'ContentType')?.trim() ?? '';
    const format = mainTypes.find(([pattern]) => pattern.test(type))?.[1];
    if (!format) continue;
    const part = attribute(element, 'PartName');
    if (part !== undefined && !names.has(part.toLowerCase())) throw damaged('its main part is missing');
    found.add(format);
  }
  const [format, another] = found;
  if (!format) throw new Refusal('document-type', 'This is no Word, Excel or PowerPoint file.');
  if (another) throw damaged('it says to be several kinds of document');
  return format;
}

function attribute(element: string, name: string): string | undefined {
  return new RegExp(`\\s${name}\\s*=\\s*(?:"([^"]*)"|'([^']*)')`).exec(element)?.slice(1).find(Boolean);
}

/** @returns how many bytes it really inflates to */
async function checkEntry(zip: ZipFile, entry: Entry, bytesLeft: number): Promise<number> {
  const isXml = /\.(xml|rels|vml)$/i.test(entry.fileName);
  const headBytes = isXml ? xmlHeadBytes : imageHeadBytes;
  const head: Buffer[] = [];
  let bytes = 0;
  let sum = 0;
  for await (const chunk of inflate(zip, entry)) {
    if (bytes < headBytes) head.push(chunk);
    bytes += chunk.length;
    if (bytes > zipBudget.entryBytes || bytes > bytesLeft) throw tooLarge('it inflates too far', bytes);
    sum = crc32(chunk, sum);
  }
  if (sum !== entry.crc32) throw damaged(`the check sum of ${entry.fileName} is wrong`);
  const start = Buffer.concat(head);
  if (isXml) checkXml(start, entry.fileName);
  else {
    const pixels = pixelsOf(start);
    if (pixels !== null && pixels > zipBudget.imagePixels) throw tooLarge(`a picture of ${pixels} pixels`);
  }
  return bytes;
}

/** Office writes no DOCTYPE; whoever does wants its entities to grow when they are read. */
function checkXml(start: Buffer, name: string): void {
  const text = start.includes(0)
    ? start.toString('utf16le') + start.toString('latin1').replaceAll('\0', '')
    : start.toString('latin1');
  const firstElement = text.search(/<[A-Za-z_]/);
  const prolog = firstElement === -1 ? text : text.slice(0, firstElement);
  if (prolog.includes('<!DOCTYPE')) throw damaged(`${name} defines entities`);
}

async function* inflate(zip: ZipFile, entry: Entry): AsyncGenerator<Buffer, void, undefined> {
  for await (const chunk of await zip.openReadStreamPromise(entry)) yield chunk as Buffer;
}
