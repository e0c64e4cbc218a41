/** What a call fetches when the first document is shown; with it pdf.js begins to come as well. */
import { warmUp } from './pdf.ts';

export { default as DocumentStage } from './DocumentStage.svelte';

warmUp();
