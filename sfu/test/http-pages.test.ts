import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { html, HttpServer } from './http-server.ts';

let server: HttpServer;

beforeEach(async () => {
  server = await HttpServer.start();
});
afterEach(() => server.stop());

describe('the pages', () => {
  test.each([
    ['/', 'start'],
    ['/?o=demo', 'start'],
    ['/join', 'join'],
    ['/join/', 'join'],
    ['/i/a-secret_token', 'join'],
    ['/meeting/abc', 'meeting'],
    ['/dashboard', 'dashboard'],
    ['/dashboard/admin/users', 'dashboard'],
  ])('%s is the page %s, asked for anew each time', async (to, page) => {
    const answer = await server.ask('GET', to);
    expect(answer.status).toBe(200);
    expect(answer.text).toBe(html(page));
    expect(answer.headers.get('content-type')).toBe('text/html; charset=utf-8');
    expect(answer.headers.get('cache-control')).toBe('no-cache');
  });

  test('keep to themselves', async () => {
    const { headers } = await server.ask('GET', '/');
    const policy = headers.get('content-security-policy')!;
    expect(policy.split(';')).toEqual(
      expect.arrayContaining([
        "default-src 'self'",
        "script-src 'self' 'wasm-unsafe-eval'",
        "worker-src 'self'",
        "connect-src 'self'",
        "frame-ancestors 'none'",
      ]),
    );
    expect(policy).not.toContain('upgrade-insecure-requests');
    expect(headers.get('strict-transport-security')).toBeNull();
    expect(headers.get('cross-origin-opener-policy')).toBeNull();
    expect(headers.get('x-powered-by')).toBeNull();
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(headers.get('referrer-policy')).toBe('same-origin');
    expect(headers.get('permissions-policy')).toContain(
      'camera=(self), microphone=(self), display-capture=(self)',
    );
  });

  test('load their files compressed, and keep them', async () => {
    for (const [accepts, encoding] of [
      ['gzip, br', 'br'],
      ['gzip', 'gzip'],
      ['identity', null],
    ] as const) {
      const answer = await server.ask('GET', '/assets/app-1a2b.js', undefined, {
        'accept-encoding': accepts,
      });
      expect(answer.status).toBe(200);
      expect(answer.headers.get('content-encoding')).toBe(encoding);
      expect(answer.headers.get('content-type')).toBe('text/javascript; charset=utf-8');
      expect(answer.headers.get('cache-control')).toBe('public, max-age=31536000, immutable');
      expect(answer.headers.get('vary')).toContain('Accept-Encoding');
      expect(answer.text).toContain('console.log("対面")');
    }
    const icon = await server.ask('GET', '/icon.svg');
    expect(icon.headers.get('cache-control')).toBe('no-cache');
    const etag = icon.headers.get('etag')!;
    // Not by fetch, which asks for a fresh answer when it is given this header.
    expect((await server.askRaw('/icon.svg', { 'if-none-match': etag })).status).toBe(304);
    const range = { range: 'bytes=900000-', 'accept-encoding': 'br' };
    const beyond = await server.ask('GET', '/assets/app-1a2b.js', undefined, range);
    expect(beyond.status).toBe(416);
    expect(beyond.headers.get('content-encoding')).toBeNull();
  });

  test('that are not there are told in both languages to people, in JSON to programs', async () => {
    const page = await server.ask('GET', '/nothing', undefined, { accept: 'text/html,*/*' });
    expect(page.status).toBe(404);
    expect(page.text).toContain('ページが見つかりません');
    expect(page.text).toContain('Page not found');
    const json = await server.ask('GET', '/assets/nothing.js', undefined, { accept: '*/*' });
    expect(json.status).toBe(404);
    expect(json.json?.['code']).toBe('bad-request');
    expect((await server.ask('GET', '/pages/start/index.html')).status).toBe(404);
    expect((await server.ask('POST', '/assets/app-1a2b.js', {})).status).toBe(404);
  });

  test.each([
    '/../secret.txt',
    '/assets/../../secret.txt',
    '/%2e%2e/secret.txt',
    '/assets/%2e%2e%2f%2e%2e%2fsecret.txt',
    '/assets/..%5c..%5csecret.txt',
    '/....//secret.txt',
    '//secret.txt',
    '/.hidden',
    '/icon.svg%00.txt',
    '/%',
    '/%ff',
    '/dashboard/%',
    '/i/%c0%ae',
  ])('never lead out of their folder: %s', async (rawPath) => {
    const answer = await server.askRaw(rawPath);
    expect([400, 404]).toContain(answer.status);
    expect(answer.text).not.toContain('secret');
    expect(server.logged).toEqual([]);
  });

  test('that have not been built say how to build them, and are there as soon as they are', async () => {
    const elsewhere = path.join(server.folder, 'dist');
    await server.listen({ webDir: elsewhere });
    const answer = await server.ask('GET', '/', undefined, { accept: 'text/html' });
    expect(answer.status).toBe(503);
    expect(answer.text).toContain('npm run build');
    mkdirSync(path.join(elsewhere, 'start'), { recursive: true });
    writeFileSync(path.join(elsewhere, 'start/index.html'), html('start'));
    expect((await server.ask('GET', '/')).text).toBe(html('start'));
    expect((await server.ask('GET', '/join')).status).toBe(404);
  });
});
