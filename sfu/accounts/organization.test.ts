import { describe, expect, test } from 'vitest';
import { readSettings, usualSettings } from './organization.ts';

describe('the settings of an organisation', () => {
  test.each([
    ['nothing is stored', null],
    ['what is stored is no JSON', '{"sharedLogin":tr'],
    ['it is no object', '[true]'],
    ['it is null', 'null'],
    ['nothing in it is known', '{"colour":"red","__proto__":{"sharedLogin":true}}'],
    [
      'everything in it is damaged',
      JSON.stringify({
        sharedLogin: 'yes',
        quotaBytes: -1,
        thresholds: [{ unit: 'percent', value: 101 }],
        warnOwner: 1,
        warnAdmins: null,
        documentBytesMax: 1.5,
        documentPagesMax: '500',
        retentionMonths: { signIns: 0, meetings: 'never', files: 1_000, chat: {} },
      }),
    ],
  ])('are as usual when %s', (_, stored) => {
    expect(readSettings(stored)).toEqual(usualSettings);
  });

  test('that are damaged in one place are read in all others', () => {
    const stored = JSON.stringify({
      sharedLogin: true,
      quotaBytes: '1 GB',
      thresholds: [{ unit: 'bytes', value: 4_000_000_000 }],
      retentionMonths: { signIns: null, meetings: 6, files: 'long', chat: 1 },
    });
    expect(readSettings(stored)).toEqual({
      ...usualSettings,
      sharedLogin: true,
      thresholds: [{ unit: 'bytes', value: 4_000_000_000 }],
      retentionMonths: { signIns: null, meetings: 6, files: 24, chat: 1, admin: 24 },
    });
  });
});
