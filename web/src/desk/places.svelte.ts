import { type Place, paths, placeAt } from './place.ts';

/** Going from place to place without leaving the page: the line to the server and what is being sent stay. */
export class Places {
  #path = $state(location.pathname);
  #place = $derived(placeAt(this.#path));
  #moved = $state(false);

  get place(): Place {
    return this.#place;
  }

  /** The person has gone somewhere since the page was loaded: the focus has to go along. */
  get moved(): boolean {
    return this.#moved;
  }

  go(path: string): void {
    if (path === location.pathname) return;
    history.pushState(null, '', path);
    this.sync();
    scrollTo(0, 0);
  }

  /** To be called when the browser has gone back or forward. */
  sync(): void {
    const { pathname } = location;
    // Such as a meeting that was left: a page of its own.
    if (!pathname.startsWith(paths.home)) location.reload();
    else if (pathname !== this.#path) {
      this.#path = pathname;
      this.#moved = true;
    }
  }

  /** A press on a link to a place of the desk; in a new tab or window it opens as any other. */
  follow(event: MouseEvent): void {
    const link = event.target instanceof Element ? event.target.closest('a') : null;
    const isPlain =
      event.button === 0 && !event.metaKey && !event.ctrlKey && !event.shiftKey && !event.altKey;
    if (!link || !isPlain || event.defaultPrevented || link.target || link.origin !== location.origin) return;
    const isPlace = link.pathname === paths.home || link.pathname.startsWith(`${paths.home}/`);
    // What is to be saved is a file, not a place.
    if (!isPlace || link.hasAttribute('download')) return;
    event.preventDefault();
    this.go(link.pathname);
  }
}
