import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { launchChromium } from '../../../web/e2e/kit/chromium.ts';
import { processorMs } from '../kit/processes.ts';
import { colours } from './four-people.ts';

const measureMs = 20_000;
const settleMs = 3_000;

/**
 * The usual way of others, at its cheapest: a headless browser that shows the four pictures and a page in a picture
 * of the same size and rate and records what it shows with MediaRecorder. The pictures come from files, so
 * receiving them costs nothing.
 *
 * @returns cores
 */
export async function measureHeadlessBrowser(): Promise<number> {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'taimen-headless-'));
  try {
    const pictures = colours.map((_, index) => {
      const file = path.join(folder, `${index}.webm`);
      const source = `testsrc2=s=640x360:r=15,hue=h=${index * 90}`;
      const encoding = ['-c:v', 'libvpx', '-deadline', 'realtime', '-cpu-used', '8', '-b:v', '500k'];
      execFileSync('ffmpeg', ['-v', 'error', '-f', 'lavfi', '-i', source, '-t', '10', ...encoding, file]);
      return `data:video/webm;base64,${readFileSync(file).toString('base64')}`;
    });
    const browser = await launchChromium({ media: null, allows: true });
    try {
      const page = await browser.newPage({ viewport: { width: 1_280, height: 720 } });
      const before = pidsOfChromium();
      await page.evaluate(record, pictures);
      await delay(settleMs);
      const pids = before.filter((pid) => pidsOfChromium().includes(pid));
      const [begun, used] = [performance.now(), processorMs(pids)];
      await delay(measureMs);
      const cores = (processorMs(pids) - used) / (performance.now() - begun);
      const bytes = await page.evaluate(() => window.recordedBytes);
      if (bytes < 100_000) throw new Error(`The headless browser has recorded only ${bytes} bytes.`);
      return cores;
    } finally {
      await browser.close();
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

declare global {
  interface Window {
    recordedBytes: number;
  }
}

/** Runs in the page. */
async function record(pictures: string[]): Promise<void> {
  const canvas = document.createElement('canvas');
  canvas.width = 1_280;
  canvas.height = 720;
  document.body.append(canvas);
  const context = canvas.getContext('2d')!;
  const videos = await Promise.all(
    pictures.map(async (src) => {
      const video = document.createElement('video');
      Object.assign(video, { src, loop: true, muted: true });
      await video.play();
      return video;
    }),
  );
  const paint = () => {
    context.fillStyle = '#fff';
    context.fillRect(0, 0, 1_040, 720);
    videos.forEach((video, index) => {
      context.drawImage(video, 1_044, index * 140, 232, 130);
    });
  };
  setInterval(paint, 1_000 / 15);
  window.recordedBytes = 0;
  const recorder = new MediaRecorder(canvas.captureStream(15), {
    mimeType: 'video/webm;codecs=vp8',
    videoBitsPerSecond: 380_000,
  });
  recorder.ondataavailable = ({ data }) => (window.recordedBytes += data.size);
  recorder.start(1_000);
}

/** All processes of the browser that this process has started. */
function pidsOfChromium(): number[] {
  const parents = new Map(
    readdirSync('/proc')
      .filter((name) => /^\d+$/.test(name))
      .flatMap((name) => {
        try {
          const stat = readFileSync(`/proc/${name}/stat`, 'utf8');
          return [[Number(name), Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1])] as const];
        } catch {
          return [];
        }
      }),
  );
  const isOurs = (pid: number): boolean => {
    for (let each = pid; each > 1; each = parents.get(each) ?? 0) if (each === process.pid) return true;
    return false;
  };
  return [...parents.keys()].filter((pid) => pid !== process.pid && isOurs(pid));
}
