import { expect, test } from 'vitest';
import { createLog } from './log.ts';

test('the log is one line of JSON per event, without secrets', () => {
  const lines: string[] = [];
  const log = createLog('info', { write: (line) => void lines.push(line) });
  log.debug('not written');
  log.info(
    { body: { password: 'hunter2', login: 'admin' }, headers: { cookie: 'taimen_session=x' } },
    'signed in',
  );
  expect(lines).toHaveLength(1);
  expect(JSON.parse(lines[0] ?? '')).toEqual({
    level: 'info',
    time: expect.any(String) as string,
    body: { password: '[secret]', login: 'admin' },
    headers: { cookie: '[secret]' },
    msg: 'signed in',
  });
});
