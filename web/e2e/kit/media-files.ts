import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { colours } from './colours.ts';
import type { Colour, Rgb } from './colours.ts';

const width = 640;
const height = 360;
const framesPerSecond = 15;
const frameCount = 15;
const samplesPerSecond = 48_000;

/** What stands at a place of a frame. */
export type Painter = (x: number, y: number, frame: number) => Rgb;

export type MediaFiles = { video: string; audio: string };

let folder: string | null = null;
const made = new Map<string, MediaFiles>();

/** Camera and microphone of a participant, for Chromium's fake devices; made once in a run. */
export function mediaFiles(
  colour: Colour,
  painter: Painter = lively(colours[colour].rgb),
  kind = '',
): MediaFiles {
  const key = `${colour}${kind}`;
  const known = made.get(key);
  if (known) return known;
  if (!folder) {
    folder = mkdtempSync(path.join(os.tmpdir(), 'taimen-cameras-'));
    const ours = folder;
    process.once('exit', () => rmSync(ours, { recursive: true, force: true }));
  }
  const files = { video: path.join(folder, `${key}.y4m`), audio: path.join(folder, `${key}.wav`) };
  writeFileSync(files.video, y4m(painter));
  writeFileSync(files.audio, wav(colours[colour].toneHz));
  made.set(key, files);
  return files;
}

/** One clear colour, with fine stripes and a square that wanders, so that the encoder has something to do. */
function lively(rgb: Rgb): Painter {
  return (x, y, frame) => {
    const inSquare = Math.abs(x - (60 + frame * 36)) < 24 && Math.abs(y - 180) < 24;
    const shade = inSquare ? 1.15 : ((x >> 4) + (y >> 4) + frame) % 4 === 0 ? 0.92 : 1;
    return [rgb[0] * shade, rgb[1] * shade, rgb[2] * shade];
  };
}

/** YUV4MPEG2, 4:2:0, BT.601 in video range: what Chromium's fake camera reads, over and over. */
function y4m(painter: Painter): Buffer {
  const header = Buffer.from(`YUV4MPEG2 W${width} H${height} F${framesPerSecond}:1 Ip A1:1 C420jpeg\n`);
  const parts: Buffer[] = [header];
  for (let frame = 0; frame < frameCount; frame += 1)
    parts.push(Buffer.from('FRAME\n'), picture(painter, frame));
  return Buffer.concat(parts);
}

function picture(painter: Painter, frame: number): Buffer {
  const luma = Buffer.alloc(width * height);
  const blue = Buffer.alloc((width * height) / 4);
  const red = Buffer.alloc((width * height) / 4);
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1) {
      const [r, g, b] = painter(x, y, frame).map((value) => Math.min(255, value)) as [number, number, number];
      luma[y * width + x] = 16 + 0.257 * r + 0.504 * g + 0.098 * b;
      if (x % 2 || y % 2) continue;
      const at = (y / 2) * (width / 2) + x / 2;
      blue[at] = 128 - 0.148 * r - 0.291 * g + 0.439 * b;
      red[at] = 128 + 0.439 * r - 0.368 * g - 0.071 * b;
    }
  }
  return Buffer.concat([luma, blue, red]);
}

/**
 * A tone that comes and goes twice a second: noise suppression takes a steady one for a fan. Two seconds of
 * whole periods, so that the loop has no seam. 16-bit mono RIFF.
 */
function wav(toneHz: number): Buffer {
  const samples = 2 * samplesPerSecond;
  const data = Buffer.alloc(samples * 2);
  for (let index = 0; index < samples; index += 1) {
    const inPulse = (index % (samplesPerSecond / 2)) / samplesPerSecond;
    const envelope = inPulse < 0.35 ? Math.sin((Math.PI * inPulse) / 0.35) ** 0.5 : 0;
    const value = Math.sin((2 * Math.PI * toneHz * index) / samplesPerSecond);
    data.writeInt16LE(Math.round(value * envelope * 0.5 * 0x7fff), index * 2);
  }
  const header = Buffer.alloc(44);
  header.write('RIFF', 0);
  header.writeUInt32LE(36 + data.length, 4);
  header.write('WAVEfmt ', 8);
  header.writeUInt32LE(16, 16);
  header.writeUInt16LE(1, 20);
  header.writeUInt16LE(1, 22);
  header.writeUInt32LE(samplesPerSecond, 24);
  header.writeUInt32LE(samplesPerSecond * 2, 28);
  header.writeUInt16LE(2, 32);
  header.writeUInt16LE(16, 34);
  header.write('data', 36);
  header.writeUInt32LE(data.length, 40);
  return Buffer.concat([header, data]);
}
