import { open } from 'node:fs/promises';
import { Refusal } from '../../protocol/codes.ts';
import type { DocumentFormat } from '../../protocol/documents.ts';
import { oleSignature } from './ole.ts';
import { recogniseOle } from './ole-documents.ts';
import { recogniseOoxml } from './ooxml.ts';
import { hasOtherSignature, isAnotherType } from './other-types.ts';

/** As PDF readers do: what comes before the mark is skipped. */
const pdfMarkWithinBytes = 1024;
const headBytes = 4096;

/**
 * What a file is by its content; its name is never asked.
 * @throws Refusal document-type, document-encrypted, document-damaged or document-too-large
 */
export async function recognise(path: string): Promise<DocumentFormat> {
  const file = await open(path);
  try {
    const { size } = await file.stat();
    const { buffer, bytesRead } = await file.read(Buffer.alloc(headBytes), 0, headBytes, 0);
    const head = buffer.subarray(0, bytesRead);
    if (head.length === 0) throw new Refusal('document-damaged', 'The file is empty.');
    if (head.subarray(0, oleSignature.length).equals(oleSignature)) return await recogniseOle(file, size);
    if (head.toString('latin1', 0, 4) === 'PK\x03\x04') return await recogniseOoxml(path, size);
    const isPdf = head.subarray(0, pdfMarkWithinBytes + '%PDF-'.length).includes('%PDF-');
    // What comes before the mark may be anything, but no program that somebody saves and starts.
    if (isPdf && !hasOtherSignature(head)) return 'pdf';
    if (isAnotherType(head)) throw new Refusal('document-type', 'This is no PDF and no Office file.');
    throw new Refusal('document-damaged', 'The file is damaged: it is not recognisable as anything.');
  } finally {
    await file.close();
  }
}
