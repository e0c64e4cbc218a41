/** What the keyboard does to the page on the stage, from anywhere but fields, dialogs and what scrolls itself. */

export type PageKey = 'previous' | 'next' | 'up' | 'down' | 'left' | 'right';

const keys: Record<string, PageKey> = {
  PageUp: 'previous',
  PageDown: 'next',
  ArrowUp: 'up',
  ArrowDown: 'down',
  ArrowLeft: 'left',
  ArrowRight: 'right',
};

/** Things that have their own use for these keys, and the panels beside the stage: a turn is seen by everybody. */
const others =
  'input, textarea, select, video, audio, dialog, aside, [contenteditable], [role=menu], [role=listbox], [role=slider], [role=tablist], [role=radiogroup], [role=log]';

/**
 * @param stage what shows the page.
 * @returns null when the key is not meant for the page.
 */
export function pageKey(event: KeyboardEvent, stage: Element | null | undefined): PageKey | null {
  const key = keys[event.key];
  if (!key || event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || event.shiftKey)
    return null;
  const { target } = event;
  if (target instanceof Element && (target.closest(others) || scrolls(target, stage))) return null;
  return document.querySelector('dialog[open]') ? null : key;
}

/** The key would scroll something there that is not the stage. */
function scrolls(target: Element, stage: Element | null | undefined): boolean {
  if (stage?.contains(target)) return false;
  for (let one: Element | null = target; one && one !== document.body; one = one.parentElement) {
    if (one.scrollHeight <= one.clientHeight && one.scrollWidth <= one.clientWidth) continue;
    const { overflowX, overflowY } = getComputedStyle(one);
    if (/auto|scroll/u.test(`${overflowX} ${overflowY}`)) return true;
  }
  return false;
}

/** Where an arrow leads in a row of pages that is one stop for the tabulator; null: nowhere. */
export function arrowTo(key: string, page: number, count: number): number | null {
  const within = (to: number) => Math.max(1, Math.min(to, count));
  switch (key) {
    case 'ArrowUp':
    case 'ArrowLeft':
      return within(page - 1);
    case 'ArrowDown':
    case 'ArrowRight':
      return within(page + 1);
    case 'Home':
      return 1;
    case 'End':
      return count;
    default:
      return null;
  }
}
