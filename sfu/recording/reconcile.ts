import type { Log } from '../log.ts';
import type { BlobStore } from '../store/blobs.ts';
import type { PartRecord, RecordingRepository } from '../store/recording-repository.ts';

type Deps = { recordings: RecordingRepository; blobs: BlobStore; log: Log };

/**
 * Makes the store and the disk agree, at the start: the disk is right about files and sizes, the store about
 * whose they are. Nothing is deleted: files that nobody knows are put aside, and a recording whose file is
 * missing is shown as failed until the file is there again.
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
  if (mp4 && (await blobs.size(mp4.blob)) === null) await recordings.change(id, { mp4: null });
  if (part.blob === null || part.state === 'deleted') return;
  const bytes = await blobs.size(part.blob);
  // One statement each: whoever counts in this moment sees one or the other.
  if (bytes === null) {
    if (part.state !== 'ready') return;
    log.error({ recordingId: id, accountId, bytes: part.bytes }, 'the file of a recording is missing');
    await recordings.change(id, { state: 'failed', failure: 'recording-failed', bytes: 0 });
    return;
  }
  if (part.state === 'ready' && bytes === part.bytes) return;
  if (part.state === 'ready') {
    log.warn({ recordingId: id, stored: part.bytes, found: bytes }, 'a recording is of another size');
  }
  // Moved into its place in the moment in which the server before this one died, or put back by the operator.
  await recordings.change(id, { state: 'ready', failure: null, bytes, reservedBytes: 0 });
}
