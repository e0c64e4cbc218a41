import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import type { Photo } from '../../test/kit/pdf.ts';

const width = 1_280;
const height = 960;

/** So many different photos of about 200 kB each, as a sales presentation has them. */
export function photosOf(count: number): Photo[] {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'taimen-photos-'));
  try {
    const source = `mandelbrot=size=${width}x${height}:rate=1:maxiter=2000,noise=alls=18:allf=t`;
    const args = ['-v', 'error', '-f', 'lavfi', '-i', source, '-frames:v', String(count), '-q:v', '4'];
    execFileSync('ffmpeg', [...args, '-pix_fmt', 'yuvj420p', path.join(folder, '%04d.jpg')]);
    const names = readdirSync(folder).sort();
    return names.map((name) => ({ jpeg: readFileSync(path.join(folder, name)), width, height }));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
