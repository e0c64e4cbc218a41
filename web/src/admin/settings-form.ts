import type { OrganizationSettings, OrganizationView } from '../../../sfu/protocol/organization.ts';

/** The organisation's rules as they are typed, and back. Pure. */

const bytesPerGigabyte = 1_000_000_000;
const bytesPerMegabyte = 1_000_000;
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
  thresholds: string;
  documentMegabytes: string;
  documentPages: string;
  retention: Record<RetentionKind, string>;
};

export type FormErrors = {
  name: boolean;
  quota: boolean;
  thresholds: boolean;
  documentMegabytes: boolean;
  documentPages: boolean;
  retention: ReadonlySet<RetentionKind>;
};

const typed = (value: number | null, unit = 1) => (value === null ? '' : String(value / unit));

export function formOf({ name, settings }: OrganizationView): SettingsForm {
  const percents = settings.thresholds.flatMap((each) => (each.unit === 'percent' ? [each.value] : []));
  return {
    name,
    sharedLogin: settings.sharedLogin,
    quota: typed(settings.quotaBytes, bytesPerGigabyte),
    warnOwner: settings.warnOwner,
    warnAdmins: settings.warnAdmins,
    thresholds: percents.join(', '),
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
  const form = whole ? /^\d{1,9}$/ : /^\d{1,9}(\.\d{1,3})?$/;
  const value = form.test(plain) ? Number(plain) : Number.NaN;
  return value >= min && value <= max ? value : undefined;
}

const percentsIn = (text: string): number[] | undefined => {
  const parts = text
    .normalize('NFKC')
    .split(/[,、\s]+/)
    .filter((part) => part !== '');
  const values = parts.map((part) => numberIn(part, { min: 1, max: 100, whole: true }));
  if (values.length > thresholdsMax || values.some((value) => value == null)) return undefined;
  return [...new Set(values as number[])].toSorted((x, y) => x - y);
};

/** What is typed, as the server takes it; or what is wrong with it. Thresholds in bytes stay as they are. */
export function read(
  form: SettingsForm,
  { settings, server }: OrganizationView,
): { change: { name: string; settings: OrganizationSettings } } | { errors: FormErrors } {
  const name = form.name.trim();
  const quota = numberIn(form.quota, { min: 0, max: 1_000_000, whole: false });
  const megabytesMax = server.documentBytesMax / bytesPerMegabyte;
  const megabytes = numberIn(form.documentMegabytes, { min: 1, max: megabytesMax, whole: false });
  const pages = numberIn(form.documentPages, { min: 1, max: server.documentPagesMax, whole: true });
  const percents = percentsIn(form.thresholds);
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
    wrongMonths.size > 0
  ) {
    return {
      errors: {
        name: name === '',
        quota: quota === undefined,
        thresholds: percents === undefined,
        documentMegabytes: megabytes === undefined,
        documentPages: pages === undefined,
        retention: wrongMonths,
      },
    };
  }
  const inBytes = settings.thresholds.filter(({ unit }) => unit === 'bytes');
  return {
    change: {
      name,
      settings: {
        sharedLogin: form.sharedLogin,
        quotaBytes: quota === null ? null : Math.round(quota * bytesPerGigabyte),
        thresholds: [...percents.map((value) => ({ unit: 'percent' as const, value })), ...inBytes].slice(
          0,
          thresholdsMax,
        ),
        warnOwner: form.warnOwner,
        warnAdmins: form.warnAdmins,
        documentBytesMax: megabytes === null ? null : Math.round(megabytes * bytesPerMegabyte),
        documentPagesMax: pages,
        retentionMonths: Object.fromEntries(months) as OrganizationSettings['retentionMonths'],
      },
    },
  };
}
