import { setTimeout as delay } from 'node:timers/promises';
import type { Browser, Page } from '@playwright/test';
import { launchChromium } from '../../../web/e2e/kit/chromium.ts';
import { mediaFiles } from '../../../web/e2e/kit/media-files.ts';
import { descendants, processorMs } from '../kit/processes.ts';

const measureMs = 20_000;
const settleMs = 8_000;
const people = 4;

/**
 * The usual way of others, at its cheapest: a headless browser that is in the call as nobody, shows the four pictures
 * beside a page at 1280×720, and records its own tab with MediaRecorder at the same rate and bitrate. There is no
 * product around it, and no screen, no second encoder as in most of them.
 *
 * @returns cores that the headless browser takes; who sends is not counted
 */
export async function measureHeadlessBrowser(): Promise<number> {
  const sending = await launchChromium({ media: mediaFiles('red'), allows: true });
  try {
    const known = new Set(descendants(process.pid));
    const recording = await launchChromium({
      media: null,
      allows: true,
    });
    try {
      const [from, to] = [await emptyPage(sending), await emptyPage(recording)];
      await to.evaluate(layOut);
      for (let person = 0; person < people; person += 1) await connect(from, to);
      await to.evaluate(record);
      await delay(settleMs);
      const pids = descendants(process.pid).filter((pid) => !known.has(pid));
      const [begun, used] = [performance.now(), processorMs(pids)];
      const before = await to.evaluate(() => window.recordedBytes);
      await delay(measureMs);
      const cores = (processorMs(pids) - used) / (performance.now() - begun);
      const bytes = (await to.evaluate(() => window.recordedBytes)) - before;
      if (bytes < 100_000) throw new Error(`The headless browser has recorded only ${bytes} bytes.`);
      return cores;
    } finally {
      await recording.close();
    }
  } finally {
    await sending.close();
  }
}

/** With the rights of a secure page. */
async function emptyPage(browser: Browser): Promise<Page> {
  const page = await browser.newPage({ viewport: { width: 1_280, height: 720 } });
  await page.route('http://localhost/', (route) => route.fulfill({ contentType: 'text/html', body: '' }));
  await page.goto('http://localhost/');
  return page;
}

declare global {
  interface Window {
    recordedBytes: number;
    sound: MediaStreamAudioDestinationNode;
    connections?: RTCPeerConnection[];
  }
}

/** Camera and microphone of one more person go from one page to the other. */
async function connect(from: Page, to: Page): Promise<void> {
  const offer = await from.evaluate(async () => {
    const connection = new RTCPeerConnection();
    (window.connections ??= []).push(connection);
    const media = await navigator.mediaDevices.getUserMedia({
      audio: true,
      video: { width: 640, height: 360, frameRate: 15 },
    });
    for (const track of media.getTracks()) {
      const { sender } = connection.addTransceiver(track, { direction: 'sendonly' });
      if (track.kind !== 'video') continue;
      const parameters = sender.getParameters();
      for (const encoding of parameters.encodings) encoding.maxBitrate = 500_000;
      await sender.setParameters(parameters);
    }
    await connection.setLocalDescription();
    while (connection.iceGatheringState !== 'complete') await new Promise(requestAnimationFrame);
    return connection.localDescription!.sdp;
  });
  const answer = await to.evaluate(async (sdp) => {
    const connection = new RTCPeerConnection();
    (window.connections ??= []).push(connection);
    connection.ontrack = ({ track }) => {
      const stream = new MediaStream([track]);
      const element = document.createElement(track.kind === 'video' ? 'video' : 'audio');
      Object.assign(element, { srcObject: stream, muted: true, autoplay: true });
      (track.kind === 'video' ? document.querySelector('aside')! : document.body).append(element);
      if (track.kind === 'audio') {
        new MediaStreamAudioSourceNode(window.sound.context as AudioContext, { mediaStream: stream }).connect(
          window.sound,
        );
      }
    };
    await connection.setRemoteDescription({ type: 'offer', sdp });
    await connection.setLocalDescription();
    while (connection.iceGatheringState !== 'complete') await new Promise(requestAnimationFrame);
    return connection.localDescription!.sdp;
  }, offer);
  await from.evaluate(
    (sdp) => window.connections!.at(-1)!.setRemoteDescription({ type: 'answer', sdp }),
    answer,
  );
}

/** Runs in the page. */
function layOut(): void {
  document.body.innerHTML = '<aside></aside><canvas width=1280 height=720></canvas>';
  window.sound = new AudioContext().createMediaStreamDestination();
}

/** Runs in the page. */
function record(): void {
  const canvas = document.querySelector('canvas')!;
  const context = canvas.getContext('2d', { alpha: false })!;
  const videos = [...document.querySelectorAll('video')];
  setInterval(() => {
    context.fillStyle = '#fff';
    context.fillRect(0, 0, 1_040, 720);
    videos.forEach((video, index) => context.drawImage(video, 1_044, index * 140, 232, 130));
  }, 1_000 / 15);
  const picture = canvas.captureStream(15);
  window.recordedBytes = 0;
  const all = new MediaStream([...picture.getVideoTracks(), ...window.sound.stream.getAudioTracks()]);
  const recorder = new MediaRecorder(all, {
    mimeType: 'video/webm;codecs=vp8,opus',
    videoBitsPerSecond: 380_000,
  });
  recorder.ondataavailable = ({ data }) => (window.recordedBytes += data.size);
  recorder.start(1_000);
}
