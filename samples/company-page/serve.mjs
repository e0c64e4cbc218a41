/**
 * Shows the company's page with a banner of a running Taimen, under the strictest content security policy that a site
 * with the banner can have:
 *
 *     node samples/company-page/serve.mjs http://localhost:3000 <key of the banner> [port, 8080 by default]
 */
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { pathToFileURL } from 'node:url';

const DEFAULT_PORT = 8080;

const files = new Map([
  ['/', 'index.html'],
  ['/index.html', 'index.html'],
  ['/contact.html', 'contact.html'],
  ['/company.css', 'company.css'],
]);

/**
 * Only the company's own things, and of Taimen: the script of the banner, what it asks, and the start page in a frame.
 * Nothing is `unsafe`, and texts that become HTML or scripts are refused altogether.
 *
 * @param {string} taimen `https://meet.example.com`
 */
export function securityPolicy(taimen) {
  return [
    "default-src 'none'",
    "style-src 'self'",
    `script-src ${taimen}`,
    `connect-src ${taimen}`,
    `frame-src ${taimen}`,
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
    "require-trusted-types-for 'script'",
    "trusted-types 'none'",
  ].join('; ');
}

/**
 * The company's site.
 *
 * @param {{taimen: string, key: string}} banner the origin of Taimen, and the banner's key
 */
export function companySite({ taimen, key }) {
  return createServer(async (request, response) => {
    // Whatever somebody asks for, such as `//`, which is no address at all: what is not listed is not there.
    const [path = '/'] = (request.url ?? '/').split('?');
    const file = files.get(path);
    if (!file) {
      response.writeHead(404, { 'Content-Type': 'text/plain; charset=utf-8' }).end('ページがありません\n');
      return;
    }
    const text = await readFile(new URL(file, import.meta.url), 'utf8');
    response
      .writeHead(200, {
        'Content-Type': `text/${file.endsWith('.css') ? 'css' : 'html'}; charset=utf-8`,
        'Content-Security-Policy': securityPolicy(taimen),
        'X-Content-Type-Options': 'nosniff',
      })
      .end(text.replaceAll('{{taimen}}', taimen).replaceAll('{{key}}', key));
  });
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const [taimen = '', key = '', port = String(DEFAULT_PORT)] = process.argv.slice(2);
  if (!URL.canParse(taimen) || !/^[\w-]{22}$/.test(key)) {
    console.error('Usage: node samples/company-page/serve.mjs http://localhost:3000 <key of the banner> [port]');
    process.exit(2);
  }
  companySite({ taimen: new URL(taimen).origin, key }).listen(Number(port), '127.0.0.1', () => {
    console.log(`http://localhost:${port}`);
  });
}
