// Makes the sample documents: fills the templates in source/ and lets LibreOffice write the files people send.
//
//   node samples/make.mjs
//
// Needs LibreOffice (soffice) and the fonts named below. The documents agree with each other:
// what stands in more than one of them is written here and nowhere else.

import { execFile } from 'node:child_process';
import { copyFile, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { promisify } from 'node:util';

const run = promisify(execFile);

const SAMPLES = path.dirname(fileURLToPath(import.meta.url));
const SOURCE = path.join(SAMPLES, 'source');
const TIME_LIMIT_MS = 180_000;

const COLOURS = {
  ink: '#221f1b',
  grey: '#5f594f',
  line: '#d9d2c6',
  paper: '#faf8f4',
  sand: '#efebe4',
  sandDeep: '#dcd4c6',
  white: '#ffffff',
  ai: '#1f4a80',
  aiDeep: '#163659',
  aiSoft: '#a9bfdb',
  aiPale: '#e6edf6',
  shu: '#bf3a1b',
};

/** All of it made up; `.example` and the zeros make sure that nobody gets a call. */
const NAMES = {
  company: 'あおば事務機株式会社',
  customer: '見本商事株式会社',
  representative: '営業部　青葉 みどり',
  founded: '1987',
  address: '見本県青葉市本町1-2-3',
  postcode: '〒000-0000',
  phone: '00-0000-0000',
  email: 'info@aoba-jimuki.example',
  issuedDay: '2026年4月10日',
  issuedIso: '2026-04-10',
  issuedMonth: '2026年4月',
  model: 'スタンダード',
  estimateNumber: 'AB-2026-0410',
};

/** Yen without tax. What the customer pays a month today, and would pay. */
const NOW = { lease: 21_000, counter: 14_500, repairs: 17_000 };
const PRICES = {
  lease: 16_800,
  support: 15_000,
  monoRate: 1.2,
  colourRate: 12,
  monoSheets: 2000,
  colourSheets: 500,
};
/** Yen without tax, once. */
const ONCE = { delivery: 45_000, setUpEach: 3_000, computers: 15, accessPointEach: 38_000, accessPoints: 2 };
const DISCOUNT = 20_000;

const FONTS = {
  font: 'Noto Sans CJK JP',
  // The one font that a server without Microsoft's fonts has to replace. Used once, in proposal.docx.
  missingFont: 'ＭＳ 明朝',
};

/**
 * Everything the templates may name in braces.
 * @returns {Record<string, string>}
 */
function values() {
  const counter = PRICES.monoRate * PRICES.monoSheets + PRICES.colourRate * PRICES.colourSheets;
  const nowTotal = NOW.lease + NOW.counter + NOW.repairs;
  const newTotal = PRICES.lease + counter + PRICES.support;
  const setUp = ONCE.setUpEach * ONCE.computers;
  const accessPoints = ONCE.accessPointEach * ONCE.accessPoints;
  const once = ONCE.delivery + setUp + accessPoints - DISCOUNT;
  const yen = {
    nowLease: NOW.lease,
    nowCounter: NOW.counter,
    nowRepairs: NOW.repairs,
    nowTotal,
    lease: PRICES.lease,
    counter,
    support: PRICES.support,
    newTotal,
    leaseLess: NOW.lease - PRICES.lease,
    counterLess: NOW.counter - counter,
    supportLess: NOW.repairs - PRICES.support,
    saving: nowTotal - newTotal,
    savingYear: 12 * (nowTotal - newTotal),
    delivery: ONCE.delivery,
    setUp,
    accessPoints,
    discount: DISCOUNT,
    once,
    firstYear: 12 * newTotal + once,
    laterYear: 12 * newTotal,
    monoSheets: PRICES.monoSheets,
    colourSheets: PRICES.colourSheets,
  };
  /** @type {Record<string, string>} */
  const filled = { ...COLOURS, ...NAMES, ...FONTS };
  for (const [name, amount] of Object.entries(yen)) {
    filled[name] = amount.toLocaleString('en-US');
    filled[`${name}Plain`] = String(amount);
  }
  for (const [name, amount] of Object.entries({
    monoRate: PRICES.monoRate,
    colourRate: PRICES.colourRate,
    yearlyMonoSheets: 12 * PRICES.monoSheets,
    yearlyColourSheets: 12 * PRICES.colourSheets,
    setUpEach: ONCE.setUpEach,
    computers: ONCE.computers,
    accessPointEach: ONCE.accessPointEach,
    accessPointCount: ONCE.accessPoints,
  })) {
    filled[name] = String(amount);
  }
  return filled;
}

/**
 * @param {string} template
 * @param {Record<string, string>} known
 */
function fill(template, known) {
  return template.replaceAll(/\{\{(\w+)\}\}/g, (_, /** @type {string} */ name) => {
    const value = known[name];
    if (value === undefined) throw new Error(`A template names {{${name}}}, which make.mjs does not give`);
    return value.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');
  });
}

/**
 * LibreOffice with a profile of its own, so that nobody's settings (or open window) have a say.
 * @param {string} work directory for everything that is written on the way
 * @param {string} file
 * @param {string} format what --convert-to is given: the ending, and perhaps a filter with its options
 * @returns {Promise<string>} the file written
 */
async function convert(work, file, format) {
  const profile = pathToFileURL(path.join(work, 'profile')).href;
  await run(
    'soffice',
    [
      `-env:UserInstallation=${profile}`,
      '--headless',
      '--norestore',
      '--convert-to',
      format,
      '--outdir',
      work,
      file,
    ],
    { timeout: TIME_LIMIT_MS },
  );
  const [ending = ''] = format.split(':');
  const written = path.join(work, `${path.parse(file).name}.${ending}`);
  // soffice answers 0 when it could not convert, too.
  const { size } = await stat(written);
  if (size === 0) throw new Error(`LibreOffice wrote an empty ${path.basename(written)}`);
  return written;
}

const PDF = `pdf:impress_pdf_Export:${JSON.stringify({
  UseTaggedPDF: { type: 'boolean', value: 'true' },
  ReduceImageResolution: { type: 'boolean', value: 'true' },
})}`;
const PICTURE = `png:draw_png_Export:${JSON.stringify({
  PixelWidth: { type: 'long', value: '1600' },
  PixelHeight: { type: 'long', value: '800' },
})}`;

const DOCUMENTS = [
  { template: 'service-guide.fodp', formats: ['pptx', PDF] },
  { template: 'proposal.fodt', formats: ['docx'] },
  { template: 'estimate.fods', formats: ['xlsx'] },
];

const work = await mkdtemp(path.join(tmpdir(), 'samples-'));
try {
  const known = values();

  /** @param {string} name */
  const filledTemplate = async (name) => {
    const target = path.join(work, name);
    await writeFile(target, fill(await readFile(path.join(SOURCE, name), 'utf8'), known));
    return target;
  };

  const picture = await convert(work, await filledTemplate('network.svg'), PICTURE);
  known['networkPicture'] = await readFile(picture, 'base64');

  for (const { template, formats } of DOCUMENTS) {
    const source = await filledTemplate(template);
    for (const format of formats) {
      const written = await convert(work, source, format);
      await copyFile(written, path.join(SAMPLES, path.basename(written)));
      process.stdout.write(`samples/${path.basename(written)}\n`);
    }
  }
} finally {
  await rm(work, { recursive: true, force: true });
}
