import { FfmpegError } from '../ffmpeg.ts';

/** What the disk says when nothing can be written. */
const diskCodes = new Set(['ENOSPC', 'EDQUOT', 'EROFS', 'EACCES', 'EPERM', 'EIO']);

/** What a failure means for the people concerned. */
export function failureOf(error: unknown): { code: 'recording-disk' | 'recording-failed'; message: string } {
  const { code, message, syscall } = error as NodeJS.ErrnoException;
  const isDisk =
    diskCodes.has(code ?? '') ||
    // Of a folder with its parents, Node says so whatever the disk has against it.
    (code === 'ENOENT' && syscall === 'mkdir') ||
    (error instanceof FfmpegError && error.isForWantOfRoom);
  return { code: isDisk ? 'recording-disk' : 'recording-failed', message };
}
