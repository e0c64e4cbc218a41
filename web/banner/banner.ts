import { placeBanner, type PlacedBanner } from './placed-banner.ts';

/*
 * リンクバナー (B4), for a page of somebody else's:
 *
 *   <script src="https://meet.example.com/banner.js" data-key="…" async></script>
 *
 * The banner stands where the script stands. It leaves one name behind, `TaimenBanner`, for pages that build themselves.
 */

type TaimenBanner = {
  /** Puts a banner into an element, at its end. @param key as in `data-key` */
  place: (into: Element, key: string) => PlacedBanner;
};

declare global {
  interface Window {
    TaimenBanner?: TaimenBanner;
  }
}

/** A classic script knows its own element while it runs for the first time, also an async one. */
const script = document.currentScript as HTMLScriptElement | null;
const server = script ? new URL(script.src).origin : '';

const place: TaimenBanner['place'] = (into, key) =>
  placeBanner(server, key, (host) => {
    into.append(host);
  });

window.TaimenBanner = { place };

const key = script?.dataset['key'];
if (script && key) {
  if (script.closest('body')) {
    placeBanner(server, key, (host) => {
      script.after(host);
    });
  }
  // In the head, where nothing can be seen.
  else if (document.readyState === 'loading')
    document.addEventListener('DOMContentLoaded', () => place(document.body, key));
  else place(document.body, key);
}
