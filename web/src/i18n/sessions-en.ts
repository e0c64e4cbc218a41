import type { SessionsTexts } from './sessions-ja.ts';

/** English, where somebody is signed in. */
export const sessionsEn: SessionsTexts = {
  lead: 'Every window in which this account is signed in. If you do not know one of them, sign it out and change your password.',
  leadOf: (name) => `Every window in which ${name} is signed in.`,
  loading: 'Looking it up',
  list: 'Where this account is signed in',
  unknownBrowser: 'Unknown browser',
  own: 'This device',
  address: 'IP address',
  since: 'Signed in',
  lastSeen: 'Last used',
  nobody: 'Not signed in anywhere at the moment.',
  onlyHere: 'You are signed in nowhere else.',
  inMeeting: 'This account is in a meeting. The meeting goes on to its end, also after signing out.',
  end: 'Sign out',
  endOf: (browser, address) => `Sign out ${browser} (${address})`,
  ended: (browser) => `${browser} is signed out.`,
  endOthers: 'Sign out all other devices',
  endAll: 'Sign out all devices',
  endQuestion: (count) =>
    `${count} ${count === 1 ? 'device is' : 'devices are'} signed out. Whoever uses ${count === 1 ? 'it' : 'them'} has to sign in again. Go on?`,
  endConfirm: (count) => `Sign out ${count} ${count === 1 ? 'device' : 'devices'}`,
  endedAll: (count) => `${count} ${count === 1 ? 'device is' : 'devices are'} signed out.`,
  password: {
    wrong: 'The present password is not right. Please check it.',
    heading: 'Change your password',
    lead: 'All other devices are signed out by it. This window can be used on.',
    changed: 'Your password is changed. All other devices are signed out.',
  },
};
