/** What a call fetches for whoever may record it, and for everybody once it is recorded (R1, R4, R5). */
import { r } from '../../i18n/recording.ts';

export { default as Lamp } from './Lamp.svelte';
export { default as Notices } from './Notices.svelte';
export { default as Question } from './Question.svelte';
export { default as RecordButton } from './RecordButton.svelte';
export { default as RecordPanel } from './RecordPanel.svelte';

/** Of the panel. */
export const heading = (): string => r().record;
