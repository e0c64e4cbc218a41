import { access } from 'node:fs/promises';
import { missingPrograms as missingOfFfmpeg } from './ffmpeg.ts';

/** What else is run here, and Debian's package of it. */
const programs = [
  { file: '/usr/bin/rsvg-convert', package: 'librsvg2-bin' },
  { file: '/usr/bin/pdftoppm', package: 'poppler-utils' },
];

/** @returns null when all is there; else what is missing and what to do, for the operator */
export async function missingPrograms(): Promise<string | null> {
  for (const each of programs) {
    try {
      await access(each.file);
    } catch {
      return `${each.file} is not installed: meetings cannot be recorded (apt-get install ${each.package}).`;
    }
  }
  return missingOfFfmpeg();
}
