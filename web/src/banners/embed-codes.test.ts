import { describe, expect, it } from 'vitest';
import { codeOf, permissionsFor, policyOf, ways } from './embed-codes.ts';

const origin = 'https://meet.example.com';
const embedded = { origin, key: 'A'.repeat(22), words: { button: '商談を始める', title: '商談' } };

describe('what is pasted into a page', () => {
  it('is one line of HTML for each way, without a style of its own', () => {
    for (const way of ways) {
      const code = codeOf(way, embedded);
      expect(code).toContain(origin);
      expect(code).toContain(embedded.key);
      expect(code).not.toMatch(/\n|style=/);
    }
  });

  it('keeps what somebody writes on the button from becoming HTML', () => {
    const words = { ...embedded.words, button: '<b onclick="x">商談 & 見積</b>' };
    expect(codeOf('link', { ...embedded, words })).toBe(
      `<a href="${origin}/s/${embedded.key}" target="_blank">&lt;b onclick=&quot;x&quot;&gt;商談 &amp; 見積&lt;/b&gt;</a>`,
    );
  });

  it('lets the frame use camera and microphone', () => {
    expect(codeOf('frame', embedded)).toContain(
      'allow="camera; microphone; display-capture; fullscreen; autoplay"',
    );
    expect(permissionsFor(origin)).toContain(`camera=(self "${origin}")`);
  });

  it('comes with what a strict policy has to allow, and with no more', () => {
    expect(ways.map((way) => policyOf(way, origin))).toEqual([
      `script-src ${origin}; connect-src ${origin}`,
      '',
      `frame-src ${origin}`,
    ]);
  });
});
