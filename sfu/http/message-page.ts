/** Heading and text. */
type Words = readonly [string, string];

const layout = 'max-width: 36rem; margin: 15vh auto 0; padding: 0 1.5rem; line-height: 1.8';
const font = "font-family: 'Hiragino Sans', 'Noto Sans CJK JP', 'Yu Gothic', system-ui, sans-serif";
/* Said, though it is the browser's own: what looks after contrast takes a page without a paper for white. */
const paper = 'background: Canvas; color: CanvasText';

/**
 * A page with a few words in both languages, which needs no file of the build and no script. The words are
 * our own; nothing from a request may come in here.
 */
export function messagePage(ja: Words, en: Words): string {
  return `<!doctype html>
<html lang="ja">
  <head>
    <meta charset="utf-8" />
    <meta name="viewport" content="width=device-width, initial-scale=1" />
    <meta name="color-scheme" content="light dark" />
    <link rel="icon" href="/favicon.svg" type="image/svg+xml" />
    <title>${ja[0]} | Taimen</title>
  </head>
  <body style="${font}; ${paper}">
    <main style="${layout}">
      <h1>${ja[0]}</h1>
      <p>${ja[1]}</p>
      <div lang="en">
        <h2>${en[0]}</h2>
        <p>${en[1]}</p>
      </div>
      <p><a href="/">Taimen（対面）</a></p>
    </main>
  </body>
</html>
`;
}
