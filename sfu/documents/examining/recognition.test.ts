import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Refusal } from '../../protocol/codes.ts';
import { namesInOle, namesInOoxml } from './document-fonts.ts';
import { pixelsOf } from './image-size.ts';
import { zipBudget } from './ooxml.ts';
import { recognise } from './recognition.ts';
import { contentTypes, ole, pdf, records, sector, wordDocument, wordStream, zip } from './test-kit/bytes.ts';

let folder: string;
let files = 0;
beforeAll(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'taimen-recognition-'));
});
afterAll(() => rm(folder, { recursive: true }));

async function fileOf(bytes: Buffer | string): Promise<string> {
  const file = path.join(folder, `${++files}`);
  await writeFile(file, bytes);
  return file;
}
/** The format, or the code of the refusal. */
async function outcome(bytes: Buffer | string): Promise<string> {
  try {
    return await recognise(await fileOf(bytes));
  } catch (error) {
    return error instanceof Refusal ? error.code : String(error);
  }
}

describe('what a file is', () => {
  test('is told by its content', async () => {
    expect(await outcome(pdf(1))).toBe('pdf');
    expect(await outcome(Buffer.concat([Buffer.from('Some mailer put this here.\n'), pdf(1)]))).toBe('pdf');
    expect(await outcome(zip([contentTypes(), wordDocument()]))).toBe('docx');
  });

  test.each([
    ['application/vnd.ms-word.document.macroEnabled.main+xml', 'docx'],
    ['application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml', 'xlsx'],
    ['application/vnd.ms-excel.sheet.macroEnabled.main+xml', 'xlsx'],
    ['application/vnd.openxmlformats-officedocument.presentationml.slideshow.main+xml', 'pptx'],
    ['application/vnd.ms-powerpoint.presentation.macroEnabled.main+xml', 'pptx'],
    ['application/vnd.ms-visio.drawing.main+xml', 'document-type'],
  ])('is %s: %s', async (type, expected) => {
    expect(await outcome(zip([contentTypes(type), wordDocument()]))).toBe(expected);
  });

  test.each([
    ['a text', 'Hello, this is a letter.\n'],
    ['a Japanese text in Shift_JIS', Buffer.from('82b182f182c982bf82cd0d0a'.repeat(20), 'hex')],
    ['a web page', '<!doctype html><title>Hello</title>'],
    ['a picture', Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex')],
    ['a program', Buffer.concat([Buffer.from('MZ'), Buffer.alloc(100)])],
    ['a zip archive', zip([{ name: 'readme.txt', content: 'hello' }])],
    [
      'an OpenDocument text',
      zip([contentTypes(), wordDocument(), { name: 'mimetype', content: 'application/vnd.oasis' }]),
    ],
    [
      'an OLE2 file of another program',
      ole({ streams: [{ name: 'VisioDocument', content: Buffer.alloc(9) }] }),
    ],
  ])('is of a wrong type when it is %s', async (_what, bytes) => {
    expect(await outcome(bytes)).toBe('document-type');
  });

  test.each([
    ['a Windows program', 'MZ'],
    ['a Linux program', '\x7fELF'],
    ['a script', '#!/bin/sh\n'],
    ['an archive', 'PK'],
    ['an archive without files', 'PK\x05\x06'],
    ['a picture', '\xff\xd8\xff\xe0'],
  ])('is of a wrong type when it is a PDF that begins as %s does', async (_what, begin) => {
    const start = Buffer.concat([Buffer.from(begin, 'latin1'), Buffer.alloc(100)]);
    expect(await outcome(Buffer.concat([start, pdf(1)]))).toBe('document-type');
  });

  test('is damaged when there is nothing, or nothing known', async () => {
    expect(await outcome('')).toBe('document-damaged');
    expect(
      await outcome(Buffer.from(Array.from({ length: 5000 }, (_, i) => (i * 7919 + (i >> 3) * 31) & 0xff))),
    ).toBe('document-damaged');
  });
});

describe('a zip that is not what it says', () => {
  test('is damaged when it has been cut', async () => {
    const whole = zip([contentTypes(), wordDocument()]);
    expect(await outcome(whole.subarray(0, whole.length / 2))).toBe('document-damaged');
  });

  test('is damaged when a check sum is wrong', async () => {
    const part = { ...wordDocument(), lies: { crc: 1 } };
    expect(await outcome(zip([contentTypes(), part]))).toBe('document-damaged');
  });

  test('is refused when it inflates further than it says', async () => {
    const part = { ...wordDocument(`<a>${' '.repeat(200_000)}</a>`), lies: { size: 10 } };
    expect(await outcome(zip([contentTypes(), part]))).toBe('document-damaged');
  });

  test('is too large when it says to inflate to more than there is room for', async () => {
    const part = { ...wordDocument(), lies: { size: zipBudget.entryBytes + 1 } };
    expect(await outcome(zip([contentTypes(), part]))).toBe('document-too-large');
    const many = Array.from({ length: 4 }, (_, i) => ({
      name: `part${i}.bin`,
      content: 'x',
      lies: { size: zipBudget.entryBytes - 1 },
    }));
    expect(await outcome(zip([contentTypes(), wordDocument(), ...many]))).toBe('document-too-large');
  });

  test('is too large when it is packed more densely than any document', async () => {
    const part = { name: 'word/media/blank.bin', content: Buffer.alloc(zipBudget.ratioFromBytes + 1) };
    expect(await outcome(zip([contentTypes(), wordDocument(), part]))).toBe('document-too-large');
  });

  test('is too large when it has more parts than any document', async () => {
    const parts = Array.from({ length: zipBudget.entries }, (_, i) => ({ name: `${i}`, content: '' }));
    expect(await outcome(zip([contentTypes(), wordDocument(), ...parts]))).toBe('document-too-large');
  });

  test('is damaged when its main part is missing, or when it says to be two things', async () => {
    expect(await outcome(zip([contentTypes()]))).toBe('document-damaged');
    expect(await outcome(zip([contentTypes(), contentTypes(), wordDocument()]))).toBe('document-damaged');
  });

  test('is damaged when a part of it defines entities, in whatever encoding', async () => {
    const bomb = '<?xml version="1.0"?><!-- x --><!DOCTYPE a [<!ENTITY b "bb">]><a>&b;</a>';
    expect(await outcome(zip([contentTypes(), wordDocument(bomb)]))).toBe('document-damaged');
    const utf16 = Buffer.concat([Buffer.from('fffe', 'hex'), Buffer.from(bomb, 'utf16le')]);
    const part = { name: 'word/document.xml', content: utf16 };
    expect(await outcome(zip([contentTypes(), part]))).toBe('document-damaged');
  });

  test('is too large when a picture in it is', async () => {
    const png = Buffer.alloc(64);
    Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex').copy(png);
    png.writeUInt32BE(40_000, 16);
    png.writeUInt32BE(40_000, 20);
    const part = { name: 'word/media/image1.png', content: png };
    expect(await outcome(zip([contentTypes(), wordDocument(), part]))).toBe('document-too-large');
  });
});

describe('a picture', () => {
  test('tells its size in its first bytes, as JPEG after other parts', () => {
    const jpeg = Buffer.from('ffd8ffe000041234ffc0000b0801000200', 'hex');
    expect(pixelsOf(Buffer.concat([jpeg, Buffer.alloc(20)]))).toBe(0x100 * 0x200);
    const gif = Buffer.concat([Buffer.from('GIF89a'), Buffer.from([4, 0, 5, 0]), Buffer.alloc(20)]);
    expect(pixelsOf(gif)).toBe(20);
    expect(pixelsOf(Buffer.alloc(100))).toBeNull();
  });
});

describe('an old Office file', () => {
  const word = { name: 'WordDocument', content: wordStream() };
  const book = (...all: Parameters<typeof records>) => ({ name: 'Workbook', content: records(...all) });
  const user = (token: number) => {
    const content = Buffer.alloc(32);
    content.writeUInt32LE(token, 12);
    return { name: 'Current User', content };
  };
  const slides = { name: 'PowerPoint Document', content: Buffer.alloc(64, 1) };

  test('is told by its streams', async () => {
    expect(await outcome(ole({ streams: [word] }))).toBe('doc');
    expect(await outcome(ole({ streams: [book([0x0809, 16], [0x0085, 8])] }))).toBe('xls');
    expect(await outcome(ole({ streams: [user(0xe391c05f), slides] }))).toBe('ppt');
  });

  test('is encrypted in each of the ways there are', async () => {
    expect(await outcome(ole({ streams: [{ name: 'WordDocument', content: wordStream(0x0100) }] }))).toBe(
      'document-encrypted',
    );
    expect(await outcome(ole({ streams: [book([0x0809, 16], [0x002f, 54])] }))).toBe('document-encrypted');
    expect(await outcome(ole({ streams: [user(0xf3d1c4df), slides] }))).toBe('document-encrypted');
    expect(await outcome(ole({ streams: [{ name: 'EncryptedPackage', content: Buffer.alloc(9) }] }))).toBe(
      'document-encrypted',
    );
  });

  const directoryAt = 2 * sector;
  test.each([
    ['ends in its header', (): Buffer => ole({ streams: [word] }).subarray(0, 100)],
    ['has been cut', () => ole({ streams: [word] }).subarray(0, 6 * sector)],
    [
      'has a directory that leads back to itself',
      () => ole({ streams: [word], spoil: (f) => f.writeUInt32LE(1, directoryAt + 128 + 0x44) }),
    ],
    [
      'has a directory that leads nowhere',
      () => ole({ streams: [word], spoil: (f) => f.writeUInt32LE(77, directoryAt + 0x4c) }),
    ],
    [
      'has a table of sectors that loops',
      () => ole({ streams: [word], spoil: (f) => f.writeUInt32LE(1, sector + 4) }),
    ],
    [
      'has a stream that loops',
      () => ole({ streams: [word], spoil: (f) => f.writeUInt32LE(2, sector + 4 * 4) }),
    ],
    [
      'has a stream that ends too early',
      () => ole({ streams: [word], spoil: (f) => f.writeUInt32LE(0xfffffffe, sector + 4 * 4) }),
    ],
    [
      'has a stream larger than itself',
      () => ole({ streams: [word], spoil: (f) => f.writeUInt32LE(0x7fffffff, directoryAt + 128 + 0x78) }),
    ],
    [
      'says to have four billion tables',
      () => ole({ streams: [word], spoil: (f) => f.writeUInt32LE(0xffffffff, 0x2c) }),
    ],
    ['has tables that lead back to themselves', () => withLoopingTables()],
    [
      'has sectors of an impossible size',
      () => ole({ streams: [word], spoil: (f) => f.writeUInt16LE(31, 0x1e) }),
    ],
    [
      'has a small stream without a place',
      () => ole({ streams: [word], spoil: (f) => f.writeUInt32LE(100, directoryAt + 128 + 0x78) }),
    ],
    [
      'does not begin as its kind does',
      () => ole({ streams: [{ name: 'WordDocument', content: Buffer.alloc(64) }] }),
    ],
  ])('is damaged when it %s', async (_what, make) => {
    expect(await outcome(make())).toBe('document-damaged');
  });
});

/** More tables than the header has room for, and the list of the others goes on where it began. */
function withLoopingTables(): Buffer {
  const list = 100;
  const file = Buffer.concat([
    ole({ streams: [{ name: 'WordDocument', content: wordStream() }] }),
    Buffer.alloc(300 * sector),
  ]);
  file.writeUInt32LE(250, 0x2c);
  file.fill(0, 0x4c, sector);
  file.writeUInt32LE(list, 0x44);
  file.writeUInt32LE(list, (list + 2) * sector - 4);
  return file;
}

describe('the fonts that a document mentions', () => {
  test('are read from what chooses them and from lists', async () => {
    const styles = '<w:rFonts w:ascii="Century" w:eastAsia="ＭＳ 明朝"/><w:font w:name="Arial"/>';
    const theme = '<a:latin typeface="A&amp;B"/><a:font script="Jpan" typeface="游明朝"/>';
    const parts = [wordDocument(styles), { name: 'word/theme/theme1.xml', content: theme }];
    const found = await namesInOoxml(await fileOf(zip([contentTypes(), ...parts])));
    expect(found).toEqual({ chosen: ['Century', 'ＭＳ 明朝', 'A&B'], others: ['Arial', '游明朝'] });
  });

  test('are found in old files in UTF-16 and in Shift_JIS', async () => {
    const bytes = Buffer.concat([
      Buffer.from('ＭＳ 明朝', 'utf16le'),
      Buffer.from('826c827220835383568362834e', 'hex'), // ＭＳ ゴシック
      Buffer.from('Century'),
    ]);
    const names = ['ＭＳ 明朝', 'ＭＳ ゴシック', 'Century', '游明朝', 'Arial'];
    expect(await namesInOle(await fileOf(bytes), names)).toEqual(['ＭＳ 明朝', 'ＭＳ ゴシック', 'Century']);
  });
});
