import { Recordings } from './recordings.svelte.ts';

/** Of whoever is signed in here, who stays the same for as long as the page lives: coming back shows it at once. */
export const recordings = new Recordings();
