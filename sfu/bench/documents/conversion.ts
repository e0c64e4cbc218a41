import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { DocumentPreparation } from '../../documents/preparation.ts';
import { createLog } from '../../log.ts';
import { median } from '../kit/numbers.ts';

const root = path.resolve(import.meta.dirname, '../../..');
const corpus = path.resolve(root, '../shared/corpus/good');

/** Own samples, and where they are at hand some documents by other people. */
const files = [
  path.join(root, 'samples/service-guide.pptx'),
  path.join(root, 'samples/proposal.docx'),
  path.join(root, 'samples/estimate.xlsx'),
  ...[
    'docx-japanese-rfp.docx',
    'ppt-security-talk.ppt',
    'xls-three-charts.xls',
    'pptx-japanese-34-slides.pptx',
  ].map((name) => path.join(corpus, name)),
].filter((file) => existsSync(file));

export type Conversion = { file: string; oursMs: number; bareMs: number; pages: number };

/** From an accepted file to a PDF that has been read back, beside LibreOffice alone on the same file. */
export async function measureConversion(runs: number): Promise<Conversion[]> {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'taimen-bench-'));
  const preparation = await DocumentPreparation.create({
    jobsDir: path.join(folder, 'jobs'),
    limits: { pages: 500 },
    log: createLog('warn'),
  });
  try {
    const results: Conversion[] = [];
    for (const file of files) {
      const ours: number[] = [];
      const bare: number[] = [];
      let pages = 0;
      // In turns, so that a machine that becomes slower does so for both; the first of each warms up.
      for (let run = 0; run <= runs; run += 1) {
        bare.push(await timed(() => convertBare(file, path.join(folder, `bare-${run}`))));
        ours.push(
          await timed(async () => {
            const format = await preparation.recognise(file);
            const prepared = await preparation.prepare(file, format);
            pages = prepared.pages;
            await prepared.dispose();
          }),
        );
      }
      results.push({
        file: path.basename(file),
        oursMs: median(ours.slice(1)),
        bareMs: median(bare.slice(1)),
        pages,
      });
    }
    return results;
  } finally {
    await preparation.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** As somebody would who trusts the file: no sandbox, no limits, nothing looked at. */
async function convertBare(file: string, folder: string): Promise<void> {
  const profile = `-env:UserInstallation=file://${folder}/profile`;
  const args = [profile, '--headless', '--convert-to', 'pdf', '--outdir', folder, file];
  const soffice = spawn('soffice', args, { stdio: 'ignore' });
  await once(soffice, 'exit');
  rmSync(folder, { recursive: true, force: true });
}

async function timed(act: () => Promise<void>): Promise<number> {
  const since = performance.now();
  await act();
  return performance.now() - since;
}
