import { describe, expect, test } from 'vitest';
import { accessTo } from './access.ts';

describe('who may send a request', () => {
  test.each([
    ['GET', '/session', 'anyone'],
    ['GET', '/banner/kQ3vbWc0T2uYy3mXbRk1Zw', 'anywhere'],
    ['POST', '/banner/kQ3vbWc0T2uYy3mXbRk1Zw/callback', 'anywhere'],
    ['POST', '/banners', 'manager'],
    ['POST', '/session/password', 'signed-in'],
    ['GET', '/documents/kQ3vbWc0T2uYy3mXbRk1Zw/pdf', 'visitor'],
    ['HEAD', '/recordings/kQ3vbWc0T2uYy3mXbRk1Zw/file', 'rep'],
    ['GET', '/recordings/', 'rep'],
  ])('%s %s: %s', (method, path, who) => {
    expect(accessTo(method, path)).toBe(who);
  });

  test.each([
    ['GET', '/'],
    ['GET', '/nothing'],
    ['PUT', '/session'],
    ['GET', '/recordings/a/file/b'],
    ['GET', '//recordings'],
  ])('%s %s does not exist', (method, path) => {
    expect(accessTo(method, path)).toBeNull();
  });
});
