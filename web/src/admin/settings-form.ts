import type { OrganizationSettings, OrganizationView } from '../../../sfu/protocol/organization.ts';

/** The organisation's rules as they are typed, and back. Pure. */

const bytesPerGigabyte = 1_000_000_000;
const bytesPerMegabyte = 1_000_000;
const gigabytesMax = 1_000_000;
/** A warning at less would be one at nothing. */
const gigabytesOfWarningMin = 0.001;
const thresholdsMax = 6;
const monthsMax = 120;

export type RetentionKind = keyof OrganizationSettings['retentionMonths'];
export const retentionKinds: readonly RetentionKind[] = ['signIns', 'meetings', 'files', 'chat', 'admin'];

export type SettingsForm = {
  name: string;
  sharedLogin: boolean;
  quota: string;
  warnOwner: boolean;
  warnAdmins: boolean;
  /** When is told that space runs out: several numbers, with commas between them. */
  percents: string;
  gigabytes: string;
  documentMegabytes: string;
  documentPages: string;
  retention: Record<RetentionKind, string>;
};

export type FormErrors = {
  name: boolean;
  quota: boolean;
  percents: boolean;
  gigabytes: boolean;
  /** How many thresholds there are, where these are too many. */
  thresholdCount: number | null;
  documentMegabytes: boolean;
  documentPages: boolean;
  retention: ReadonlySet<RetentionKind>;
};

const typed = (value: number | null, unit = 1) => (value === null ? '' : String(value / unit));

export function formOf({ name, settings }: OrganizationView): SettingsForm {
  const thresholds = (wanted: 'percent' | 'bytes', unit: number) =>
    settings.thresholds
      .filter((each) => each.unit === wanted)
      .map(({ value }) => typed(value, unit))
      .join(', ');
  return {
    name,
    sharedLogin: settings.sharedLogin,
    quota: typed(settings.quotaBytes, bytesPerGigabyte),
    warnOwner: settings.warnOwner,
    warnAdmins: settings.warnAdmins,
    percents: thresholds('percent', 1),
    gigabytes: thresholds('bytes', bytesPerGigabyte),
    documentMegabytes: typed(settings.documentBytesMax, bytesPerMegabyte),
    documentPages: typed(settings.documentPagesMax),
    retention: Object.fromEntries(
      retentionKinds.map((kind) => [kind, typed(settings.retentionMonths[kind])]),
    ) as Record<RetentionKind, string>,
  };
}

/** Full-width digits are digits. @returns undefined: not usable; null: empty */
function numberIn(text: string, { min, max, whole }: { min: number; max: number; whole: boolean }) {
  const plain = text.normalize('NFKC').trim();
  if (plain === '') return null;
  const form = whole ? /^\d{1,9}$/ : /^\d{1,9}(\.\d{1,9})?$/;
  const value = form.test(plain) ? Number(plain) : Number.NaN;
  return value >= min && value <= max ? value : undefined;
}

/** Each once, the lowest first. @returns undefined: not usable */
function numbersIn(text: string, range: Parameters<typeof numberIn>[1]): number[] | undefined {
  const parts = text
    .normalize('NFKC')
    .split(/[,、\s]+/)
    .filter((part) => part !== '');
  const values = parts.map((part) => numberIn(part, range));
  if (values.some((value) => value == null)) return undefined;
  return [...new Set(values as number[])].toSorted((x, y) => x - y);
}

/** What is typed, as the server takes it; or what is wrong with it. */
export function read(
  form: SettingsForm,
  { server }: Pick<OrganizationView, 'server'>,
): { change: { name: string; settings: OrganizationSettings } } | { errors: FormErrors } {
  const name = form.name.trim();
  const quota = numberIn(form.quota, { min: 0, max: gigabytesMax, whole: false });
  const megabytesMax = server.documentBytesMax / bytesPerMegabyte;
  const megabytes = numberIn(form.documentMegabytes, { min: 1, max: megabytesMax, whole: false });
  const pages = numberIn(form.documentPages, { min: 1, max: server.documentPagesMax, whole: true });
  const percents = numbersIn(form.percents, { min: 1, max: 100, whole: true });
  const gigabytes = numbersIn(form.gigabytes, {
    min: gigabytesOfWarningMin,
    max: gigabytesMax,
    whole: false,
  });
  const count = (percents?.length ?? 0) + (gigabytes?.length ?? 0);
  const months = retentionKinds.map(
    (kind) => [kind, numberIn(form.retention[kind], { min: 1, max: monthsMax, whole: true })] as const,
  );
  const wrongMonths = new Set(months.flatMap(([kind, value]) => (value === undefined ? [kind] : [])));
  if (
    name === '' ||
    quota === undefined ||
    megabytes === undefined ||
    pages === undefined ||
    percents === undefined ||
    gigabytes === undefined ||
    count > thresholdsMax ||
    wrongMonths.size > 0
  ) {
    return {
      errors: {
        name: name === '',
        quota: quota === undefined,
        percents: percents === undefined,
        gigabytes: gigabytes === undefined,
        thresholdCount: count > thresholdsMax ? count : null,
        documentMegabytes: megabytes === undefined,
        documentPages: pages === undefined,
        retention: wrongMonths,
      },
    };
  }
  return {
    change: {
      name,
      settings: {
        sharedLogin: form.sharedLogin,
        quotaBytes: quota === null ? null : Math.round(quota * bytesPerGigabyte),
        thresholds: [
          ...percents.map((value) => ({ unit: 'percent' as const, value })),
          ...gigabytes.map((value) => ({
            unit: 'bytes' as const,
            value: Math.round(value * bytesPerGigabyte),
          })),
        ],
        warnOwner: form.warnOwner,
        warnAdmins: form.warnAdmins,
        documentBytesMax: megabytes === null ? null : Math.round(megabytes * bytesPerMegabyte),
        documentPagesMax: pages,
        retentionMonths: Object.fromEntries(months) as OrganizationSettings['retentionMonths'],
      },
    },
  };
}
