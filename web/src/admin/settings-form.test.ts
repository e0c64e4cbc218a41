import { expect, test } from 'vitest';
import type { OrganizationView } from '../../../sfu/protocol/organization.ts';
import { formOf, read, type SettingsForm } from './settings-form.ts';

const view: OrganizationView = {
  id: 'demo',
  name: 'デモ株式会社',
  settings: {
    sharedLogin: false,
    quotaBytes: null,
    thresholds: [
      { unit: 'percent', value: 80 },
      { unit: 'percent', value: 95 },
      { unit: 'bytes', value: 4_000_000_000 },
    ],
    warnOwner: true,
    warnAdmins: false,
    documentBytesMax: 50_000_000,
    documentPagesMax: null,
    retentionMonths: { signIns: 24, meetings: null, files: 24, chat: 24, admin: 24 },
  },
  server: { quotaBytes: 5e9, documentBytesMax: 100e6, documentPagesMax: 500, canMail: true },
  accounts: 3,
  usedBytes: 0,
};

const typed = (change: Partial<SettingsForm>) => read({ ...formOf(view), ...change }, view);
const changed = (change: Partial<SettingsForm>) => {
  const result = typed(change);
  if (!('change' in result)) throw new Error('It was refused.');
  return result.change;
};

test('what nobody has touched comes back as it was', () => {
  expect(changed({})).toEqual({ name: view.name, settings: view.settings });
});

test('gigabytes and megabytes become bytes, also typed in full width', () => {
  expect(changed({ quota: '１０.5', documentMegabytes: '20' }).settings).toMatchObject({
    quotaBytes: 10_500_000_000,
    documentBytesMax: 20_000_000,
  });
});

test('what is emptied is as the server has it', () => {
  const { settings } = changed({ quota: ' ', documentMegabytes: '' });
  expect(settings).toMatchObject({ quotaBytes: null, documentBytesMax: null });
});

test('thresholds in any order, with Japanese commas, once each', () => {
  const { thresholds } = changed({ percents: '95、70, 95', gigabytes: '４.5、1' }).settings;
  expect(thresholds).toEqual([
    { unit: 'percent', value: 70 },
    { unit: 'percent', value: 95 },
    { unit: 'bytes', value: 1_000_000_000 },
    { unit: 'bytes', value: 4_500_000_000 },
  ]);
});

test('no threshold at all is a choice, too', () => {
  expect(changed({ percents: '', gigabytes: ' ' }).settings.thresholds).toEqual([]);
});

test('six thresholds are taken, a seventh is refused with how many there are', () => {
  expect(changed({ percents: '10,20,30', gigabytes: '1,2,3' }).settings.thresholds).toHaveLength(6);
  const result = typed({ percents: '10,20,30,40', gigabytes: '1,2,3' });
  expect('errors' in result && result.errors).toMatchObject({ thresholdCount: 7, percents: false });
});

test.each<[string, Partial<SettingsForm>, string]>([
  ['no name', { name: ' ' }, 'name'],
  ['a quota that is no number', { quota: '5GB' }, 'quota'],
  ['a negative quota', { quota: '-1' }, 'quota'],
  ['more than the server takes', { documentMegabytes: '101' }, 'documentMegabytes'],
  ['half a page', { documentPages: '1.5' }, 'documentPages'],
  ['a threshold above all', { percents: '101' }, 'percents'],
  ['half a percent', { percents: '12.5' }, 'percents'],
  ['a threshold at nothing', { gigabytes: '0' }, 'gigabytes'],
  ['a threshold that is no number', { gigabytes: '4GB' }, 'gigabytes'],
])('%s is refused at its field', (_, change, field) => {
  const result = typed(change);
  expect('errors' in result && result.errors).toMatchObject({ [field]: true });
});

test('months that are none are refused at their field', () => {
  const result = typed({ retention: { ...formOf(view).retention, chat: '0' } });
  expect('errors' in result && [...result.errors.retention]).toEqual(['chat']);
});
