import { chromium } from '@playwright/test';
import type { Browser } from '@playwright/test';
import type { MediaFiles } from './media-files.ts';

export type BrowserOptions = {
  /** Camera and microphone; null: this machine has none. */
  media: MediaFiles | null;
  /** Whether the browser says yes for the person when a page asks for camera and microphone. */
  allows: boolean;
  /** Further switches. */
  switches?: readonly string[];
};

/** A Chromium of one's own: its fake camera and microphone are the whole browser's. */
export async function launchChromium({ media, allows, switches = [] }: BrowserOptions): Promise<Browser> {
  return chromium.launch({
    executablePath: process.env['CHROMIUM_BIN'] ?? '/usr/bin/chromium',
    // Without a language of UTF-8 it cannot open files that have Japanese names, and says nothing.
    env: { ...process.env, LANG: 'C.UTF-8', LC_ALL: 'C.UTF-8' },
    args: [
      ...(allows ? ['--use-fake-ui-for-media-stream'] : []),
      ...(media
        ? [
            '--use-fake-device-for-media-stream',
            `--use-file-for-fake-video-capture=${media.video}`,
            `--use-file-for-fake-audio-capture=${media.audio}`,
          ]
        : []),
      '--no-sandbox',
      '--disable-gpu',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      '--autoplay-policy=no-user-gesture-required',
      '--lang=ja-JP',
      ...switches,
    ],
  });
}
