/**
 * Who may import whom: the design, in a form that the lint rules in house-rules.js hold.
 * Paths are relative to the project's top level.
 */

/**
 * The parts of the project. A file belongs to the first area whose pattern matches its path; a file that
 * matches none (set-up, configuration) is not restricted.
 *
 * `mayImport` names the areas whose files it may import besides its own. Within a tier only what is
 * written here is allowed, so `store` never learns about `accounts`.
 *
 * @type {{name: string, files: RegExp, mayImport: string[] | 'anything'}[]}
 */
export const areas = [
  {
    name: 'tests',
    files: /(\.test\.ts$)|^(sfu\/test|sfu\/bench|recorder\/test|web\/e2e)\//,
    mayImport: 'anything',
  },
  { name: 'setup', files: /^sfu\/setup\//, mayImport: [] },
  { name: 'main', files: /^sfu\/(main|server)\.ts$/, mayImport: 'anything' },
  { name: 'config', files: /^sfu\/config\.ts$/, mayImport: ['protocol'] },

  { name: 'protocol', files: /^sfu\/protocol\//, mayImport: [] },
  { name: 'meeting', files: /^sfu\/meeting\//, mayImport: ['protocol'] },
  { name: 'store', files: /^sfu\/store\//, mayImport: ['protocol', 'meeting', 'tools'] },
  { name: 'media', files: /^sfu\/media\//, mayImport: ['protocol', 'meeting', 'tools'] },
  { name: 'accounts', files: /^sfu\/accounts\//, mayImport: ['protocol', 'meeting', 'store', 'tools'] },
  // What strangers' files are opened behind; whoever opens some uses it.
  { name: 'walls', files: /^sfu\/walls\//, mayImport: [] },
  {
    name: 'documents',
    files: /^sfu\/documents\//,
    mayImport: ['protocol', 'meeting', 'store', 'walls', 'tools'],
  },
  {
    name: 'recording',
    files: /^sfu\/recording\//,
    mayImport: ['protocol', 'meeting', 'media', 'store', 'walls', 'tools'],
  },
  {
    name: 'history',
    files: /^sfu\/history\//,
    mayImport: ['protocol', 'meeting', 'recording', 'accounts', 'store', 'tools'],
  },
  {
    name: 'signaling',
    files: /^sfu\/signaling\//,
    mayImport: ['protocol', 'meeting', 'media', 'documents', 'recording', 'accounts', 'store', 'tools'],
  },
  {
    name: 'http',
    files: /^sfu\/http\//,
    mayImport: [
      'protocol',
      'meeting',
      'media',
      'documents',
      'recording',
      'history',
      'accounts',
      'store',
      'tools',
    ],
  },
  // Single files at the top of sfu/: a clock, a log. Usable by everybody who is not pure.
  { name: 'tools', files: /^sfu\/[^/]+\.ts$/, mayImport: ['protocol'] },

  { name: 'web', files: /^web\//, mayImport: ['protocol'] },
  { name: 'recorder', files: /^recorder\//, mayImport: ['protocol', 'walls', 'tools'] },
];

/** A package's own name or a path inside it, but not a package whose name merely begins alike. */
const packageNamed = (/** @type {string} */ name) => new RegExp(`^${name}(/|$)`);

/**
 * Heavy or dangerous things have one door: only the files that match `door` import them. Tests are free.
 *
 * @type {{what: string, source: RegExp, door: RegExp, where: string}[]}
 */
export const doors = [
  { what: 'mediasoup', source: packageNamed('mediasoup'), door: /^sfu\/media\//, where: 'sfu/media/' },
  { what: 'express', source: packageNamed('express'), door: /^sfu\/http\//, where: 'sfu/http/' },
  {
    what: 'socket.io',
    source: packageNamed('socket\\.io'),
    door: /^sfu\/signaling\//,
    where: 'sfu/signaling/',
  },
  { what: 'kysely', source: packageNamed('kysely'), door: /^sfu\/store\//, where: 'sfu/store/' },
  { what: 'node:sqlite', source: /^node:sqlite$/, door: /^sfu\/store\//, where: 'sfu/store/' },
  { what: 'pg', source: packageNamed('pg'), door: /^sfu\/store\//, where: 'sfu/store/' },
  {
    what: 'fluent-ffmpeg',
    source: packageNamed('fluent-ffmpeg'),
    door: /^recorder\/ffmpeg\.ts$/,
    where: 'recorder/ffmpeg.ts',
  },
  {
    what: 'nodemailer',
    source: packageNamed('nodemailer'),
    door: /^sfu\/mail\.ts$/,
    where: 'sfu/mail.ts',
  },
  {
    what: 'pdfjs-dist',
    source: packageNamed('pdfjs-dist'),
    door: /^(web\/src\/stage|sfu\/documents)\//,
    where: 'web/src/stage/ (and sfu/documents/, which makes the page images)',
  },
];

/** Files that may read process.env. */
export const environmentReaders =
  /^(sfu\/config\.ts|recorder\/config\.ts|sfu\/(setup|test|bench)\/.*|recorder\/test\/.*|web\/e2e\/.*|web\/vite\.config\.ts|\.config\/.*|.*\.test\.ts)$/;
