import { expect } from '@playwright/test';
import type { RecordingEntry } from '../../../sfu/protocol/recording.ts';
import { complaintsOf, probe } from '../../../sfu/test/kit/recorded.ts';
import { Film } from './film.ts';
import type { Participant } from './participant.ts';
import { fetchRecording } from './recording.ts';

/** What was recorded, of which nothing complains, and which is as it is listed. */
export async function soundFilm(rep: Participant, entry: RecordingEntry): Promise<Film> {
  const film = await Film.of(await fetchRecording(rep, entry));
  const { durationMs, bytes, codecs } = await probe(film.file);
  expect(codecs).toEqual(['vp9', 'opus']);
  expect(await complaintsOf(film.file)).toBe('');
  expect(bytes, 'as listed').toBe(entry.bytes);
  expect(Math.abs(durationMs - entry.durationMs), 'as listed (ms)').toBeLessThan(100);
  expect(Math.abs(film.durationMs - durationMs), 'pictures to the end (ms)').toBeLessThan(100);
  return film;
}
