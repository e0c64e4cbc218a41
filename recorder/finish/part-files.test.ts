import { cp, mkdtemp, readFile, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { framesBetween, microphone, Pictures, png, samplesOf, strengthOf } from '../compose/clips.ts';
import { composePiece, type ComposedPiece } from '../compose/piece.ts';
import { isForWantOfRoom, probe } from '../ffmpeg.ts';
import { readIvf } from '../formats/ivf.ts';
import { opusRate } from '../formats/opus.ts';
import { FinishError } from './check.ts';
import { makeMp4 } from './mp4.ts';
import { PartFiles } from './part-files.ts';

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

const pieceMs = 1_000;
const colors = ['0xc02020', '0x20a020', '0x2020c0', '0xc0a020'];

let folder = '';
let pieces: ComposedPiece[] = [];
let soundOnly: ComposedPiece[] = [];

/** Four seconds: each in a colour of its own, with a tone of 440 Hz through all of them. */
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'taimen-part-'));
  const tone = await microphone(folder, `aevalsrc=0.2*sin(2*PI*440*t):s=${opusRate}`, { durationMs: 4000 });
  const compose = async (index: number, kind: 'video' | 'audio') => {
    const file = await png(folder, `color=${colors[index]!}:s=1280x720`);
    const during = [{ from: 0, to: pieceMs }];
    const still = { kind: 'svg', svg: '', width: 1280, height: 720 } as const;
    return await composePiece({
      plan: {
        durationMs: pieceMs,
        layers:
          kind === 'audio'
            ? null
            : [{ type: 'still', still, box: { x: 0, y: 0, width: 1280, height: 720 }, during }],
        sounds: ['tone'],
      },
      tracks: [{ trackId: 'tone', participantId: 'p', source: 'microphone', codec: 'opus' }],
      frames: async (_, from, to) =>
        framesBetween(tone, index * pieceMs + from, index * pieceMs + to).map((frame) => ({
          ...frame,
          timeMs: frame.timeMs - index * pieceMs,
        })),
      still: async () => ({ file, width: 1280, height: 720 }),
      around: { beforeMs: index * pieceMs, afterMs: (3 - index) * pieceMs },
      workDir: folder,
      niceness: 0,
    });
  };
  pieces = [];
  soundOnly = [];
  for (const index of colors.keys()) {
    pieces.push(await compose(index, 'video'));
    soundOnly.push(await compose(index, 'audio'));
  }
});

afterAll(() => rm(folder, { recursive: true, force: true }));

const createdAt = Date.UTC(2026, 3, 1, 10, 0, 0);
const chapters = [
  { startMs: 0, title: 'はじめ' },
  { startMs: 1000, title: 'ご提案; p=1 #2 \\ 見積' },
  { startMs: 3000, title: '質問\nと答え' },
];

async function finished(part: PartFiles, name: string) {
  const to = join(folder, 'done', name);
  const result = await part.finish({ chapters, to, createdAt, title: '商談 = 4/1', niceness: 0 });
  return { to, ...result };
}

test('pieces become one file that plays to its end, with chapters, a title, and its index in front', async () => {
  const part = await PartFiles.open(join(folder, 'whole'), 'video');
  expect([part.composedMs, part.appended]).toEqual([0, 0]);
  for (const piece of pieces) await part.append(piece);
  expect([part.composedMs, part.appended]).toEqual([4000, 4]);
  const { to, bytes, durationMs } = await finished(part, 'whole.webm');

  expect(durationMs).toBe(4000);
  expect((await stat(to)).size).toBe(bytes);
  const found = await probe(to);
  expect(found.streams.map(({ codec_name }) => codec_name)).toEqual(['vp9', 'opus']);
  expect(found.streams[0]).toMatchObject({ width: 1280, height: 720, color_space: 'smpte170m' });
  // To the millisecond, so that a chapter begins with its first picture.
  expect(found.format.duration).toBe(4);
  expect(found.streams[0]!.start_time).toBe(0);
  for (const { tags } of found.streams) expect(tags['DURATION']).toMatch(/^00:00:(03\.9[89]|04\.0[01])/);
  expect(found.format.tags['title']).toBe('商談 = 4/1');
  expect(
    found.chapters.map(({ start_time, end_time, tags }) => [start_time, end_time, tags['title']]),
  ).toEqual([
    [0, 1, 'はじめ'],
    [1, 3, 'ご提案; p=1 #2 \\ 見積'],
    [3, 4, '質問 と答え'],
  ]);
  // The cues (RFC 9559: 1C53BB6B) stand before the first cluster (1F43B675).
  const file = await readFile(to);
  const cues = file.indexOf(Buffer.from('1c53bb6b', 'hex'), 200);
  expect(cues).toBeGreaterThan(0);
  expect(cues).toBeLessThan(file.indexOf(Buffer.from('1f43b675', 'hex'), 200));

  const pictures = await Pictures.of(to, folder);
  expect(pictures.count).toBe(60);
  const strongest = (frame: number) => {
    const [red, green, blue] = pictures.at(frame, 640, 360);
    return red > 150 && green > 130
      ? 'yellow'
      : red > 150
        ? 'red'
        : green > 130
          ? 'green'
          : blue > 150
            ? 'blue'
            : '';
  };
  const seen = Array.from({ length: 60 }, (_, frame) => strongest(frame));
  const wanted = ['red', 'green', 'blue', 'yellow'].flatMap((color) =>
    Array.from({ length: 15 }, () => color),
  );
  expect(seen).toEqual(wanted);
  const samples = await samplesOf(to, folder);
  for (let fromMs = 200; fromMs < 3800; fromMs += 200) {
    expect(strengthOf(samples, 440, { fromMs, toMs: fromMs + 100 })).toBeGreaterThan(0.15);
  }
});

test('going to a chapter shows what is there at once', async () => {
  const part = await PartFiles.open(join(folder, 'seek'), 'video');
  for (const piece of pieces) await part.append(piece);
  const { to } = await finished(part, 'seek.webm');
  const { all } = readIvf(await readFile(join(folder, 'seek', 'video.ivf')));
  expect(all.map(({ time }) => time)).toEqual(Array.from({ length: 60 }, (_, index) => index));
  for (const [second, channel] of [
    [1, 1],
    [2, 2],
  ] as const) {
    const pictures = await Pictures.of(to, folder, second);
    const color = pictures.at(0, 640, 360);
    expect(Math.max(...color), `at ${second} s: ${color.join()}`).toBe(color[channel]);
  }
});

test('audio minutes are a file with sound only', async () => {
  const part = await PartFiles.open(join(folder, 'audio'), 'audio');
  for (const piece of soundOnly) await part.append(piece);
  await expect(part.append(pieces[0]!)).rejects.toThrow(/with picture/);
  const { to } = await finished(part, 'audio.webm');
  const { streams, chapters: found, format } = await probe(to);
  expect(streams.map(({ codec_name }) => codec_name)).toEqual(['opus']);
  expect(found).toHaveLength(3);
  expect(Math.abs(format.duration! - 4)).toBeLessThan(0.03);
});

test('killed at any moment of an append, the part opens at the last whole piece and goes on', async () => {
  const [before, after] = [join(folder, 'before'), join(folder, 'after')];
  const part = await PartFiles.open(before, 'video');
  await part.append(pieces[0]!);
  await part.append(pieces[1]!);
  await cp(before, after, { recursive: true });
  await (await PartFiles.open(after, 'video')).append(pieces[2]!);

  const names = ['video.ivf', 'sound.ogg', 'pieces.jsonl'];
  const old = await Promise.all(names.map((name) => readFile(join(before, name))));
  const all = await Promise.all(names.map((name) => readFile(join(after, name))));
  const killed = join(folder, 'killed');
  // In the order of writing: while one file grows, those before it are whole and those behind it old.
  for (const [growing, name] of names.entries()) {
    const [from, to] = [old[growing]!.length, all[growing]!.length];
    for (const share of [0, 0.001, 0.2, 0.5, 0.9, 0.999, 1]) {
      const length = from + Math.floor((to - from) * share);
      await rm(killed, { recursive: true, force: true });
      await cp(before, killed, { recursive: true });
      for (const [index, other] of names.entries()) {
        const bytes =
          index < growing ? all[index]! : index > growing ? old[index]! : all[index]!.subarray(0, length);
        await writeFile(join(killed, other), bytes);
      }
      const reopened = await PartFiles.open(killed, 'video');
      const isCommitted = name === 'pieces.jsonl' && length === to;
      expect(reopened.appended, `${name} cut at ${length} of ${from} to ${to}`).toBe(isCommitted ? 3 : 2);
      expect(reopened.composedMs).toBe(isCommitted ? 3000 : 2000);
      if (!isCommitted) {
        for (const [index, other] of names.entries()) {
          expect(await readFile(join(killed, other))).toEqual(old[index]);
        }
        await reopened.append(pieces[2]!);
      }
      for (const [index, other] of names.entries()) {
        expect(await readFile(join(killed, other))).toEqual(all[index]);
      }
    }
  }
});

test('data that the disk has lost is not counted, and a part that never got a piece begins anew', async () => {
  const lost = join(folder, 'lost');
  const part = await PartFiles.open(lost, 'video');
  for (const piece of pieces.slice(0, 3)) await part.append(piece);
  await truncate(join(lost, 'sound.ogg'), (await stat(join(lost, 'sound.ogg'))).size - 1);
  expect((await PartFiles.open(lost, 'video')).appended).toBe(2);
  await truncate(join(lost, 'video.ivf'), 7);
  const anew = await PartFiles.open(lost, 'video');
  expect([anew.appended, anew.composedMs]).toEqual([0, 0]);
  await anew.append(pieces[0]!);
  const { durationMs } = await anew.finish({
    ...{ chapters: [], to: join(folder, 'lost.webm'), createdAt, title: '', niceness: 0 },
  });
  expect(durationMs).toBe(1000);
});

test('a file that is not what it should be is not handed over, and it is said why', async () => {
  const broken = join(folder, 'broken');
  const part = await PartFiles.open(broken, 'video');
  for (const piece of pieces) await part.append(piece);
  const file = join(broken, 'video.ivf');
  const bytes = await readFile(file);
  const to = join(folder, 'broken.webm');
  const order = { chapters, to, createdAt, title: '', niceness: 0 };

  const lastFrame = readIvf(bytes).all.at(-1)!.data.length;
  await writeFile(file, Buffer.from(bytes).fill(0x55, bytes.length - lastFrame));
  const error = await part.finish(order).catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(FinishError);
  expect((error as FinishError).check).toBe('packets');
  await expect(stat(to)).rejects.toThrow(/ENOENT/);

  await writeFile(file, bytes.subarray(0, readIvfOffset(bytes, 30)));
  await expect(part.finish(order)).rejects.toThrow();
  await expect(stat(to)).rejects.toThrow(/ENOENT/);

  // What it is made of has not been touched otherwise: with the data back it is made.
  await writeFile(file, bytes);
  expect((await part.finish(order)).durationMs).toBe(4000);
});

/** Where frame `count` begins. */
function readIvfOffset(bytes: Buffer, count: number): number {
  const { all } = readIvf(bytes);
  return 32 + all.slice(0, count).reduce((sum, { data }) => sum + 12 + data.length, 0);
}

test('a copy for iPhones has the same length and the chapters, and progress is told', async () => {
  const part = await PartFiles.open(join(folder, 'copy'), 'video');
  for (const piece of pieces) await part.append(piece);
  const { to } = await finished(part, 'copy.webm');
  const copy = join(folder, 'copy.mp4');
  const told: number[] = [];
  const { bytes } = await makeMp4(to, copy, { durationMs: 4000, onProgress: (done) => told.push(done) });

  expect((await stat(copy)).size).toBe(bytes);
  expect(told.at(-1)).toBe(1);
  expect(told).toEqual(told.toSorted((a, b) => a - b));
  const { streams, chapters: found, format } = await probe(copy);
  const [video, audio] = streams;
  expect(video).toMatchObject({ codec_name: 'h264', profile: 'Main', pix_fmt: 'yuv420p', width: 1280 });
  expect(audio).toMatchObject({ codec_name: 'aac' });
  expect(Math.abs(format.duration! - 4)).toBeLessThan(0.1);
  expect(found.map(({ tags }) => tags['title'])).toEqual(['はじめ', 'ご提案; p=1 #2 \\ 見積', '質問 と答え']);
  // The index (moov) before the data, so that it plays while it is loaded.
  const file = await readFile(copy);
  expect(file.indexOf('moov')).toBeLessThan(file.indexOf('mdat'));

  const minutes = await PartFiles.open(join(folder, 'copy-audio'), 'audio');
  for (const piece of soundOnly) await minutes.append(piece);
  const heard = await finished(minutes, 'copy-audio.webm');
  const soundCopy = join(folder, 'copy-audio.mp4');
  await makeMp4(heard.to, soundCopy, { durationMs: 4000 });
  expect((await probe(soundCopy)).streams.map(({ codec_name }) => codec_name)).toContain('aac');

  const gone = new AbortController();
  gone.abort();
  const never = join(folder, 'never.mp4');
  await expect(makeMp4(to, never, { durationMs: 4000, signal: gone.signal })).rejects.toThrow(
    /no longer wanted/,
  );
  await expect(stat(never)).rejects.toThrow(/ENOENT/);
});

test('want of room is known as such', () => {
  expect(isForWantOfRoom(Object.assign(new Error('full'), { code: 'ENOSPC' }))).toBe(true);
  expect(isForWantOfRoom(new Error('ENOSPC'))).toBe(false);
});
