import type { FileHandle } from 'node:fs/promises';
import { Refusal } from '../../protocol/codes.ts';
import type { DocumentFormat } from '../../protocol/documents.ts';
import { OleFile, type OleStream } from './ole.ts';

/** Which of the old Office formats an OLE2 file is in, and whether a password guards it. */

const encryptedUserToken = 0xf3d1c4df;
const wordMagics = [0xa5ec, 0xa5dc];
const excel = {
  /** Beginning of a part, in the versions of the format. */
  bof: [0x0809, 0x0409, 0x0209, 0x0009],
  eof: 0x000a,
  filePass: 0x002f,
  boundSheet: 0x0085,
};
/** What guards a workbook stands right at its beginning. */
const workbookHeadBytes = 64 * 1024;

const encrypted = () => new Refusal('document-encrypted', 'The file is protected with a password.');
const damaged = () => new Refusal('document-damaged', 'The file is damaged: it does not begin as it should.');

/** @throws Refusal document-type, document-encrypted or document-damaged */
export async function recogniseOle(file: FileHandle, fileBytes: number): Promise<DocumentFormat> {
  const ole = await OleFile.open(file, fileBytes);
  if (ole.stream('EncryptedPackage')) throw encrypted();
  const word = ole.stream('WordDocument');
  if (word) return await checkWord(ole, word);
  const workbook = ole.stream('Workbook', 'Book');
  if (workbook) return await checkWorkbook(ole, workbook);
  const presentation = ole.stream('PowerPoint Document');
  if (presentation) return await checkPresentation(ole, presentation);
  throw new Refusal(
    'document-type',
    'This is a file of another program in the container of old Office files.',
  );
}

async function checkWord(ole: OleFile, stream: OleStream): Promise<DocumentFormat> {
  const head = await ole.read(stream, 32);
  if (head.length < 32 || !wordMagics.includes(head.readUInt16LE(0))) throw damaged();
  if ((head.readUInt16LE(0x0a) & 0x0100) !== 0) throw encrypted();
  return 'doc';
}

async function checkWorkbook(ole: OleFile, stream: OleStream): Promise<DocumentFormat> {
  const head = await ole.read(stream, workbookHeadBytes);
  if (head.length < 8 || !excel.bof.includes(head.readUInt16LE(0))) throw damaged();
  for (let at = 0; at + 4 <= head.length; at += 4 + head.readUInt16LE(at + 2)) {
    const record = head.readUInt16LE(at);
    if (record === excel.filePass) throw encrypted();
    if (record === excel.eof || record === excel.boundSheet) break;
  }
  return 'xls';
}

async function checkPresentation(ole: OleFile, stream: OleStream): Promise<DocumentFormat> {
  if (ole.stream('EncryptedSummary')) throw encrypted();
  const user = ole.stream('Current User');
  const token = user && (await ole.read(user, 16));
  if (token && token.length >= 16 && token.readUInt32LE(12) === encryptedUserToken) throw encrypted();
  if ((await ole.read(stream, 8)).length < 8) throw damaged();
  return 'ppt';
}
