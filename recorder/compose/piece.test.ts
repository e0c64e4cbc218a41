import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { FfmpegError } from '../ffmpeg.ts';
import type { RawFrame, TrackInfo } from '../capture/raw.ts';
import { nextFfmpeg } from '../test/children.ts';
import { camera, framesBetween } from './clips.ts';
import { composePiece, type ComposedPiece } from './piece.ts';

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

let folder = '';
let face: RawFrame[] = [];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'taimen-piece-'));
  // With something in it: what is left out makes the piece much smaller.
  face = await camera(folder, 'testsrc2=s=640x360:r=24', { durationMs: 4_000 });
});

afterAll(() => rm(folder, { recursive: true, force: true }));

const track: TrackInfo = { trackId: 'face', participantId: 'p', source: 'camera', codec: 'vp8' };

function composeFace(): Promise<ComposedPiece> {
  const box = { x: 0, y: 0, width: 1280, height: 720 };
  return composePiece({
    plan: {
      durationMs: 4_000,
      layers: [{ type: 'video', trackId: 'face', box, fit: 'cover', during: [{ from: 0, to: 4_000 }] }],
      sounds: [],
    },
    tracks: [track],
    frames: async (_, from, to) => framesBetween(face, from, to),
    still: () => Promise.reject(new Error('There are no stills in this story.')),
    around: { beforeMs: 0, afterMs: 0 },
    workDir: folder,
    niceness: 0,
  });
}

const bytesOf = ({ video }: ComposedPiece) => (video ?? []).reduce((sum, frame) => sum + frame.length, 0);

test('nothing is left out because ffmpeg has crashed once', async () => {
  const whole = await composeFace();
  expect(whole.complaints).toEqual([]);
  const composing = composeFace();
  process.kill(await nextFfmpeg(), 'SIGSEGV');
  const again = await composing;
  expect(again.complaints.join()).toContain('SIGSEGV');
  expect(again.complaints.join()).not.toContain('Left out');
  expect(bytesOf(again)).toBe(bytesOf(whole));
});

test('where somebody has killed ffmpeg, it is told, and nothing is composed without the faces', async () => {
  const composing = composeFace().catch((error: unknown) => error);
  process.kill(await nextFfmpeg(), 'SIGKILL');
  const error = await composing;
  expect(error).toBeInstanceOf(FfmpegError);
  expect((error as FfmpegError).reason).toBe('gone');
});
