/** What the keyboard does to the page on the stage, from anywhere but fields and dialogs. */

export type PageKey = 'previous' | 'next' | 'up' | 'down' | 'left' | 'right';

const keys: Record<string, PageKey> = {
  PageUp: 'previous',
  PageDown: 'next',
  ArrowUp: 'up',
  ArrowDown: 'down',
  ArrowLeft: 'left',
  ArrowRight: 'right',
};

/** Things that have their own use for these keys. */
const others =
  'input, textarea, select, video, audio, dialog, [contenteditable], [role=menu], [role=listbox], [role=slider], [role=tablist], [role=radiogroup], [role=log]';

/** @returns null when the key is not meant for the page. */
export function pageKey(event: KeyboardEvent): PageKey | null {
  const key = keys[event.key];
  if (!key || event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || event.shiftKey)
    return null;
  if (event.target instanceof Element && event.target.closest(others)) return null;
  return document.querySelector('dialog[open]') ? null : key;
}
