import {
  access,
  copyFile,
  link,
  mkdir,
  open,
  readFile,
  readdir,
  rename,
  rm,
  writeFile,
} from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import { chapter, recordingKind } from '../../sfu/protocol/recording.ts';
import { id } from '../../sfu/protocol/values.ts';

/** What a capture is, in its folder; whoever finds the folder can finish it. */
const captureFacts = z.object({ captureId: id, kind: recordingKind, partMs: z.number().positive() });
export type CaptureFacts = z.infer<typeof captureFacts>;

/** A part that is finished and waits to be taken. */
const doneFacts = z.object({ bytes: z.number(), durationMs: z.number(), chapters: z.array(chapter) });
export type DoneFacts = z.infer<typeof doneFacts>;

/** The folder of one capture: where everything lies, and nothing of what it means. */
export class CaptureFolder {
  readonly folder: string;

  /** Where pages are painted, behind walls; emptied when it is used. */
  readonly jobs: string;

  constructor(folder: string, jobs: string) {
    this.folder = folder;
    this.jobs = jobs;
  }

  /** Whether anything can have been captured. */
  async isThere(): Promise<boolean> {
    return access(this.folder).then(
      () => true,
      (error: unknown) => (error as NodeJS.ErrnoException).code !== 'ENOENT',
    );
  }

  /** Makes it, or takes up what is there. */
  async begin(facts: CaptureFacts): Promise<void> {
    // What a killed recorder was working at is of no use to anybody.
    await remove(this.work);
    for (const each of [this.#documents, this.pages, this.work, path.join(this.folder, 'done')]) {
      await mkdir(each, { recursive: true });
    }
    if (!(await this.facts())) await writeSafely(this.#facts, JSON.stringify(facts));
  }

  /** Null: there is no such capture, or it was killed in the moment of its making. */
  async facts(): Promise<CaptureFacts | null> {
    return readJson(this.#facts, captureFacts);
  }

  /** The folder of a take that begins now. */
  async newTake(): Promise<{ take: number; folder: string }> {
    const take = ((await this.takes()).at(-1)?.take ?? 0) + 1;
    const folder = path.join(this.folder, `take-${take}`);
    await mkdir(folder);
    return { take, folder };
  }

  /** Oldest first. */
  async takes(): Promise<{ take: number; folder: string }[]> {
    const names = await readdir(this.folder).catch(() => []);
    return names
      .flatMap((name) => {
        const take = /^take-(\d+)$/.exec(name)?.[1];
        return take === undefined ? [] : [{ take: Number(take), folder: path.join(this.folder, name) }];
      })
      .toSorted((a, b) => a.take - b.take);
  }

  /** Keeps a document that may be deleted meanwhile; a link, which costs nothing, where the disk allows it. */
  async addDocument(documentId: string, version: number, file: string): Promise<void> {
    const kept = this.document(documentId, version);
    try {
      await link(file, kept);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'EEXIST') return;
      await copyFile(file, `${kept}.new`);
      await rename(`${kept}.new`, kept);
    }
  }

  document(documentId: string, version: number): string {
    return path.join(this.#documents, `${documentId}-${version}.pdf`);
  }

  get pages(): string {
    return path.join(this.folder, 'pages');
  }
  /** For what is thrown away when a piece is composed. */
  get work(): string {
    return path.join(this.folder, 'work');
  }
  part(part: number): string {
    return path.join(this.folder, 'parts', `${part}`);
  }
  doneFile(part: number): string {
    return path.join(this.folder, 'done', `part-${part}.webm`);
  }

  async setDone(part: number, facts: DoneFacts): Promise<void> {
    await writeSafely(this.#doneFacts(part), JSON.stringify(facts));
  }

  async done(part: number): Promise<DoneFacts | null> {
    return readJson(this.#doneFacts(part), doneFacts);
  }

  /** What it was made of is not needed any more. */
  async setTaken(part: number): Promise<void> {
    await writeSafely(this.#taken(part), '');
    await remove(this.part(part));
    await remove(this.doneFile(part));
  }

  async isTaken(part: number): Promise<boolean> {
    return readFile(this.#taken(part)).then(
      () => true,
      () => false,
    );
  }

  async remove(): Promise<void> {
    await remove(this.jobs);
    // What was captured goes first, the facts and what is done last: should this be cut short, whoever finds the rest
    // sees that nothing is left to be composed.
    const last = [path.basename(this.#facts), 'done'];
    for (const name of await readdir(this.folder).catch(() => [])) {
      if (!last.includes(name)) await remove(path.join(this.folder, name));
    }
    await remove(this.folder);
  }

  get #facts(): string {
    return path.join(this.folder, 'capture.json');
  }
  get #documents(): string {
    return path.join(this.folder, 'documents');
  }
  #doneFacts(part: number): string {
    return path.join(this.folder, 'done', `part-${part}.json`);
  }
  #taken(part: number): string {
    return path.join(this.folder, 'done', `part-${part}.taken`);
  }
}

const remove = (file: string) => rm(file, { recursive: true, force: true, maxRetries: 3 });

async function readJson<T>(file: string, schema: z.ZodType<T>): Promise<T | null> {
  const text = await readFile(file, 'utf8').catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  });
  if (text === null) return null;
  try {
    return schema.parse(JSON.parse(text));
  } catch {
    return null;
  }
}

/** Whole or not at all, also after a power cut. */
async function writeSafely(file: string, text: string): Promise<void> {
  await writeFile(`${file}.new`, text, { flush: true });
  await rename(`${file}.new`, file);
  const folder = await open(path.dirname(file), 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}
