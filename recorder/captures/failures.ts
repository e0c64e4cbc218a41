import { FfmpegError } from '../ffmpeg.ts';

/** What the disk says when nothing can be written. */
const diskCodes = new Set(['ENOSPC', 'EDQUOT', 'EROFS', 'EACCES', 'EPERM', 'EIO']);

/** What a failure means for the people concerned. */
export function failureOf(error: unknown): { code: 'recording-disk' | 'recording-failed'; message: string } {
  const { code, message } = error as NodeJS.ErrnoException;
  const isDisk = diskCodes.has(code ?? '') || (error instanceof FfmpegError && error.isForWantOfRoom);
  return { code: isDisk ? 'recording-disk' : 'recording-failed', message };
}
