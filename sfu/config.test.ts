import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { readConfig, settings } from './config.ts';

const failure = (env: Record<string, string>): string => {
  try {
    readConfig(env);
  } catch (error) {
    return (error as Error).message;
  }
  throw new Error('These settings were taken.');
};

describe('the settings', () => {
  test('all have a default', () => {
    const config = readConfig({});
    expect(config).toMatchObject({
      port: 3000,
      host: undefined,
      rtcPort: 44_400,
      rtcAnnouncedAddress: null,
      dataDir: path.resolve('var'),
      databaseUrl: `file:${path.resolve('var/taimen.db')}`,
      adminPassword: null,
      recordingQuotaBytes: 5_000_000_000,
      recordingReserveBytes: 1_000_000_000,
      smtpUrl: null,
      mailFrom: null,
      publicOrigin: null,
      trustProxy: 0,
    });
    expect(config.rtcWorkers).toBeGreaterThanOrEqual(1);
    expect(config.rtcWorkers).toBeLessThanOrEqual(16);
    expect(config.webDir).toBe(path.resolve(import.meta.dirname, '../web/dist'));
  });

  test('an empty variable is not set', () => {
    expect(readConfig({ PORT: '', HOST: ' ', ADMIN_PASSWORD: '' })).toEqual(readConfig({}));
  });

  test('are taken as they are given', () => {
    expect(
      readConfig({
        PORT: '8080',
        HOST: '::1',
        RTC_PORT: '50000',
        RTC_WORKERS: '3',
        RTC_ANNOUNCED_ADDRESS: 'meet.example.com',
        DATA_DIR: '/data',
        DATABASE_URL: 'postgres://taimen@db/taimen',
        ADMIN_PASSWORD: '長い長いパスワードです。',
        PUBLIC_URL: 'HTTPS://Meet.Example.com:443/',
        TRUST_PROXY: '1',
        RECORDING_QUOTA_BYTES: '0',
        RECORDING_RESERVE_BYTES: '0',
        SMTP_URL: 'smtps://taimen:p%40ss@mail.example.com:465',
        MAIL_FROM: '対面 Taimen <taimen@example.com>',
      }),
    ).toMatchObject({
      port: 8080,
      host: '::1',
      rtcPort: 50_000,
      rtcWorkers: 3,
      rtcAnnouncedAddress: 'meet.example.com',
      dataDir: '/data',
      databaseUrl: 'postgres://taimen@db/taimen',
      publicOrigin: 'https://meet.example.com',
      trustProxy: 1,
      recordingQuotaBytes: 0,
      recordingReserveBytes: 0,
      smtpUrl: 'smtps://taimen:p%40ss@mail.example.com:465',
      mailFrom: '対面 Taimen <taimen@example.com>',
    });
  });

  test('that are wrong are all named at once, with value and what is expected', () => {
    const message = failure({
      PORT: '70000',
      RTC_PORT: 'many',
      LOG_LEVEL: 'loud',
      PUBLIC_URL: 'meet.example.com',
    });
    expect(message.split('\n').slice(1)).toEqual([
      '  PORT is "70000", expected: a whole number from 0 to 65535',
      '  RTC_PORT is "many", expected: a whole number from 1 to 65535',
      '  LOG_LEVEL is "loud", expected: silent, fatal, error, warn, info, debug or trace',
      '  PUBLIC_URL is "meet.example.com", expected: http:// or https:// with a host and perhaps a port, without a path',
    ]);
  });

  test.each([
    ['ADMIN_PASSWORD', 'too short'],
    ['DATABASE_URL', 'mysql://root:hunter2@db/x'],
    ['SMTP_URL', 'https://user:hunter2@mail/'],
    ['SMTP_URL', 'smtp://user:hunter%2@mail/'],
  ])('a wrong %s is not repeated', (name, value) => {
    const message = failure({ [name]: value });
    expect(message).toContain(`${name} is (not shown)`);
    expect(message).not.toContain(value);
  });

  test.each(['300.1.2.3', 'a b', 'http://x', 'host:44400', '[::1]', '-x', 'https'.repeat(60)])(
    'RTC_ANNOUNCED_ADDRESS is not %s',
    (value) => {
      expect(failure({ RTC_ANNOUNCED_ADDRESS: value })).toContain(
        'an IP address or a host name, without port',
      );
    },
  );

  test.each(['nobody', 'a@b, c@d', 'A <a@b', 'a@b\r\nBcc: c@d', '"A" <a@b>', '<script>@b'])(
    'MAIL_FROM is not %j',
    (value) => {
      expect(failure({ MAIL_FROM: value })).toContain('expected: an address, or a name and an address');
    },
  );

  test('a mail server needs a sender', () => {
    expect(failure({ SMTP_URL: 'smtp://mail.example.com' })).toContain('MAIL_FROM is not set');
    expect(readConfig({ MAIL_FROM: 'taimen@example.com' }).smtpUrl).toBeNull();
  });

  test('the media ports have room and do not meet the web port', () => {
    expect(failure({ RTC_PORT: '65535', RTC_WORKERS: '2' })).toContain('at most 65534');
    expect(failure({ PORT: '44401', RTC_WORKERS: '2' })).toContain('outside 44400 to 44401');
    expect(readConfig({ PORT: '44402', RTC_WORKERS: '2' }).port).toBe(44_402);
  });

  test('each is described once', () => {
    const names = settings.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
  });
});
