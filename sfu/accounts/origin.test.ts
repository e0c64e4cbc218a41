import type { IncomingHttpHeaders } from 'node:http';
import { describe, expect, test } from 'vitest';
import { isOwnOrigin, type OriginSettings } from './origin.ts';

const direct: OriginSettings = { publicOrigin: null, trustProxy: 0 };
const behindProxy: OriginSettings = { publicOrigin: null, trustProxy: 1 };
const named: OriginSettings = { publicOrigin: 'https://meet.example.com', trustProxy: 0 };
const local = 'localhost:3000';

describe('a request is our own', () => {
  test.each<[string, IncomingHttpHeaders, OriginSettings, boolean]>([
    ['from the same host', { host: local, origin: 'http://localhost:3000' }, direct, true],
    ['from an address on the LAN', { host: '192.168.0.5', origin: 'http://192.168.0.5' }, direct, true],
    ['over IPv6', { host: '[::1]:3000', origin: 'http://[::1]:3000' }, direct, true],
    ['through a TLS proxy nobody told of', { host: 'a.example', origin: 'https://a.example' }, direct, true],
    [
      'with the default port written out',
      { host: 'a.example:443', origin: 'https://a.example' },
      direct,
      true,
    ],
    ['as the browser says', { host: local, 'sec-fetch-site': 'same-origin' }, direct, true],
    ['from another port', { host: local, origin: 'http://localhost:3001' }, direct, false],
    ['from another site', { host: local, origin: 'https://evil.example' }, direct, false],
    ['from a sibling', { host: local, 'sec-fetch-site': 'same-site', origin: 'http://b' }, direct, false],
    ['from a sandboxed frame', { host: local, origin: 'null' }, direct, false],
    ['with a nonsense Host', { host: 'a b', origin: 'null' }, direct, false],
    ['from no browser', { host: local }, direct, false],
    ['without a Host', { origin: 'http://localhost' }, direct, false],
    [
      'behind a proxy that is trusted',
      {
        host: '10.0.0.1',
        'x-forwarded-host': 'a.example',
        'x-forwarded-proto': 'https',
        origin: 'https://a.example',
      },
      behindProxy,
      true,
    ],
    [
      'behind such a proxy, but over plain HTTP',
      {
        host: '10.0.0.1',
        'x-forwarded-host': 'a.example',
        'x-forwarded-proto': 'https',
        origin: 'http://a.example',
      },
      behindProxy,
      false,
    ],
    [
      'with a forwarded host nobody trusts',
      { host: local, 'x-forwarded-host': 'evil.example', origin: 'https://evil.example' },
      direct,
      false,
    ],
    ['under the public name', { host: '10.0.0.1', origin: 'https://meet.example.com' }, named, true],
    ['beside the public name', { host: local, origin: 'http://localhost:3000' }, named, false],
  ])('%s', (_, headers, settings, own) => {
    expect(isOwnOrigin(headers, settings)).toBe(own);
  });
});
