/** Attachment: takes the focus when it appears, as a page that was just gone to does. */
export function focusOn(element: HTMLElement): void {
  element.focus({ preventScroll: true });
}
