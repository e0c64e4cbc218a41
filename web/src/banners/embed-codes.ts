/** The three ways in which a banner comes into a company's page (B4). */
export type Way = 'script' | 'link' | 'frame';
export const ways = ['script', 'link', 'frame'] as const satisfies readonly Way[];

export type Embedded = {
  /** Of this server: `https://meet.example.com`. */
  origin: string;
  key: string;
  /** What the link says, and how the frame is called for people who hear the page. */
  words: { button: string; title: string };
};

/** What a page in a frame may use, or the call in it would have neither picture nor sound. */
const framed = ['camera', 'microphone', 'display-capture', 'fullscreen', 'autoplay'] as const;

const escapes: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };
const escaped = (text: string) => text.replace(/[&<>"]/g, (sign) => escapes[sign] ?? sign);

/** The address that all three lead to. */
export const startAddress = ({ origin, key }: Pick<Embedded, 'origin' | 'key'>): string =>
  `${origin}/s/${key}`;

/** HTML to be pasted. No style is in it: a strict policy would refuse it. */
export function codeOf(way: Way, embedded: Embedded): string {
  const { origin, key, words } = embedded;
  const address = startAddress(embedded);
  switch (way) {
    case 'script':
      return `<script src="${origin}/banner.js" data-key="${key}" async></script>`;
    case 'link':
      return `<a href="${address}" target="_blank">${escaped(words.button)}</a>`;
    case 'frame':
      return `<iframe src="${address}" title="${escaped(words.title)}" width="100%" height="640" allow="${framed.join('; ')}"></iframe>`;
  }
}

/** What a Content-Security-Policy has to allow for it, as samples/company-page/serve.mjs sends it; '': nothing. */
export function policyOf(way: Way, origin: string): string {
  switch (way) {
    case 'script':
      return `script-src ${origin}; connect-src ${origin}`;
    case 'link':
      return '';
    case 'frame':
      return `frame-src ${origin}`;
  }
}

/** For a site that sends a Permissions-Policy (W3C Permissions Policy, 5.1), in a header's form. */
export const permissionsFor = (origin: string): string =>
  framed.map((feature) => `${feature}=(self "${origin}")`).join(', ');
