import js from '@eslint/js';
import { createNodeResolver, importX } from 'eslint-plugin-import-x';
import svelte from 'eslint-plugin-svelte';
import globals from 'globals';
import ts from 'typescript-eslint';
import house from './eslint/house-rules.js';

const MAX_LINES_PER_FILE = 400;

const TEST_FILES = ['**/*.test.ts', 'sfu/test/**', 'sfu/bench/**', 'web/e2e/**'];
const SVELTE_FILES = ['**/*.svelte', '**/*.svelte.ts'];
const BROWSER_FILES = ['web/src/**', 'web/pages/**', 'web/banner/**'];

export default ts.config(
  {
    ignores: [
      '**/node_modules/',
      'web/dist/',
      'var/',
      'samples/',
      'test-results/',
      'playwright-report/',
      'coverage/',
    ],
  },
  { linterOptions: { reportUnusedDisableDirectives: 'error' } },

  js.configs.recommended,
  ts.configs.strictTypeChecked,
  svelte.configs.recommended,
  svelte.configs.prettier,

  {
    languageOptions: {
      parserOptions: {
        projectService: true,
        tsconfigRootDir: new URL('..', import.meta.url).pathname,
        extraFileExtensions: ['.svelte'],
      },
    },
  },
  {
    files: SVELTE_FILES,
    languageOptions: { parserOptions: { parser: ts.parser } },
    rules: {
      // `let { name } = $props()` is Svelte's way; its own version of the rule knows that.
      'prefer-const': 'off',
      'svelte/prefer-const': 'error',
      // Whether a loop's variable or an event has a type is known to svelte-check only, which checks it.
      '@typescript-eslint/no-unsafe-argument': 'off',
      '@typescript-eslint/no-unsafe-assignment': 'off',
      '@typescript-eslint/no-unsafe-call': 'off',
      '@typescript-eslint/no-unsafe-member-access': 'off',
      '@typescript-eslint/no-unsafe-return': 'off',
    },
  },
  { files: BROWSER_FILES, languageOptions: { globals: globals.browser } },
  { ignores: BROWSER_FILES, languageOptions: { globals: globals.node } },

  // The design: who imports whom.
  {
    plugins: { house },
    rules: {
      'house/import-direction': 'error',
      'house/one-door': 'error',
      'house/one-environment-reader': 'error',
    },
  },
  {
    files: BROWSER_FILES,
    ignores: TEST_FILES,
    rules: {
      'no-restricted-imports': [
        'error',
        { patterns: [{ regex: '^node:', message: 'This runs in a browser: there is no Node there.' }] },
      ],
    },
  },
  {
    plugins: { 'import-x': importX },
    settings: {
      'import-x/resolver-next': [createNodeResolver({ extensions: ['.ts', '.js', '.mjs', '.svelte'] })],
      'import-x/parsers': { '@typescript-eslint/parser': ['.ts'] },
    },
    rules: {
      'import-x/first': 'error',
      'import-x/no-cycle': ['error', { ignoreExternal: true }],
      'import-x/no-duplicates': 'error',
      'import-x/no-mutable-exports': 'error',
      'import-x/no-self-import': 'error',
    },
  },

  // Ways of writing.
  {
    rules: {
      eqeqeq: ['error', 'always', { null: 'ignore' }],
      'max-lines': ['error', { max: MAX_LINES_PER_FILE, skipBlankLines: true, skipComments: true }],
      'no-console': 'error',
      'object-shorthand': 'error',

      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': [
        'error',
        { considerDefaultExhaustiveForUnions: true, requireDefaultForNonUnion: false },
      ],
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      '@typescript-eslint/restrict-template-expressions': [
        'error',
        { allowNumber: true, allowBoolean: true },
      ],
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      // An async function without await is the plain way to fit a table of functions that give promises.
      '@typescript-eslint/require-await': 'off',
      // A class that holds only static factories, and `{ type: 'left' } as const` unions, are house style.
      '@typescript-eslint/no-extraneous-class': [
        'error',
        { allowWithDecorator: true, allowStaticOnly: true },
      ],
      // Spreading a string gives its code points, which is what is meant: [...'対面'].
      '@typescript-eslint/no-misused-spread': ['error', { allow: ['string'] }],
      // Express and Svelte take async handlers where a void one is declared.
      '@typescript-eslint/no-misused-promises': ['error', { checksVoidReturn: false }],
    },
  },
  {
    files: TEST_FILES,
    rules: {
      // Assertions look into values of any shape, and stand-ins often do nothing.
      '@typescript-eslint/no-non-null-assertion': 'off',
      '@typescript-eslint/no-unsafe-assignment': 'off',
      '@typescript-eslint/no-unsafe-member-access': 'off',
      '@typescript-eslint/no-empty-function': 'off',
      '@typescript-eslint/unbound-method': 'off',
    },
  },
  // These talk to a terminal.
  {
    files: ['sfu/setup/**', 'sfu/bench/**', 'sfu/test/**', 'web/e2e/**'],
    rules: { 'no-console': 'off' },
  },
  // Plain JavaScript is type-checked by tsc through its JSDoc; the typed rules need a .ts project.
  {
    files: ['**/*.js', '**/*.mjs'],
    extends: [ts.configs.disableTypeChecked],
  },
);
