import type { Migration } from 'kysely/migration';
import * as first from './0001-first.ts';
import * as documents from './0002-documents.ts';
import * as recordings from './0003-recordings.ts';
import * as history from './0004-history.ts';
import * as organization from './0005-organization.ts';

/**
 * Every migration, by a name that is never changed once it is out: databases remember it. New ones go to the
 * end. Listed here rather than found in the folder, so that a missing file is an error at once.
 */
export const migrations: Record<string, Migration> = {
  '0001-first': first,
  '0002-documents': documents,
  '0003-recordings': recordings,
  '0004-history': history,
  '0005-organization': organization,
};
