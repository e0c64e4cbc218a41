import type { FileHandle } from 'node:fs/promises';
import { Refusal } from '../../protocol/codes.ts';

/**
 * A reader of OLE2 compound files ("structured storage"), the container of Office files before 2007. It reads
 * only what it is asked for, trusts no number in the file, and every loop in it is bounded by the file's size.
 */

const headerBytes = 512;
const headerFatEntries = 109;
const directoryEntryBytes = 128;
const maxSector = 0xffff_fffa;
const noStream = 0xffff_ffff;
/** A directory of more entries than this belongs to no document. */
const maxDirectoryEntries = 100_000;

export type OleStream = { name: string; start: number; size: number };

export const oleSignature = Buffer.from('d0cf11e0a1b11ae1', 'hex');

const damaged = (what: string) => new Refusal('document-damaged', `The file is damaged: ${what}.`);

export class OleFile {
  readonly #file: FileHandle;
  readonly #fileBytes: number;
  readonly #sectorBytes: number;
  readonly #miniSectorBytes: number;
  readonly #miniCutoff: number;
  #fat = new Uint32Array();
  #miniFat: Uint32Array | null = null;
  #root: OleStream | null = null;
  #streams: OleStream[] = [];

  private constructor(file: FileHandle, fileBytes: number, header: Buffer) {
    this.#file = file;
    this.#fileBytes = fileBytes;
    const shift = header.readUInt16LE(0x1e);
    const miniShift = header.readUInt16LE(0x20);
    if ((shift !== 9 && shift !== 12) || miniShift !== 6 || header.readUInt16LE(0x1c) !== 0xfffe) {
      throw damaged('its header is not one of an Office file');
    }
    this.#sectorBytes = 1 << shift;
    this.#miniSectorBytes = 1 << miniShift;
    this.#miniCutoff = header.readUInt32LE(0x38);
  }

  /** @throws Refusal document-damaged */
  static async open(file: FileHandle, fileBytes: number): Promise<OleFile> {
    const header = Buffer.alloc(headerBytes);
    const { bytesRead } = await file.read(header, 0, headerBytes, 0);
    if (bytesRead < headerBytes) throw damaged('it ends inside its header');
    const ole = new OleFile(file, fileBytes, header);
    ole.#fat = await ole.#readFat(header);
    await ole.#readDirectory(header.readUInt32LE(0x30));
    if (header.readUInt32LE(0x40) > 0) {
      ole.#miniFat = await ole.#readTable(ole.#chain(header.readUInt32LE(0x3c), null));
    }
    return ole;
  }

  /** The streams at the top level: those of embedded documents are not among them. */
  stream(...names: string[]): OleStream | undefined {
    const wanted = names.map((name) => name.toUpperCase());
    return this.#streams.find(({ name }) => wanted.includes(name.toUpperCase()));
  }

  /** The first bytes of a stream. @throws Refusal document-damaged when not all of the stream is there */
  async read(stream: OleStream, bytes: number): Promise<Buffer> {
    const wanted = Math.min(bytes, stream.size);
    if (stream.size >= this.#miniCutoff) {
      const chain = this.#chain(stream.start, stream.size);
      const sectors = chain.slice(0, Math.ceil(wanted / this.#sectorBytes));
      return Buffer.concat(await this.#readSectors(sectors)).subarray(0, wanted);
    }
    return await this.#readMini(stream, wanted);
  }

  async #readMini(stream: OleStream, wanted: number): Promise<Buffer> {
    const root = this.#root;
    if (!this.#miniFat || !root) throw damaged('a stream has no place');
    const container = this.#chain(root.start, root.size);
    const parts: Buffer[] = [];
    const seen = new Set<number>();
    let mini = stream.start;
    for (let left = wanted; left > 0; left -= this.#miniSectorBytes) {
      const at = mini * this.#miniSectorBytes;
      const sector = container[Math.floor(at / this.#sectorBytes)];
      if (seen.has(mini) || sector === undefined) throw damaged('a stream leads nowhere');
      seen.add(mini);
      const [whole] = await this.#readSectors([sector]);
      const from = at % this.#sectorBytes;
      parts.push((whole as Buffer).subarray(from, from + this.#miniSectorBytes));
      mini = this.#miniFat[mini] ?? maxSector;
    }
    return Buffer.concat(parts).subarray(0, wanted);
  }

  get #sectorCount(): number {
    return Math.ceil(this.#fileBytes / this.#sectorBytes) - 1;
  }

  async #readFat(header: Buffer): Promise<Uint32Array<ArrayBuffer>> {
    const count = header.readUInt32LE(0x2c);
    if (count > this.#sectorCount) throw damaged('it is shorter than it says');
    const sectors: number[] = [];
    for (let i = 0; i < Math.min(count, headerFatEntries); i += 1) {
      sectors.push(header.readUInt32LE(0x4c + i * 4));
    }
    let next = header.readUInt32LE(0x44);
    const perSector = this.#sectorBytes / 4 - 1;
    const seen = new Set<number>();
    while (sectors.length < count) {
      if (next >= this.#sectorCount || seen.has(next)) throw damaged('its table of contents leads nowhere');
      seen.add(next);
      const table = toNumbers(await this.#readSectors([next]));
      sectors.push(...table.subarray(0, Math.min(perSector, count - sectors.length)));
      next = table[perSector] ?? maxSector;
    }
    return await this.#readTable(sectors);
  }

  async #readTable(sectors: number[]): Promise<Uint32Array<ArrayBuffer>> {
    return toNumbers(await this.#readSectors(sectors));
  }

  async #readDirectory(start: number): Promise<void> {
    const chain = this.#chain(start, null);
    if ((chain.length * this.#sectorBytes) / directoryEntryBytes > maxDirectoryEntries) {
      throw damaged('its directory is too long');
    }
    const directory = Buffer.concat(await this.#readSectors(chain));
    const entry = (index: number) =>
      directory.subarray(index * directoryEntryBytes, (index + 1) * directoryEntryBytes);
    const root = entry(0);
    if (root.length < directoryEntryBytes || root[0x42] !== 5) throw damaged('it has no directory');
    this.#root = toStream(root);

    const seen = new Set<number>();
    const toVisit = [root.readUInt32LE(0x4c)];
    for (let index = toVisit.pop(); index !== undefined; index = toVisit.pop()) {
      if (index === noStream) continue;
      const bytes = entry(index);
      if (seen.has(index) || bytes.length < directoryEntryBytes) throw damaged('its directory leads nowhere');
      seen.add(index);
      if (bytes[0x42] === 2) this.#streams.push(toStream(bytes));
      toVisit.push(bytes.readUInt32LE(0x44), bytes.readUInt32LE(0x48));
    }
  }

  /** @param size of what is stored there, or null for as long as the chain goes on. */
  #chain(start: number, size: number | null): number[] {
    if (size !== null && size > this.#fileBytes) throw damaged('a part is longer than the whole');
    const length = size === null ? this.#sectorCount : Math.ceil(size / this.#sectorBytes);
    const sectors: number[] = [];
    const seen = new Uint8Array(this.#sectorCount);
    for (let sector = start; sectors.length < length && sector < maxSector;) {
      if (sector >= this.#sectorCount) throw damaged('it is shorter than it says');
      if (seen[sector] === 1) throw damaged('a part of it leads back to itself');
      seen[sector] = 1;
      sectors.push(sector);
      sector = this.#fat[sector] ?? maxSector;
    }
    if (size !== null && sectors.length < length) throw damaged('a part of it ends too early');
    return sectors;
  }

  async #readSectors(sectors: number[]): Promise<Buffer[]> {
    const parts: Buffer[] = [];
    for (const sector of sectors) {
      if (sector >= this.#sectorCount) throw damaged('it is shorter than it says');
      // The last sector of a file may have been written without its padding.
      const bytes = Buffer.alloc(this.#sectorBytes);
      await this.#file.read(bytes, 0, this.#sectorBytes, (sector + 1) * this.#sectorBytes);
      parts.push(bytes);
    }
    return parts;
  }
}

function toStream(entry: Buffer): OleStream {
  const nameBytes = Math.min(64, Math.max(0, entry.readUInt16LE(0x40) - 2));
  return {
    name: entry.toString('utf16le', 0, nameBytes),
    start: entry.readUInt32LE(0x74),
    // Files with small sectors may have anything in the upper half.
    size: entry.readUInt32LE(0x78),
  };
}

function toNumbers(parts: Buffer[]): Uint32Array<ArrayBuffer> {
  const bytes = Buffer.concat(parts);
  const numbers = new Uint32Array(bytes.length / 4);
  for (let i = 0; i < numbers.length; i += 1) numbers[i] = bytes.readUInt32LE(i * 4);
  return numbers;
}
