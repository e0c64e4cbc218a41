import { crc32, deflateRawSync } from 'node:zlib';

/** Files made by hand, byte by byte, for tests: also those that no program would write. */

type ZipPart = {
  name: string;
  content: string | Buffer;
  /** What the zip says, where that is not true. */
  lies?: { size?: number; crc?: number };
};

export function zip(parts: ZipPart[]): Buffer {
  const bodies: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const { name, content, lies } of parts) {
    const bytes = Buffer.from(content);
    const packed = deflateRawSync(bytes);
    const nameBytes = Buffer.from(name, 'utf8');
    const shared = Buffer.alloc(26);
    shared.writeUInt16LE(20, 0);
    shared.writeUInt16LE(0x0800, 2);
    shared.writeUInt16LE(8, 4);
    shared.writeUInt32LE(lies?.crc ?? crc32(bytes), 10);
    shared.writeUInt32LE(packed.length, 14);
    shared.writeUInt32LE(lies?.size ?? bytes.length, 18);
    shared.writeUInt16LE(nameBytes.length, 22);
    const body = Buffer.concat([Buffer.from('PK\x03\x04'), shared, nameBytes, packed]);
    const place = Buffer.alloc(14);
    place.writeUInt32LE(offset, 10);
    directory.push(
      Buffer.concat([Buffer.from('PK\x01\x02'), Buffer.from([20, 0]), shared, place, nameBytes]),
    );
    bodies.push(body);
    offset += body.length;
  }
  const entries = Buffer.concat(directory);
  const end = Buffer.alloc(22);
  end.write('PK\x05\x06', 'latin1');
  end.writeUInt16LE(parts.length, 8);
  end.writeUInt16LE(parts.length, 10);
  end.writeUInt32LE(entries.length, 12);
  end.writeUInt32LE(offset, 16);
  return Buffer.concat([...bodies, entries, end]);
}

const wordType = 'application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml';

export const contentTypes = (type = wordType, part = '/word/document.xml'): ZipPart => ({
  name: '[Content_Types].xml',
  content: `<?xml version="1.0"?><Types><Override PartName="${part}" ContentType="${type}"/></Types>`,
});

export const wordDocument = (content = '<w:document/>'): ZipPart => ({ name: 'word/document.xml', content });

export const sector = 512;
const end = 0xffff_fffe;
const free = 0xffff_ffff;

export type OleParts = {
  streams?: { name: string; content: Buffer }[];
  /** Changes bytes after everything has been written. */
  spoil?: (file: Buffer) => void;
};

/** Sector 0: FAT, sector 1: directory, then the streams, each padded so that it needs no small sectors. */
export function ole({ streams = [], spoil }: OleParts): Buffer {
  const header = Buffer.alloc(sector);
  Buffer.from('d0cf11e0a1b11ae1', 'hex').copy(header);
  header.writeUInt16LE(3, 0x1a);
  header.writeUInt16LE(0xfffe, 0x1c);
  header.writeUInt16LE(9, 0x1e);
  header.writeUInt16LE(6, 0x20);
  header.writeUInt32LE(1, 0x2c);
  header.writeUInt32LE(1, 0x30);
  header.writeUInt32LE(4096, 0x38);
  header.writeUInt32LE(end, 0x3c);
  header.writeUInt32LE(end, 0x44);
  header.fill(0xff, 0x4c);
  header.writeUInt32LE(0, 0x4c);

  const fat = Buffer.alloc(sector, 0xff);
  fat.writeUInt32LE(0xffff_fffd, 0);
  fat.writeUInt32LE(end, 4);
  const directory = Buffer.alloc(sector);
  const entry = (index: number, name: string, type: number, links: number[], start: number, size: number) => {
    const at = index * 128;
    directory.write(name, at, 'utf16le');
    directory.writeUInt16LE((name.length + 1) * 2, at + 0x40);
    directory.writeUInt8(type, at + 0x42);
    for (const [i, link] of links.entries()) directory.writeUInt32LE(link, at + 0x44 + i * 4);
    directory.writeUInt32LE(start, at + 0x74);
    directory.writeUInt32LE(size, at + 0x78);
  };
  entry(0, 'Root Entry', 5, [free, free, streams.length > 0 ? 1 : free], end, 0);
  const bodies: Buffer[] = [];
  let next = 2;
  for (const [i, { name, content }] of streams.entries()) {
    const sectors = Math.max(8, Math.ceil(content.length / sector));
    entry(i + 1, name, 2, [free, i + 1 < streams.length ? i + 2 : free, free], next, sectors * sector);
    for (let s = 0; s < sectors; s += 1) {
      fat.writeUInt32LE(s + 1 < sectors ? next + s + 1 : end, (next + s) * 4);
    }
    bodies.push(Buffer.concat([content, Buffer.alloc(sectors * sector - content.length)]));
    next += sectors;
  }
  const file = Buffer.concat([header, fat, directory, ...bodies]);
  spoil?.(file);
  return file;
}

export function wordStream(flags = 0): Buffer {
  const head = Buffer.alloc(32);
  head.writeUInt16LE(0xa5ec, 0);
  head.writeUInt16LE(flags, 0x0a);
  return head;
}

/** Excel's records: a number and what is in it. */
export function records(...all: [record: number, bytes: number][]): Buffer {
  return Buffer.concat(
    all.map(([record, bytes]) => {
      const head = Buffer.alloc(4 + bytes);
      head.writeUInt16LE(record, 0);
      head.writeUInt16LE(bytes, 2);
      return head;
    }),
  );
}

export function pdf(pages: number): Buffer {
  const kids = Array.from({ length: pages }, (_, i) => `${i + 3} 0 R`).join(' ');
  const objects = [
    '<< /Type /Catalog /Pages 2 0 R >>',
    `<< /Type /Pages /Count ${pages} /Kids [${kids}] >>`,
    ...Array.from({ length: pages }, () => '<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] >>'),
  ];
  let text = '%PDF-1.4\n';
  const offsets = objects.map((object, i) => {
    const at = text.length;
    text += `${i + 1} 0 obj\n${object}\nendobj\n`;
    return `${String(at).padStart(10, '0')} 00000 n \n`;
  });
  const xref = text.length;
  text += `xref\n0 ${objects.length + 1}\n0000000000 65535 f \n${offsets.join('')}`;
  text += `trailer\n<< /Size ${objects.length + 1} /Root 1 0 R >>\nstartxref\n${xref}\n%%EOF\n`;
  return Buffer.from(text, 'latin1');
}
