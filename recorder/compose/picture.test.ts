import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import type { RawFrame, TrackInfo } from '../capture/raw.ts';
import { ivfFrames, ivfHeader, isVp9Keyframe } from '../formats/ivf.ts';
import type { Layer, PiecePlan, Still } from '../timeline/types.ts';
import { camera, framesBetween, Pictures, png } from './clips.ts';
import type { StillFile } from './inputs.ts';
import { composePiece, type ComposedPiece } from './piece.ts';

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

let folder = '';
const stills: Record<string, StillFile> = {};

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'taimen-picture-'));
  const make = async (name: string, color: string, width: number, height: number) => {
    stills[name] = { file: await png(folder, `color=${color}:s=${width}x${height}`), width, height };
  };
  await make('background', '0x202020', 1280, 720);
  await make('page', '0xf0f0e0', 800, 600);
  await make('palm', '0xc02000', 40, 40);
});

afterAll(() => rm(folder, { recursive: true, force: true }));

const svg = (name: string): Still & { kind: 'svg' } => ({ kind: 'svg', svg: name, width: 1, height: 1 });
const always = (durationMs: number) => [{ from: 0, to: durationMs }];

const background = (durationMs: number): Layer => ({
  type: 'still',
  still: svg('background'),
  box: { x: 0, y: 0, width: 1280, height: 720 },
  during: always(durationMs),
});

const track = (trackId: string, codec: 'vp8' | 'h264' = 'vp8'): TrackInfo => ({
  trackId,
  participantId: 'p',
  source: 'camera',
  codec,
});

async function compose(
  durationMs: number,
  layers: Layer[],
  media: Record<string, RawFrame[]> = {},
  tracks: TrackInfo[] = Object.keys(media).map((id) => track(id)),
): Promise<ComposedPiece> {
  const plan: PiecePlan = { durationMs, layers, sounds: [] };
  return await composePiece({
    plan,
    tracks,
    frames: async (id, from, to) => framesBetween(media[id] ?? [], from, to),
    still: async (still) => stills[still.kind === 'svg' ? still.svg : 'page']!,
    around: { beforeMs: 0, afterMs: 0 },
    workDir: folder,
    niceness: 0,
  });
}

async function picturesOf(...pieces: ComposedPiece[]): Promise<Pictures> {
  const frames = pieces.flatMap(({ video }) => video ?? []);
  const header = ivfHeader({
    fourcc: 'VP90',
    width: 1280,
    height: 720,
    timeBase: { numerator: 1, denominator: 15 },
    frames: frames.length,
  });
  const file = join(folder, `result-${Math.random()}.ivf`);
  await writeFile(file, Buffer.concat([header, ivfFrames(frames.map((data, time) => ({ time, data })))]));
  return await Pictures.of(file, folder);
}

/** A codec changes colours a little. */
function expectColor(found: [number, number, number], wanted: [number, number, number]): void {
  const off = Math.max(...found.map((value, index) => Math.abs(value - wanted[index]!)));
  expect(off, `${found.join()} should be about ${wanted.join()}`).toBeLessThanOrEqual(14);
}

const gray: [number, number, number] = [0x20, 0x20, 0x20];
const paper: [number, number, number] = [0xf0, 0xf0, 0xe0];
const palmRed: [number, number, number] = [0xc0, 0x20, 0];

test('everybody has their own place and colour, over the background', async () => {
  const colors = { a: '0x3060c0', b: '0x209040', c: '0xb03050', d: '0xc0a020' };
  const media: Record<string, RawFrame[]> = {};
  const layers = [background(1000)];
  for (const [index, [id, color]] of Object.entries(colors).entries()) {
    media[id] = await camera(folder, `color=${color}:s=640x360:r=24`, { durationMs: 1000 });
    const box = { x: 20 + (index % 2) * 640, y: 20 + Math.floor(index / 2) * 360, width: 600, height: 320 };
    layers.push({ type: 'video', trackId: id, box, fit: 'cover', during: always(1000) });
  }
  const piece = await compose(1000, layers, media);
  const pictures = await picturesOf(piece);

  expect(piece.complaints).toEqual([]);
  expect(pictures.count).toBe(15);
  expect(isVp9Keyframe(piece.video![0]!)).toBe(true);
  expect(piece.video!.slice(1).some(isVp9Keyframe)).toBe(false);
  expect(piece.sound).toHaveLength(50);
  for (const frame of [0, 14]) {
    expectColor(pictures.at(frame, 320, 180), [0x30, 0x60, 0xc0]);
    expectColor(pictures.at(frame, 960, 180), [0x20, 0x90, 0x40]);
    expectColor(pictures.at(frame, 320, 540), [0xb0, 0x30, 0x50]);
    expectColor(pictures.at(frame, 960, 540), [0xc0, 0xa0, 0x20]);
    // To the edges of the boxes, and not over them.
    expectColor(pictures.at(frame, 26, 26), [0x30, 0x60, 0xc0]);
    expectColor(pictures.at(frame, 614, 334), [0x30, 0x60, 0xc0]);
    expectColor(pictures.at(frame, 640, 360), gray);
    expectColor(pictures.at(frame, 8, 8), gray);
  }
});

test('a camera shows what it showed at that time: also what began before the piece', async () => {
  // Red for 1 s, then green, then blue; the piece begins at 0.8 s, and there is a keyframe at 0 only.
  const source =
    "color=0xc02020:s=320x180:r=30,drawbox=c=0x20a020:t=fill:enable='between(t,0.999,1.999)',drawbox=c=0x2020c0:t=fill:enable='gte(t,1.999)'";
  const frames = await camera(folder, source, { durationMs: 3000, atMs: -800 });
  const layer: Layer = {
    type: 'video',
    trackId: 'a',
    box: { x: 0, y: 0, width: 640, height: 360 },
    fit: 'cover',
    during: always(2000),
  };
  const pictures = await picturesOf(await compose(2000, [background(2000), layer], { a: frames }));
  expect(pictures.count).toBe(30);
  // Green comes at 0.2 s, which is frame 3; blue at 1.2 s, frame 18.
  for (const frame of [0, 2]) expectColor(pictures.at(frame, 300, 100), [0xc0, 0x20, 0x20]);
  for (const frame of [4, 16]) expectColor(pictures.at(frame, 300, 100), [0x20, 0xa0, 0x20]);
  for (const frame of [19, 29]) expectColor(pictures.at(frame, 300, 100), [0x20, 0x20, 0xc0]);
});

test('a shared screen is shown whole, with the background beside it', async () => {
  const frames = await camera(folder, 'color=0x8040c0:s=400x400:r=15', { durationMs: 600 });
  const layer: Layer = {
    type: 'video',
    trackId: 'a',
    box: { x: 0, y: 0, width: 960, height: 720 },
    fit: 'contain',
    during: always(600),
  };
  const pictures = await picturesOf(await compose(600, [background(600), layer], { a: frames }));
  expectColor(pictures.at(5, 60, 360), gray);
  expectColor(pictures.at(5, 140, 20), [0x80, 0x40, 0xc0]);
  expectColor(pictures.at(5, 820, 700), [0x80, 0x40, 0xc0]);
  expectColor(pictures.at(5, 900, 360), gray);
});

test('a camera that changes its size in the middle keeps its place', async () => {
  const small = await camera(folder, 'color=0xc02020:s=160x90:r=20', { durationMs: 500 });
  const large = await camera(folder, 'color=0x2020c0:s=640x360:r=20', { durationMs: 500, atMs: 500 });
  const tall = await camera(folder, 'color=0x20a020:s=180x320:r=20', { durationMs: 600, atMs: 1000 });
  const layer: Layer = {
    type: 'video',
    trackId: 'a',
    box: { x: 100, y: 100, width: 400, height: 300 },
    fit: 'cover',
    during: always(1600),
  };
  const all = [...small, ...large, ...tall];
  const pictures = await picturesOf(await compose(1600, [background(1600), layer], { a: all }));
  expect(pictures.count).toBe(24);
  for (const [frame, color] of [
    [0, [0xc0, 0x20, 0x20]],
    [6, [0xc0, 0x20, 0x20]],
    [11, [0x20, 0x20, 0xc0]],
    [14, [0x20, 0x20, 0xc0]],
    [19, [0x20, 0xa0, 0x20]],
    [23, [0x20, 0xa0, 0x20]],
  ] as [number, [number, number, number]][]) {
    expectColor(pictures.at(frame, 110, 110), color);
    expectColor(pictures.at(frame, 490, 390), color);
    expectColor(pictures.at(frame, 510, 250), gray);
  }
});

test('a camera is seen only while it is on, and keeps its last picture while the line is bad', async () => {
  const frames = await camera(folder, 'color=0x3060c0:s=320x180:r=20', { durationMs: 400, atMs: 600 });
  const layer: Layer = {
    type: 'video',
    trackId: 'a',
    box: { x: 0, y: 0, width: 320, height: 180 },
    fit: 'cover',
    during: [
      { from: 400, to: 1400 },
      { from: 1800, to: 2000 },
    ],
  };
  const pictures = await picturesOf(await compose(2000, [background(2000), layer], { a: frames }));
  const isSeen = Array.from({ length: 30 }, (_, frame) => pictures.at(frame, 100, 100)[2] > 100);
  // From the first picture at 0.6 s to 1.4 s, and again in the last 0.2 s.
  expect(isSeen.map(Number).join('')).toBe('000000000111111111111000000111');
});

test('a page that is turned to is readable at once: its first frame is a keyframe', async () => {
  const box = { x: 100, y: 50, width: 800, height: 600 };
  const page = (number: number, from: number, to: number): Layer => ({
    type: 'still',
    still: { kind: 'page', documentId: 'd', version: 1, page: number },
    box,
    during: [{ from, to }],
  });
  const { video } = await compose(4000, [background(4000), page(1, 0, 1400), page(2, 1400, 4000)]);
  const keyframes = video!.flatMap((frame, index) => (isVp9Keyframe(frame) ? [index] : []));
  expect(keyframes).toEqual([0, 21]);
});

test('a page and a palm over it: the palm is where it was, and nowhere when it has gone', async () => {
  const page: Layer = {
    type: 'still',
    still: { kind: 'page', documentId: 'd', version: 1, page: 1 },
    box: { x: 40, y: 60, width: 800, height: 600 },
    during: [{ from: 200, to: 2000 }],
  };
  const palm: Layer = {
    type: 'moving',
    still: svg('palm'),
    places: [
      { at: 0, corner: null },
      ...Array.from({ length: 20 }, (_, step) => ({
        at: 400 + step * 40,
        corner: { x: 100 + step * 20, y: 200 },
      })),
      { at: 1400, corner: { x: 700, y: 500 } },
      { at: 1600, corner: null },
    ],
  };
  const pictures = await picturesOf(await compose(2000, [background(2000), page, palm]));
  const found = (frame: number, x: number, y: number) => pictures.at(frame, x, y);
  expectColor(found(2, 100, 100), gray);
  expectColor(found(3, 100, 100), paper);
  expectColor(found(5, 120, 220), paper);
  expectColor(found(6, 120, 220), palmRed);
  // At 0.8 s it has made ten steps of 20 pixels.
  expectColor(found(12, 320, 220), palmRed);
  expectColor(found(12, 120, 220), paper);
  expectColor(found(21, 720, 520), palmRed);
  expectColor(found(23, 720, 520), palmRed);
  expectColor(found(24, 720, 520), paper);
});

test('H.264 from an iPhone is decoded at its times', async () => {
  const source = "color=0xc02020:s=320x180:r=30,drawbox=c=0x2020c0:t=fill:enable='gte(t,0.999)'";
  const frames = await camera(folder, source, { durationMs: 2000, atMs: -600, codec: 'h264' });
  expect(frames).toHaveLength(60);
  const layer: Layer = {
    type: 'video',
    trackId: 'a',
    box: { x: 0, y: 0, width: 640, height: 360 },
    fit: 'cover',
    during: always(1000),
  };
  const piece = await compose(1000, [background(1000), layer], { a: frames }, [track('a', 'h264')]);
  const pictures = await picturesOf(piece);
  expect(piece.complaints).toEqual([]);
  for (const frame of [0, 5]) expectColor(pictures.at(frame, 300, 100), [0xc0, 0x20, 0x20]);
  for (const frame of [7, 14]) expectColor(pictures.at(frame, 300, 100), [0x20, 0x20, 0xc0]);
});

test('nothing was captured: the picture is there all the same', async () => {
  const layer: Layer = {
    type: 'video',
    trackId: 'a',
    box: { x: 0, y: 0, width: 640, height: 360 },
    fit: 'cover',
    during: always(400),
  };
  const piece = await compose(400, [background(400), layer], { a: [] });
  const pictures = await picturesOf(piece);
  expect(pictures.count).toBe(6);
  expect(piece.sound).toHaveLength(20);
  expectColor(pictures.at(3, 300, 100), gray);
});

test('frames that are damaged harm neither the others nor the length', async () => {
  const layer = (trackId: string, x: number): Layer => ({
    type: 'video',
    trackId,
    box: { x, y: 0, width: 600, height: 360 },
    fit: 'cover',
    during: always(1000),
  });
  const good = await camera(folder, 'color=0x3060c0:s=320x180:r=20', { durationMs: 1000 });
  const broken = (await camera(folder, 'testsrc2=s=320x180:r=20', { durationMs: 1000 })).map(
    (frame, index) => (index < 5 ? frame : { ...frame, data: frame.data.subarray(0, 7) }),
  );
  const garbage = good.map((frame, index) => ({ ...frame, data: Buffer.alloc(50, index * 37 + 11) }));
  const layers = [background(1000), layer('good', 0), layer('broken', 640), layer('garbage', 640)];
  const piece = await compose(1000, layers, { good, broken, garbage });
  const pictures = await picturesOf(piece);
  expect(pictures.count).toBe(15);
  expect(piece.sound).toHaveLength(50);
  expect(piece.complaints.length).toBeGreaterThan(0);
  expectColor(pictures.at(13, 300, 100), [0x30, 0x60, 0xc0]);
});
