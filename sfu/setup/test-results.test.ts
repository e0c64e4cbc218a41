import { describe, expect, it } from 'vitest';
import { fromPlaywright, fromVitest, judgeSuite, summaryLine, sumUp } from './test-results.mjs';

const vitestReport = (changes: object = {}) => ({
  numPassedTests: 3,
  numFailedTests: 0,
  numPendingTests: 0,
  numTodoTests: 0,
  testResults: [],
  ...changes,
});

const judgeVitest = (report: object, succeeded = true) =>
  judgeSuite('unit', succeeded, JSON.stringify(report), fromVitest);

describe("Vitest's report", () => {
  it('gives passed, failed, and skipped with those still to do', () => {
    const report = vitestReport({ numFailedTests: 1, numPendingTests: 2, numTodoTests: 1 });
    expect(judgeVitest(report, false)).toEqual({ passed: 3, failed: 1, skipped: 3, problems: [] });
  });

  it('counts a file that could not be loaded as a failure', () => {
    const file = {
      name: 'a.test.ts',
      status: 'failed',
      message: 'Cannot find x\nstack',
      assertionResults: [],
    };
    expect(judgeVitest(vitestReport({ testResults: [file] }), false)).toEqual({
      passed: 3,
      failed: 1,
      skipped: 0,
      problems: ['unit: a.test.ts did not run: Cannot find x'],
    });
  });
});

describe("Playwright's report", () => {
  it('counts a test that passed only when repeated as failed', () => {
    const report = { stats: { expected: 5, unexpected: 1, flaky: 1, skipped: 2 }, errors: [] };
    expect(fromPlaywright(report)).toEqual({ passed: 5, failed: 2, skipped: 2, problems: [] });
  });

  it('counts errors outside of tests', () => {
    const report = {
      stats: { expected: 0, unexpected: 0, flaky: 0, skipped: 0 },
      errors: [{ message: 'the server did not start' }],
    };
    expect(judgeSuite('browser', false, JSON.stringify(report), fromPlaywright)).toEqual({
      passed: 0,
      failed: 1,
      skipped: 0,
      problems: ['browser: outside of a test: the server did not start'],
    });
  });
});

describe('a suite fails', () => {
  it('when not a single test ran, even if its runner is content', () => {
    const result = judgeVitest(vitestReport({ numPassedTests: 0, numPendingTests: 4 }));
    expect(result).toMatchObject({ failed: 1, problems: ['unit: not a single test ran'] });
  });

  it('when its runner failed although all tests passed', () => {
    expect(judgeVitest(vitestReport(), false)).toMatchObject({ passed: 3, failed: 1 });
  });

  it.each([
    ['missing', undefined],
    ['cut short', '{"numPassed'],
    ['something else', '{}'],
  ])('when its report is %s', (_what, text) => {
    expect(judgeSuite('unit', true, text, fromVitest)).toMatchObject({ passed: 0, failed: 1 });
  });
});

describe('the last line', () => {
  it('sums up all suites', () => {
    const sum = sumUp([
      { passed: 4, failed: 0, skipped: 0, problems: [] },
      { passed: 2, failed: 1, skipped: 0, problems: ['unit: not a single test ran'] },
    ]);
    expect(sum.problems).toEqual(['unit: not a single test ran']);
    expect(summaryLine(sum)).toBe('6 passed, 1 failed');
  });

  it('tells of skipped tests only if there are any', () => {
    expect(summaryLine({ passed: 1, failed: 0, skipped: 2, problems: [] })).toBe(
      '1 passed, 0 failed, 2 skipped',
    );
  });
});
