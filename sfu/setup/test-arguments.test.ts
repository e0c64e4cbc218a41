import { describe, expect, it } from 'vitest';
import { parseTestArguments } from './test-arguments.mjs';

describe('npm test --', () => {
  it('runs everything when nothing is named', () => {
    expect(parseTestArguments([])).toEqual({
      suites: ['check', 'unit', 'integration', 'browser'],
      passedOn: [],
    });
  });

  it('runs the suites that are named, once each, in their own order', () => {
    expect(parseTestArguments(['browser', 'unit', 'browser']).suites).toEqual(['unit', 'browser']);
  });

  it('passes on what follows a suite', () => {
    expect(parseTestArguments(['unit', 'stamp', '-t', 'unit'])).toEqual({
      suites: ['unit'],
      passedOn: ['stamp', '-t', 'unit'],
    });
  });

  it.each([[['stamp']], [['-t', 'name']], [['unit', 'browser', 'meeting']]])(
    'asks for one suite when %j could be for any',
    (args) => {
      expect(() => parseTestArguments(args)).toThrow(/Name one suite/);
    },
  );

  it('says that the checks take no filter', () => {
    expect(() => parseTestArguments(['check', 'sfu'])).toThrow(/takes no further arguments/);
  });
});
