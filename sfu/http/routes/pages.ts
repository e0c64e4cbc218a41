import { Router, type Request, type Response } from 'express';
import type { HttpDeps } from '../deps.ts';
import { messagePage } from '../message-page.ts';
import { framedByAnySite } from '../security-headers.ts';
import { StaticFiles } from '../static-files.ts';

/** Which built page answers which path (Express's path syntax). */
const pages = {
  '/': 'start',
  '/s/:key': 'start',
  '/join': 'join',
  '/i/:token': 'join',
  '/meeting/:id': 'meeting',
  '/dashboard': 'dashboard',
  '/dashboard/*rest': 'dashboard',
} as const;

/** What any site may frame: the start page behind a banner (B4), and nothing else. */
const framed: ReadonlySet<string> = new Set<keyof typeof pages>(['/s/:key']);

/** How long the banner's script is kept before browsers ask again: a new one is soon everywhere. */
const bannerSeconds = 300;

/** Where the build puts a page's HTML, below the folder of the built pages. */
const htmlPlaces = (page: string) => [`/pages/${page}/index.html`, `/${page}/index.html`];

/** The built pages with their scripts, styles and fonts; and a friendly word where there is nothing. */
export function pageRoutes({ config }: Pick<HttpDeps, 'config'>): Router {
  const router = Router();
  const files = new StaticFiles(config.webDir);

  for (const [path, page] of Object.entries(pages)) {
    const headers = framed.has(path) ? framedByAnySite() : [];
    router.get(path, ...headers, async (request, response) => {
      for (const place of htmlPlaces(page)) {
        if (await files.send(place, request, response)) return;
      }
      if (await files.exist()) sendNotFound(request, response);
      else sendNotBuilt(request, response);
    });
  }

  // The one file that other sites' pages load (B4).
  router.get('/banner.js', async (request, response) => {
    response.set({ 'Access-Control-Allow-Origin': '*', 'Cross-Origin-Resource-Policy': 'cross-origin' });
    if (!(await files.send(request.path, request, response, bannerSeconds))) sendNotFound(request, response);
  });

  router.use(async (request, response) => {
    const isReading = request.method === 'GET' || request.method === 'HEAD';
    // The pages themselves are reached by their own paths only.
    if (isReading && !request.path.endsWith('.html') && (await files.send(request.path, request, response)))
      return;
    sendNotFound(request, response);
  });

  return router;
}

function sendNotFound(request: Request, response: Response): void {
  answer(request, response, 404, {
    code: 'bad-request',
    ja: [
      'ページが見つかりません',
      'アドレスをお確かめください。招待リンクは、最後の文字まで正しくコピーされているかご確認ください。',
    ],
    en: [
      'Page not found',
      'Please check the address. An invitation link has to be copied to its last character.',
    ],
  });
}

function sendNotBuilt(request: Request, response: Response): void {
  answer(request, response, 503, {
    code: 'internal',
    ja: [
      '準備中です',
      '画面のファイルがまだ作成されていません。サーバーの管理者は「npm run build」を実行してください。',
    ],
    en: ['Not ready yet', 'The pages have not been built. On the server, run "npm run build".'],
  });
}

type Message = { code: 'bad-request' | 'internal'; ja: [string, string]; en: [string, string] };

/** HTML for people, JSON for everything else. */
function answer(request: Request, response: Response, status: number, { code, ja, en }: Message): void {
  response.status(status).set('Cache-Control', 'no-store').vary('Accept');
  const wantsHtml = request.headers.accept?.includes('text/html') === true;
  if (wantsHtml) response.type('html').send(messagePage(ja, en));
  else response.json({ code, message: `${en[0]}. ${en[1]}` });
}
