import type { Log } from '../log.ts';
import type { BlobStore } from '../store/blobs.ts';
import type { PartRecord, RecordingRepository } from '../store/recording-repository.ts';

type Deps = { recordings: RecordingRepository; blobs: BlobStore; log: Log };

/**
 * Makes the store and the disk agree, at the start: the disk is right about files and sizes, the store about
 * whose they are. Nothing is deleted but what its owner has deleted: files that nobody knows are put aside, and a
 * recording whose file is missing is shown as lost until the file is there again. What a start with another
 * database has put aside is brought back.
 */
export async function reconcile({ recordings, blobs, log }: Deps): Promise<void> {
  const used = new Set<string>();
  for (const part of await recordings.withFile()) {
    for (const key of [part.blob, part.mp4?.blob]) if (key != null) used.add(key);
    try {
      await reconcilePart(part, { recordings, blobs, log });
    } catch (error) {
      log.error({ err: error, recordingId: part.id }, 'the file of a recording cannot be looked at');
    }
  }
  try {
    const aside = await blobs.removeUnused(used);
    if (aside > 0) log.info({ files: aside }, 'files that no recording uses were put aside');
  } catch (error) {
    log.error({ err: error }, 'the folder of recordings cannot be used');
  }
}

async function reconcilePart(part: PartRecord, { recordings, blobs, log }: Deps): Promise<void> {
  const { id, accountId, mp4 } = part;
  for (const key of [part.blob, mp4?.blob]) {
    if (key != null && (await blobs.bringBack(key))) log.warn({ recordingId: id }, 'a file was brought back');
  }
  if (part.state === 'deleted') {
    // The server before this one died in the middle of it.
    await removeFiles(part, { recordings, blobs });
    return;
  }
  if (mp4 && (await blobs.size(mp4.blob)) === null) await recordings.change(id, { mp4: null });
  if (part.blob === null) return;
  const bytes = await blobs.size(part.blob);
  // One statement each: whoever counts in this moment sees one or the other.
  if (bytes === null) {
    if (part.state !== 'ready') return;
    log.error({ recordingId: id, accountId, bytes: part.bytes }, 'the file of a recording is missing');
    await recordings.change(id, { state: 'failed', failure: 'recording-lost', bytes: 0 });
    return;
  }
  if (part.state === 'ready' && bytes === part.bytes) return;
  if (part.state === 'ready') {
    log.warn({ recordingId: id, stored: part.bytes, found: bytes }, 'a recording is of another size');
  }
  // Moved into its place in the moment in which the server before this one died, or put back by the operator.
  await recordings.change(id, { state: 'ready', failure: null, bytes, reservedBytes: 0 });
}

/** Of a deleted recording; idempotent. As long as a file may be there, its place stays written down. */
export async function removeFiles(
  { id, blob, mp4 }: Pick<PartRecord, 'id' | 'blob' | 'mp4'>,
  { recordings, blobs }: Pick<Deps, 'recordings' | 'blobs'>,
): Promise<void> {
  for (const key of [blob, mp4?.blob]) if (key != null) await blobs.remove(key);
  await recordings.change(id, { blob: null, mp4: null }, ['deleted']);
}
