import type { Insertable, Selectable } from 'kysely';
import type { DocumentFormat, SubstitutedFont } from '../protocol/documents.ts';
import type { Database } from './database.ts';
import type { DocumentState, DocumentTable } from './schema.ts';
import { storable } from './text.ts';

/** A document as the store keeps it. Times are milliseconds since 1970. */
export type DocumentRecord = {
  id: string;
  /** The owner; null for what a guest has brought and nobody has kept. */
  accountId: string | null;
  /** The guest who has brought it, while their meeting runs; null for a rep's own. */
  broughtBy: { meetingId: string; participantId: string } | null;
  title: string;
  fileName: string;
  format: DocumentFormat;
  bytes: number;
  pages: number;
  version: number;
  shareFile: boolean;
  position: number;
  state: DocumentState;
  originalBlob: string;
  pdfBlob: string | null;
  substitutedFonts: SubstitutedFont[];
  replaces: string | null;
  createdAt: number;
};

/** What can be different later. */
export type DocumentChange = Partial<
  Pick<DocumentRecord, 'title' | 'shareFile' | 'state' | 'pages' | 'pdfBlob' | 'substitutedFonts'>
>;

/** Documents, their order and their memos. */
export class DocumentRepository {
  readonly #db: Database;

  constructor(db: Database) {
    this.#db = db;
  }

  /** Stores a new one; in front of the owner's others. */
  async insert(record: Omit<DocumentRecord, 'position'>): Promise<DocumentRecord> {
    const position = record.accountId === null ? 0 : await this.#front(record.accountId);
    const stored = { ...record, position };
    await this.#db.insertInto('documents').values(toRow(stored)).execute();
    return stored;
  }

  async load(id: string): Promise<DocumentRecord | null> {
    const row = await this.#db.selectFrom('documents').selectAll().where('id', '=', id).executeTakeFirst();
    return row ? toRecord(row) : null;
  }

  /** With the files that are to replace those of others, in the owner's order. */
  async ofAccount(accountId: string): Promise<DocumentRecord[]> {
    return this.#all('account_id', accountId);
  }

  async ofMeeting(meetingId: string): Promise<DocumentRecord[]> {
    return this.#all('meeting_id', meetingId);
  }

  /** The new file of a document, on its way or refused. */
  async replacementOf(id: string): Promise<DocumentRecord | null> {
    return (await this.#all('replaces', id)).at(-1) ?? null;
  }

  /** Those whose conversion a server before this one did not finish, oldest first. */
  async unfinished(): Promise<DocumentRecord[]> {
    return this.#all('state', 'converting');
  }

  /** New files that are ready, and whose documents a server before this one did not give them to. */
  async unplaced(): Promise<DocumentRecord[]> {
    return (await this.#all('state', 'ready')).filter(({ replaces }) => replaces !== null);
  }

  /** The meetings to which guests have brought documents that are still there. */
  async meetingsWithDocuments(): Promise<string[]> {
    const rows = await this.#db
      .selectFrom('documents')
      .where('meeting_id', 'is not', null)
      .select('meeting_id')
      .distinct()
      .execute();
    return rows.flatMap((row) => row.meeting_id ?? []);
  }

  /** Every key of the blob store that a document uses. */
  async blobs(): Promise<Set<string>> {
    const rows = await this.#db.selectFrom('documents').select(['original_blob', 'pdf_blob']).execute();
    return new Set(rows.flatMap((row) => [row.original_blob, ...(row.pdf_blob ? [row.pdf_blob] : [])]));
  }

  /** @returns the document as it is then, or null when it is gone. */
  async change(id: string, change: DocumentChange): Promise<DocumentRecord | null> {
    const values = toColumns(change);
    if (Object.keys(values).length > 0) {
      await this.#db.updateTable('documents').set(values).where('id', '=', id).execute();
    }
    return this.load(id);
  }

  /** @returns the blobs that nothing uses any more; null when it was gone already. */
  async remove(id: string): Promise<string[] | null> {
    const row = await this.#db
      .deleteFrom('documents')
      .where('id', '=', id)
      .returning(['original_blob', 'pdf_blob'])
      .executeTakeFirst();
    return row ? blobsOf(row) : null;
  }

  /** Documents of the account that are not named keep their places behind those that are. */
  async order(accountId: string, ids: readonly string[]): Promise<void> {
    await this.#db.transaction().execute(async (db) => {
      const rows = await db
        .selectFrom('documents')
        .where('account_id', '=', accountId)
        .select('id')
        .orderBy('position')
        .orderBy('id')
        .execute();
      const own = new Set(rows.map(({ id }) => id));
      const named = [...new Set(ids)].filter((id) => own.has(id));
      const rest = rows.map(({ id }) => id).filter((id) => !named.includes(id));
      for (const [position, id] of [...named, ...rest].entries()) {
        await db.updateTable('documents').set({ position }).where('id', '=', id).execute();
      }
    });
  }

  /**
   * A document gets the file of another one, which is no more after that. Its title, place and memos stay.
   *
   * @returns the document as it is then and the blobs that nothing uses any more; null when either is gone.
   */
  async replaceFile(
    id: string,
    replacementId: string,
  ): Promise<{ document: DocumentRecord; unused: string[] } | null> {
    return this.#db.transaction().execute(async (db) => {
      const select = db.selectFrom('documents').selectAll();
      const old = await select.where('id', '=', id).executeTakeFirst();
      const next = await select.where('id', '=', replacementId).executeTakeFirst();
      if (!old || !next) return null;
      await db.deleteFrom('documents').where('id', '=', replacementId).execute();
      const { file_name, format, bytes, pages, original_blob, pdf_blob, substituted_fonts } = next;
      const values = { file_name, format, bytes, pages, original_blob, pdf_blob, substituted_fonts };
      // Nothing else is written: its title or permission may be changed in this very moment.
      const changed = await db
        .updateTable('documents')
        .set((eb) => ({ ...values, version: eb('version', '+', 1) }))
        .where('id', '=', id)
        .returningAll()
        .executeTakeFirst();
      return changed ? { document: toRecord(changed), unused: blobsOf(old) } : null;
    });
  }

  /** Those that are not empty, by page. */
  async memos(documentId: string): Promise<{ page: number; text: string }[]> {
    return this.#db
      .selectFrom('document_memos')
      .where('document_id', '=', documentId)
      .select(['page', 'text'])
      .orderBy('page')
      .execute();
  }

  /** An empty text removes the memo. */
  async writeMemo(documentId: string, page: number, text: string): Promise<void> {
    if (text === '') {
      await this.#db
        .deleteFrom('document_memos')
        .where('document_id', '=', documentId)
        .where('page', '=', page)
        .execute();
      return;
    }
    const stored = storable(text);
    await this.#db
      .insertInto('document_memos')
      .values({ document_id: documentId, page, text: stored })
      .onConflict((conflict) => conflict.columns(['document_id', 'page']).doUpdateSet({ text: stored }))
      .execute();
  }

  async #front(accountId: string): Promise<number> {
    const first = await this.#db
      .selectFrom('documents')
      .where('account_id', '=', accountId)
      .select((eb) => eb.fn.min('position').as('position'))
      .executeTakeFirst();
    return (first?.position ?? 1) - 1;
  }

  async #all(column: 'account_id' | 'meeting_id' | 'replaces' | 'state', value: string) {
    const rows = await this.#db
      .selectFrom('documents')
      .selectAll()
      .where(column, '=', value)
      .orderBy('position')
      .orderBy('created_at')
      .orderBy('id')
      .execute();
    return rows.map(toRecord);
  }
}

function blobsOf({ original_blob, pdf_blob }: { original_blob: string; pdf_blob: string | null }): string[] {
  return [...new Set([original_blob, ...(pdf_blob ? [pdf_blob] : [])])];
}

function toRow(record: DocumentRecord): Insertable<DocumentTable> {
  return {
    id: record.id,
    account_id: record.accountId,
    meeting_id: record.broughtBy?.meetingId ?? null,
    participant_id: record.broughtBy?.participantId ?? null,
    title: storable(record.title),
    file_name: storable(record.fileName),
    format: record.format,
    bytes: record.bytes,
    pages: record.pages,
    version: record.version,
    share_file: record.shareFile ? 1 : 0,
    position: record.position,
    state: record.state,
    original_blob: record.originalBlob,
    pdf_blob: record.pdfBlob,
    substituted_fonts: storable(JSON.stringify(record.substitutedFonts)),
    replaces: record.replaces,
    created_at: record.createdAt,
  };
}

/** Only what is to be different: the rest may be changed by somebody else in the same moment. */
function toColumns(change: DocumentChange): Partial<Insertable<DocumentTable>> {
  const { title, shareFile, state, pages, pdfBlob, substitutedFonts } = change;
  return {
    ...(title === undefined ? {} : { title: storable(title) }),
    ...(shareFile === undefined ? {} : { share_file: shareFile ? 1 : 0 }),
    ...(state === undefined ? {} : { state }),
    ...(pages === undefined ? {} : { pages }),
    ...(pdfBlob === undefined ? {} : { pdf_blob: pdfBlob }),
    ...(substitutedFonts === undefined
      ? {}
      : { substituted_fonts: storable(JSON.stringify(substitutedFonts)) }),
  };
}

function toRecord(row: Selectable<DocumentTable>): DocumentRecord {
  return {
    id: row.id,
    accountId: row.account_id,
    broughtBy:
      row.meeting_id !== null && row.participant_id !== null
        ? { meetingId: row.meeting_id, participantId: row.participant_id }
        : null,
    title: row.title,
    fileName: row.file_name,
    format: row.format,
    bytes: row.bytes,
    pages: row.pages,
    version: row.version,
    shareFile: row.share_file === 1,
    position: row.position,
    state: row.state,
    originalBlob: row.original_blob,
    pdfBlob: row.pdf_blob,
    substitutedFonts: JSON.parse(row.substituted_fonts) as SubstitutedFont[],
    replaces: row.replaces,
    createdAt: row.created_at,
  };
}
