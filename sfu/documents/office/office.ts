import { access, mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { DocumentFormat } from '../../protocol/documents.ts';
import { fontsConf } from './fonts-conf.ts';

/** LibreOffice: where it is, what it is told, and the profile it starts with. */

export type Office = {
  /** The folder with soffice.bin. */
  folder: string;
  /** A profile that names it is taken for one that this LibreOffice has set up before. */
  buildId: string;
};

export type OfficeFormat = Exclude<DocumentFormat, 'pdf'>;

/** Debian's and Fedora's, and the ones of LibreOffice's own packages, the newest first. */
async function places(): Promise<string[]> {
  const own = (await readdir('/opt').catch(() => [])).filter((name) => name.startsWith('libreoffice'));
  return [
    '/usr/lib/libreoffice/program',
    '/usr/lib64/libreoffice/program',
    ...own.sort((a, b) => b.localeCompare(a, 'en', { numeric: true })).map((name) => `/opt/${name}/program`),
  ];
}

/** @returns null when it is not installed */
export async function findOffice(): Promise<Office | null> {
  for (const folder of await places()) {
    try {
      await access(path.join(folder, 'soffice.bin'));
    } catch {
      continue;
    }
    const version = await readFile(path.join(folder, 'versionrc'), 'utf8').catch(() => '');
    return { folder, buildId: /^buildid=(.*)$/m.exec(version)?.[1]?.trim() ?? '' };
  }
  return null;
}

/** LibreOffice ends with this when it has set up a profile and wants to be started once more. */
export const startAgainExitCode = 81;

/** The application that opens a format, and the one way in which it may be read. */
const applications: Record<OfficeFormat, { exportFilter: string; importFilter: string | null }> = {
  // Of the old formats there are several versions, each with a filter; which one it is, LibreOffice finds out.
  doc: { exportFilter: 'writer_pdf_Export', importFilter: null },
  xls: { exportFilter: 'calc_pdf_Export', importFilter: null },
  ppt: { exportFilter: 'impress_pdf_Export', importFilter: null },
  docx: { exportFilter: 'writer_pdf_Export', importFilter: 'MS Word 2007 XML' },
  xlsx: { exportFilter: 'calc_pdf_Export', importFilter: 'Calc MS Excel 2007 XML' },
  pptx: { exportFilter: 'impress_pdf_Export', importFilter: 'Impress MS PowerPoint 2007 XML' },
};

/**
 * @param folder the job's folder, as LibreOffice sees it
 * @param maxPages one more is written, which shows that there are too many
 */
export function officeArguments(format: OfficeFormat, folder: string, maxPages: number): string[] {
  const { exportFilter, importFilter } = applications[format];
  const options = {
    PageRange: { type: 'string', value: `1-${maxPages + 1}` },
    UseTaggedPDF: { type: 'boolean', value: 'false' },
    ExportFormFields: { type: 'boolean', value: 'false' },
  };
  return [
    `-env:UserInstallation=file://${encodeURI(folder)}/profile`,
    '--headless',
    '--norestore',
    '--nolockcheck',
    ...(importFilter === null ? [] : [`--infilter=${importFilter}`]),
    '--convert-to',
    `pdf:${exportFilter}:${JSON.stringify(options)}`,
    '--outdir',
    `${folder}/out`,
    `${folder}/in.${format}`,
  ];
}

/** Where on this system nothing listens, so that a request which is made all the same goes nowhere. */
const deadProxy = { host: '127.0.0.1', port: 9 };

const settings: [node: string, property: string, value: string | number | boolean][] = [
  // Pictures, sections and tables that a document only points at are not fetched and not read …
  ['org.openoffice.Office.Common/Security/Scripting', 'BlockUntrustedRefererLinks', true],
  ['org.openoffice.Office.Writer/Content/Update', 'Link', 0],
  ['org.openoffice.Office.Calc/Content/Update', 'Link', 1],
  ['org.openoffice.Inet/Settings', 'ooInetProxyType', 2],
  ['org.openoffice.Inet/Settings', 'ooInetHTTPProxyName', deadProxy.host],
  ['org.openoffice.Inet/Settings', 'ooInetHTTPProxyPort', deadProxy.port],
  ['org.openoffice.Inet/Settings', 'ooInetHTTPSProxyName', deadProxy.host],
  ['org.openoffice.Inet/Settings', 'ooInetHTTPSProxyPort', deadProxy.port],
  ['org.openoffice.Inet/Settings', 'ooInetNoProxy', ''],
  // … and no program in it runs.
  ['org.openoffice.Office.Common/Security/Scripting', 'DisableMacrosExecution', true],
  ['org.openoffice.Office.Common/Security/Scripting', 'MacroSecurityLevel', 3],
  ['org.openoffice.Office.Common/Java/ApplicationConfiguration', 'Enable', false],
  ['org.openoffice.Office.Common/Misc', 'UseOpenCL', false],
  ['org.openoffice.Office.Common/Save/Document', 'CreateBackup', false],
  ['org.openoffice.Office.Recovery/AutoSave', 'Enabled', false],
  // Where a document does not say it: Japanese paper, dates and forms of characters.
  ['org.openoffice.Setup/L10N', 'ooSetupSystemLocale', 'ja-JP'],
  ['org.openoffice.Office.Linguistic/General', 'DefaultLocale_CJK', 'ja-JP'],
  ['org.openoffice.Setup/Office', 'ooSetupInstCompleted', true],
];

function registry(): string {
  const items = settings.map(
    ([node, property, value]) =>
      `<item oor:path="/${node}"><prop oor:name="${property}" oor:op="fuse"><value>${value}</value></prop></item>`,
  );
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    '<oor:items xmlns:oor="http://openoffice.org/2001/registry" xmlns:xs="http://www.w3.org/2001/XMLSchema" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">',
    ...items,
    '</oor:items>',
  ].join('\n');
}

/** Writes what LibreOffice starts with: settings, and which font may stand in for which. */
export async function writeProfile(office: Office, jobFolder: string): Promise<void> {
  const extensions = path.join(jobFolder, 'profile', 'user', 'extensions');
  await mkdir(extensions, { recursive: true });
  await Promise.all([
    writeFile(path.join(jobFolder, 'profile', 'user', 'registrymodifications.xcu'), registry()),
    writeFile(path.join(extensions, 'buildid'), office.buildId),
    writeFile(path.join(jobFolder, 'fonts.conf'), fontsConf()),
  ]);
}

/** All of the environment that LibreOffice gets. */
export function officeEnvironment(folder: string, temporary: string): Record<string, string> {
  return {
    HOME: temporary,
    TMPDIR: temporary,
    LC_ALL: 'C.UTF-8',
    PATH: '/usr/bin',
    SAL_USE_VCLPLUGIN: 'svp',
    FONTCONFIG_FILE: `${folder}/fonts.conf`,
    // Has every search for a font printed: that is how it is known which ones were not there.
    FC_DEBUG: '1',
  };
}
