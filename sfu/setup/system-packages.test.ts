import { describe, expect, it } from 'vitest';
import { byHandMessage, documentPackages, missingPackages } from './system-packages.mjs';

describe('what is missing', () => {
  it('is what is not there, in the order in which it was asked for', () => {
    const packages = [
      { name: 'second-to-none', isThere: () => false },
      { name: 'here', isThere: () => true },
      { name: 'also-missing', isThere: () => false },
    ];
    expect(missingPackages(packages)).toEqual(['second-to-none', 'also-missing']);
  });

  it('is what the package database does not know', () => {
    expect(missingPackages([{ name: 'taimen-no-such-package' }])).toEqual(['taimen-no-such-package']);
  });
});

describe('what Office files need', () => {
  it('is looked for without running a program, because every start does', () => {
    expect(documentPackages.filter((each) => !each.isThere)).toEqual([]);
  });
});

describe('the message for whoever may not install packages', () => {
  it('gives the one command to type, and says how to go on', () => {
    const message = byHandMessage(['cmake', 'ninja-build'], 'for building the media worker', true);
    expect(message).toContain(
      '  sudo apt-get update && sudo apt-get install -y --no-install-recommends cmake ninja-build\n',
    );
    expect(message).toContain('for building the media worker');
    expect(message).toContain('run the same command again');
  });

  it('names the packages where there is no apt-get', () => {
    const message = byHandMessage(['cmake'], 'for the tests', false);
    expect(message).toContain('  cmake\n');
    expect(message).not.toContain('sudo');
  });
});
