import { writeFileSync } from 'node:fs';
import { test } from '@playwright/test';
import { Participant } from './participant.ts';
import type { Arrival } from './participant.ts';
import type { Colour } from './colours.ts';
import { Server } from './server.ts';
import type { ServerOptions } from './server.ts';

export type Guise = Omit<Arrival, 'server' | 'colour'>;

/** A server and the people who come to it. */
export class Scene {
  readonly server: Server;
  readonly #people = new Set<Participant>();

  private constructor(server: Server) {
    this.server = server;
  }

  static async open(options: ServerOptions = {}): Promise<Scene> {
    return new Scene(await Server.start(options));
  }

  async arrives(colour: Colour, guise: Guise = {}): Promise<Participant> {
    const participant = await Participant.arrive({ server: this.server, colour, ...guise });
    this.#people.add(participant);
    return participant;
  }

  async goesHome(participant: Participant): Promise<void> {
    this.#people.delete(participant);
    await participant.goHome();
  }

  async close(): Promise<void> {
    await Promise.all([...this.#people].map((each) => each.goHome()));
    this.#people.clear();
    await this.server.stop();
  }
}

/**
 * Opens a scene before the stories of a file or group, and closes it after them, however they end. After a
 * failure the server's log lies beside the pictures of the failure.
 */
export function setTheScene(prepare: (scene: Scene) => Promise<void>, options: ServerOptions = {}): void {
  let scene: Scene | null = null;

  test.beforeAll(async () => {
    scene = await Scene.open(options);
    await prepare(scene);
  });

  // Playwright reads from the first parameter which fixtures a hook wants: none.
  // eslint-disable-next-line no-empty-pattern
  test.afterEach(async ({}, info) => {
    if (info.status === info.expectedStatus || !scene) return;
    const file = info.outputPath('server.log');
    writeFileSync(file, scene.server.log);
    await info.attach('server.log', { path: file, contentType: 'text/plain' });
  });

  test.afterAll(async () => {
    await scene?.close();
    scene = null;
  });
}
