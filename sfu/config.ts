import { isIP } from 'node:net';
import { availableParallelism } from 'node:os';
import path from 'node:path';
import { z } from 'zod';
import { limits } from './protocol/limits.ts';

/** The settings of one server process, checked. Nothing else reads the environment. */
export type Config = {
  /** 0: any free port. */
  port: number;
  /** Undefined: every address of this machine, IPv6 and IPv4 where there are both. */
  host: string | undefined;
  /** The media port of the first worker (UDP and TCP); each further worker has the next one. */
  rtcPort: number;
  rtcWorkers: number;
  /** The address browsers reach the media ports at; null: found out from the network. */
  rtcAnnouncedAddress: string | null;
  mediasoupWorkerBin: string | null;
  /** An absolute path. */
  dataDir: string;
  databaseUrl: string;
  adminPassword: string | null;
  recordingQuotaBytes: number;
  /** How long a part of a recording is; recorded time. */
  recordingPartMs: number;
  /** With less than this free on the disk nothing is recorded. */
  recordingReserveBytes: number;
  /** With its password; null: no mail is sent. */
  smtpUrl: string | null;
  /** Set where `smtpUrl` is. */
  mailFrom: string | null;
  documentBytesMax: number;
  documentPagesMax: number;
  /** `required`: Office files are refused where the machine forbids namespaces. */
  officeSandbox: 'auto' | 'required';
  logLevel: 'silent' | 'fatal' | 'error' | 'warn' | 'info' | 'debug' | 'trace';
  publicOrigin: string | null;
  trustProxy: number;
  /** An absolute path. */
  webDir: string;
};

/** Every setting with its default in words; the table of the README says the same. */
export const settings = [
  { name: 'PORT', default: '3000', meaning: 'port of the web pages (0: any free one)' },
  { name: 'HOST', default: 'all addresses', meaning: 'address to listen on, such as 127.0.0.1 or ::' },
  {
    name: 'RTC_PORT',
    default: '44400',
    meaning: 'media port, UDP and TCP, of the first worker; each further worker uses the next one',
  },
  {
    name: 'RTC_WORKERS',
    default: 'one per core, at most 16',
    meaning: 'number of media workers at the most (1 to 64); each after the first starts when it is needed',
  },
  {
    name: 'RTC_ANNOUNCED_ADDRESS',
    default: 'the addresses of this machine',
    meaning:
      'IP address or host name at which browsers reach the media ports, such as the public one behind NAT',
  },
  {
    name: 'MEDIASOUP_WORKER_BIN',
    default: 'prepared at the first start',
    meaning: 'path of a mediasoup worker',
  },
  { name: 'DATA_DIR', default: './var', meaning: 'folder for everything that is kept' },
  {
    name: 'DATABASE_URL',
    default: 'taimen.db in DATA_DIR',
    meaning: 'file: and a path (SQLite), or postgres://user:password@host:port/database',
  },
  {
    name: 'ADMIN_PASSWORD',
    default: 'made up and printed once',
    meaning: 'first password of the login admin in the organisation demo; 12 to 128 characters',
  },
  { name: 'RECORDING_QUOTA_BYTES', default: '5000000000', meaning: 'recording space per account, in bytes' },
  {
    name: 'RECORDING_PART_SECONDS',
    default: '3600',
    meaning: 'how long a recording runs before a new part, which is a file of its own, begins (10 to 14400)',
  },
  {
    name: 'RECORDING_RESERVE_BYTES',
    default: '1000000000',
    meaning: 'with less than this free on the disk, no recording starts and running ones end, in bytes',
  },
  {
    name: 'SMTP_URL',
    default: 'no mail is sent',
    meaning: 'mail server for warnings about storage: smtp:// or smtps://user:password@host:port',
  },
  {
    name: 'MAIL_FROM',
    default: 'needed with SMTP_URL',
    meaning: 'sender of mail, such as taimen@example.com or Taimen <taimen@example.com>',
  },
  {
    name: 'DOCUMENT_MAX_BYTES',
    default: '100000000',
    meaning: 'largest document that is taken in, in bytes',
  },
  { name: 'DOCUMENT_MAX_PAGES', default: '500', meaning: 'longest document that is taken in, in pages' },
  {
    name: 'OFFICE_SANDBOX',
    default: 'auto',
    meaning:
      'auto: Office files are converted in namespaces of their own, or with limits alone where the machine forbids those; required: refused there',
  },
  { name: 'LOG_LEVEL', default: 'info', meaning: 'silent, fatal, error, warn, info, debug or trace' },
  {
    name: 'PUBLIC_URL',
    default: 'taken from each request',
    meaning:
      'the address people type, such as https://meet.example.com; only its pages may then use the server',
  },
  {
    name: 'TRUST_PROXY',
    default: '0',
    meaning: 'number of reverse proxies in front, whose X-Forwarded headers are believed (0 to 10)',
  },
  { name: 'WEB_DIR', default: 'web/dist', meaning: 'folder of the built web pages' },
] as const;

type SettingName = (typeof settings)[number]['name'];

/** These are not repeated when something is wrong with them. */
const secretSettings: ReadonlySet<string> = new Set<SettingName>([
  'ADMIN_PASSWORD',
  'DATABASE_URL',
  'SMTP_URL',
]);

const portMax = 65_535;
const workersByDefaultMax = 16;
const projectDir = path.resolve(import.meta.dirname, '..');

/** A whole number in decimal digits; `1e3`, `0x10` and a number with spaces are more likely mistakes. */
const wholeNumber = (min: number, max: number) => {
  const expected = `a whole number from ${min} to ${max}`;
  return z
    .string()
    .regex(/^[0-9]{1,16}$/, expected)
    .transform(Number)
    .pipe(z.number().min(min, expected).max(max, expected));
};

/** RFC 1123 labels; a name of digits and dots only would be an IP address gone wrong. */
const hostName = /^(?=.{1,253}$)(?![\d.]+$)[a-z0-9][a-z0-9-]{0,62}(\.[a-z0-9][a-z0-9-]{0,62})*\.?$/i;
const address = z
  .string()
  .refine((text) => isIP(text) !== 0 || hostName.test(text), 'an IP address or a host name, without port');

const databaseUrl = z
  .string()
  .regex(
    /^(:memory:|file:.+|postgres(ql)?:\/\/.+)$/,
    'file: and a path, or postgres://user:password@host:port/database',
  );

const password = z.string().refine((text) => {
  const characters = [...text.normalize('NFKC')].length;
  return characters >= limits.passwordCharactersMin && characters <= limits.passwordCharactersMax;
}, `${limits.passwordCharactersMin} to ${limits.passwordCharactersMax} characters`);

const expectedUrl = 'http:// or https:// with a host and perhaps a port, without a path';
const publicUrl = z
  .string()
  .refine((text) => {
    if (!URL.canParse(text)) return false;
    const url = new URL(text);
    return /^https?:$/.test(url.protocol) && url.href === `${url.origin}/`;
  }, expectedUrl)
  .transform((text) => new URL(text).origin);

const smtpUrl = z.string().refine((text) => {
  if (!URL.canParse(text)) return false;
  const { protocol, hostname } = new URL(text);
  return /^smtps?:$/.test(protocol) && hostname !== '' && canDecode(text);
}, 'smtp:// or smtps:// with a host, and perhaps user, password and port');

/** An address in its usual form; with a name in front, which has no quotes and no brackets. */
const mailFrom = z
  .string()
  .trim()
  .regex(
    /^(?:[^<>"@,;:\\\p{Cc}]+ <(?=.{1,254}>$)[^\s<>"@,;]+@[^\s<>"@,;]+>|(?=.{1,254}$)[^\s<>"@,;]+@[^\s<>"@,;]+)$/u,
    'an address, or a name and an address as in Taimen <taimen@example.com>',
  );

const logLevel = z.enum(
  ['silent', 'fatal', 'error', 'warn', 'info', 'debug', 'trace'],
  'silent, fatal, error, warn, info, debug or trace',
);

const schema = z.object({
  PORT: wholeNumber(0, portMax).default(3000),
  HOST: address.optional(),
  RTC_PORT: wholeNumber(1, portMax).default(44_400),
  RTC_WORKERS: wholeNumber(1, 64).default(() => Math.min(availableParallelism(), workersByDefaultMax)),
  RTC_ANNOUNCED_ADDRESS: address.optional(),
  MEDIASOUP_WORKER_BIN: z.string().optional(),
  DATA_DIR: z.string().default('./var'),
  DATABASE_URL: databaseUrl.optional(),
  ADMIN_PASSWORD: password.optional(),
  RECORDING_QUOTA_BYTES: wholeNumber(0, Number.MAX_SAFE_INTEGER).default(5_000_000_000),
  RECORDING_PART_SECONDS: wholeNumber(10, 14_400).default(limits.recordingPartMs / 1_000),
  RECORDING_RESERVE_BYTES: wholeNumber(0, Number.MAX_SAFE_INTEGER).default(1_000_000_000),
  SMTP_URL: smtpUrl.optional(),
  MAIL_FROM: mailFrom.optional(),
  DOCUMENT_MAX_BYTES: wholeNumber(1, 10_000_000_000).default(limits.documentBytesMax),
  DOCUMENT_MAX_PAGES: wholeNumber(1, 10_000).default(limits.documentPagesMax),
  OFFICE_SANDBOX: z.enum(['auto', 'required'], 'auto or required').default('auto'),
  LOG_LEVEL: logLevel.default('info'),
  PUBLIC_URL: publicUrl.optional(),
  TRUST_PROXY: wholeNumber(0, 10).default(0),
  WEB_DIR: z.string().optional(),
} satisfies Record<SettingName, z.ZodType>);

/**
 * Reads and checks all settings. A variable that is empty counts as not set. Relative paths start from the
 * working folder.
 *
 * @throws an Error that names every problem at once: variable, value, and what is expected.
 */
export function readConfig(env: Readonly<Record<string, string | undefined>> = process.env): Config {
  const given = Object.fromEntries(
    settings.flatMap(({ name }) => {
      const value = env[name];
      return value === undefined || value.trim() === '' ? [] : [[name, value]];
    }),
  );
  const result = schema.safeParse(given);
  const problems = result.success
    ? [...portsTwice(result.data), ...mailFromNobody(result.data)]
    : result.error.issues.map((issue) => {
        const name = String(issue.path[0]);
        const value = secretSettings.has(name) ? '(not shown)' : JSON.stringify(given[name]);
        return `${name} is ${value}, expected: ${issue.message}`;
      });
  if (!result.success || problems.length > 0) {
    // One value can break several rules of the same wording.
    const lines = [...new Set(problems)].map((problem) => `  ${problem}`);
    throw new Error(`Some settings are not usable:\n${lines.join('\n')}`);
  }
  const values = result.data;
  const dataDir = path.resolve(values.DATA_DIR);
  return {
    port: values.PORT,
    host: values.HOST,
    rtcPort: values.RTC_PORT,
    rtcWorkers: values.RTC_WORKERS,
    rtcAnnouncedAddress: values.RTC_ANNOUNCED_ADDRESS ?? null,
    mediasoupWorkerBin: values.MEDIASOUP_WORKER_BIN ?? null,
    dataDir,
    databaseUrl: values.DATABASE_URL ?? `file:${path.join(dataDir, 'taimen.db')}`,
    adminPassword: values.ADMIN_PASSWORD ?? null,
    recordingQuotaBytes: values.RECORDING_QUOTA_BYTES,
    recordingPartMs: values.RECORDING_PART_SECONDS * 1_000,
    recordingReserveBytes: values.RECORDING_RESERVE_BYTES,
    smtpUrl: values.SMTP_URL ?? null,
    mailFrom: values.MAIL_FROM ?? null,
    documentBytesMax: values.DOCUMENT_MAX_BYTES,
    documentPagesMax: values.DOCUMENT_MAX_PAGES,
    officeSandbox: values.OFFICE_SANDBOX,
    logLevel: values.LOG_LEVEL,
    publicOrigin: values.PUBLIC_URL ?? null,
    trustProxy: values.TRUST_PROXY,
    webDir: values.WEB_DIR === undefined ? path.join(projectDir, 'web/dist') : path.resolve(values.WEB_DIR),
  };
}

/** The media ports follow one another; they must all exist and leave the web port alone (both use TCP). */
function portsTwice({ PORT, RTC_PORT, RTC_WORKERS }: z.infer<typeof schema>): string[] {
  const last = RTC_PORT + RTC_WORKERS - 1;
  if (last > portMax) {
    return [
      `RTC_PORT is "${RTC_PORT}", expected: at most ${portMax - RTC_WORKERS + 1}, as there are ${RTC_WORKERS} workers`,
    ];
  }
  if (PORT >= RTC_PORT && PORT <= last) {
    return [
      `PORT is "${PORT}", expected: a port outside ${RTC_PORT} to ${last}, which the media workers use`,
    ];
  }
  return [];
}

function mailFromNobody({ SMTP_URL, MAIL_FROM }: z.infer<typeof schema>): string[] {
  const isMissing = SMTP_URL !== undefined && MAIL_FROM === undefined;
  return isMissing ? ['MAIL_FROM is not set, expected: the sender of mail, as SMTP_URL is set'] : [];
}

/** A lone % in a user or password would be found out only when mail is sent. */
function canDecode(text: string): boolean {
  try {
    return decodeURIComponent(text) !== '';
  } catch {
    return false;
  }
}
