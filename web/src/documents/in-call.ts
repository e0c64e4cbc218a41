/** What a call fetches when somebody has to do with documents (D2, D6, D7); never before. */
export { default as HandOverButton } from './HandOverButton.svelte';
export { default as Memos } from './Memos.svelte';
export { default as Offers } from './Offers.svelte';
export { default as SharePanel } from './SharePanel.svelte';
export { atRisk, letGo, shelfOf } from './in-call-state.ts';
