import type { PublicBanner } from '../../sfu/protocol/banner.ts';
import type { SendCallback } from './callback-form.ts';
import { isDarkPage } from './colors.ts';
import { dress, placeOnly, styleOf, unseen } from './style.ts';
import { bannerView, type BannerView } from './view.ts';
import { languageOf } from './words.ts';

/** What is known may be this old; then it is asked anew when somebody looks or points at the banner. */
const freshMs = 60_000;
const answerTimeoutMs = 10_000;
/** After a look that failed it looks again, after twice as long each time … */
const retryFirstMs = 5_000;
/** … and at the longest after this; then it has been in vain for five minutes, and what it knew is not shown any more. */
const retryMaxMs = 300_000;
/** So much too early a timer may be, for a clock that was set in between. */
const clockGrainMs = 100;
/** A tap leaves the banner before it presses: what waits for that waits so much longer. */
const letGoMs = 500;
/** How far around the window a banner asks, so that it stands there when it is scrolled to. */
const nearby = '400px';
/** As much of an address as sfu/protocol/desk.ts, originPage, reads. */
const charactersMax = 2_000;

export type PlacedBanner = { remove: () => void };

/**
 * One banner on a page of somebody else's: an element with a shadow tree of its own. It tells only what the server has
 * said, and is not to be seen when the server says nothing.
 *
 * @param server `https://…`, without a path
 * @param put puts the element into the page
 */
export function placeBanner(server: string, key: string, put: (host: Element) => void): PlacedBanner {
  // The name is nobody's: no style of the page means it.
  const host = document.createElement('taimen-banner');
  const root = host.attachShadow({ mode: 'open' });
  const end = new AbortController();
  const { signal } = end;
  let dueAt = 0;
  let patienceMs = retryFirstMs;
  let isPointedAt = false;
  /** What the server has said, and what of it is drawn. */
  let told: PublicBanner = { isOn: false };
  let known: PublicBanner = { isOn: false };
  let view: BannerView | null = null;

  const at = (path: string) => `${server}/${path}/${encodeURIComponent(key)}`;

  const ask = (path: string, more?: RequestInit) =>
    fetch(at('api/banner') + path, {
      credentials: 'omit',
      signal: AbortSignal.timeout(answerTimeoutMs),
      ...more,
    });

  const remove = () => {
    end.abort();
    host.remove();
  };

  const send: SendCallback = async (request) => {
    try {
      const { status } = await ask('/callback', {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ ...request, origin: thisPage() }),
      });
      // Nothing else is our server's word that it has arrived.
      if (status === 204) return null;
      return status === 404 ? 'gone' : status === 400 ? 'phoneWrong' : 'notSent';
    } catch {
      return 'notSent';
    }
  };

  /** In the page's own light or darkness. */
  const wear = () => {
    const isDark = isDarkPage(getComputedStyle(host.parentElement ?? document.body).color);
    dress(root, known.isOn ? styleOf(known.look, isDark) : unseen);
  };

  const draw = () => {
    root.replaceChildren();
    view = null;
    if (known.isOn) {
      const { look } = known;
      // Nothing of the page may cut it off, or scroll it away.
      if (look.shape === 'corner') document.body.append(host);
      view = bannerView(known, languageOf(look, navigator.languages), {
        startUrl: () => `${at('s')}?from=${encodeURIComponent(thisPage() ?? '')}`,
        send,
        close: remove,
      });
      root.append(view.element);
    }
  };

  /** Nothing changes its place under a pointer or the focus, nor is anybody interrupted who is typing: that waits. */
  const settle = () => {
    if (signal.aborted) return;
    const isHeld = isPointedAt || !!root.activeElement;
    if (!isHeld && !view?.isInUse()) {
      const isNew = lookOf(told) !== lookOf(known);
      known = told;
      if (isNew) draw();
      wear();
    }
    if (told.isOn) view?.tell(told.isAvailable, isHeld);
  };

  const letGo = () => {
    setTimeout(settle, letGoMs);
  };

  const refresh = async () => {
    let answer: PublicBanner | null = null;
    try {
      const response = await ask('');
      if (response.ok) answer = (await response.json()) as PublicBanner;
      else if (/404|410/.test(`${response.status}`)) answer = { isOn: false };
    } catch {
      // No line, a server that is not there, or a policy of the page that forbids the request.
    }
    if (answer) patienceMs = retryFirstMs;
    else {
      dueAt = Date.now() + patienceMs;
      setTimeout(wake, patienceMs + clockGrainMs);
      if (patienceMs === retryMaxMs) answer = { isOn: false };
      patienceMs = Math.min(2 * patienceMs, retryMaxMs);
    }
    told = answer ?? told;
    settle();
  };

  const wake = () => {
    // The page may have taken its part with the banner away.
    if (!host.isConnected) remove();
    if (signal.aborted || document.hidden) return;
    view?.aim();
    if (known.isOn) wear();
    if (Date.now() < dueAt) return;
    dueAt = Date.now() + freshMs;
    void refresh();
  };

  const point = ({ type }: Event) => {
    isPointedAt = type === 'pointerenter';
    (isPointedAt ? wake : letGo)();
  };

  const begin = () => {
    document.addEventListener('visibilitychange', wake, { signal });
    matchMedia('(prefers-color-scheme: dark)').addEventListener('change', wake, { signal });
    host.addEventListener('pointerenter', point);
    host.addEventListener('pointerleave', point);
    host.addEventListener('focusin', wake);
    host.addEventListener('focusout', letGo);
    wake();
  };

  dress(root, placeOnly);
  put(host);
  // What is put right into the page is for the corner, most often: it must not wait until it is scrolled to.
  if (host.parentElement === document.body) begin();
  else {
    const near = new IntersectionObserver(
      ([entry]) => {
        if (!entry?.isIntersecting) return;
        near.disconnect();
        begin();
      },
      { rootMargin: nearby },
    );
    near.observe(host);
  }
  return { remove };
}

/** All that is drawn, but for whether somebody is available. */
const lookOf = (banner: PublicBanner) => JSON.stringify({ ...banner, isAvailable: 0 });

/** Without its query, which may say more than is our business; null: a page from a disk. */
function thisPage(): string | null {
  const { protocol, origin, pathname } = location;
  return /^http/.test(protocol) ? (origin + pathname).slice(0, charactersMax) : null;
}
