import { type Place, paths, placeAt } from './place.ts';

/** Going from place to place without leaving the page: the line to the server and what is being sent stay. */
export class Places {
  #path = $state(location.pathname);
  #search = $state(location.search);
  #place = $derived(placeAt(this.#path));
  #moved = $state(false);
  #holds: readonly (() => string)[] = [];

  get place(): Place {
    return this.#place;
  }

  /** What is asked of the place, such as a search: the query of the address, with its question mark. */
  get search(): string {
    return this.#search;
  }

  /** The person has gone somewhere since the page was loaded: the focus has to go along. */
  get moved(): boolean {
    return this.#moved;
  }

  /**
   * Something would be lost by going away: whoever does is asked first.
   *
   * @param question in the language of the moment
   * @returns what lets go again
   */
  hold(question: () => string): () => void {
    this.#holds = [...this.#holds, question];
    return () => {
      this.#holds = this.#holds.filter((each) => each !== question);
    };
  }

  go(path: string): void {
    if (path === location.pathname + location.search || !this.#mayLeave()) return;
    history.pushState(null, '', path);
    this.#arrive();
    scrollTo(0, 0);
  }

  /**
   * Something else is asked of the same place.
   *
   * @param search the query of the address, without a question mark
   * @param isStep the browser's way back leads to what was asked before
   */
  ask(search: string, isStep: boolean): void {
    const address = location.pathname + (search === '' ? '' : `?${search}`);
    if (address === location.pathname + location.search) return;
    if (isStep) history.pushState(null, '', address);
    else history.replaceState(null, '', address);
    this.#search = location.search;
  }

  /** To be called when the browser has gone back or forward. */
  sync(): void {
    // The browser is there already: whoever stays is brought back.
    if (location.pathname !== this.#path && !this.#mayLeave())
      history.pushState(null, '', this.#path + this.#search);
    else this.#arrive();
  }

  #arrive(): void {
    const { pathname, search } = location;
    // Such as a meeting that was left: a page of its own.
    if (!pathname.startsWith(paths.home)) location.reload();
    else if (pathname !== this.#path) {
      this.#path = pathname;
      this.#moved = true;
    }
    this.#search = search;
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
    this.go(link.pathname + link.search);
  }

  #mayLeave(): boolean {
    return this.#holds.every((question) => confirm(question()));
  }
}
