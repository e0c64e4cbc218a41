import type { FailureTexts } from './failures.ts';
import { waitingTime } from './format.ts';

const afterAWhile = (seconds: unknown) =>
  typeof seconds === 'number' ? `Please wait ${waitingTime(seconds)}` : 'Please wait a little';

export const failuresEn: FailureTexts = {
  'bad-request': 'The server could not read what was sent. Please reload the page and try again.',
  'too-large': 'This is too large to send. Please shorten it and try again.',
  'too-many': (details) => `That was too many attempts. ${afterAWhile(details['seconds'])} and try again.`,
  'not-allowed': 'Only the host can do this.',
  'unknown-message': 'This page is out of date. Please reload it.',
  internal: 'We are sorry: something went wrong on the server. Please wait a moment and try again.',

  'number-form': 'This connection number is not valid. Please enter five digits.',
  'number-unknown':
    'This connection number is not valid. No such number has been issued: please check it on the other person’s screen.',
  'number-expired':
    'This connection number is not valid. It has expired: please ask the other person for a new number.',
  'number-taken': 'This connection number is not valid. Another representative is already connected to it.',
  'organization-unknown':
    'The company in this link was not found. Please check the link with your contact person.',

  'name-required': 'Please enter your name. The others in the meeting will see it.',
  'meeting-full':
    'The meeting is full (four people at most). You can join when somebody leaves: please ask your contact person.',
  'meeting-ended':
    'This meeting has ended. To continue talking, please get in touch with your contact person.',
  'door-crowded': 'Too many people are waiting to be let in. Please wait a moment and try again.',
  'invitation-unknown':
    'This invitation link does not work. Please check that it is complete, or ask your contact person for a new one.',
  'invitation-expired': 'This invitation link has expired. Please ask your contact person for a new one.',
  'invitation-used-up':
    'This invitation link has already been used. Please ask your contact person for a new one.',
  'invitation-revoked':
    'This invitation link has been withdrawn. Please ask your contact person for a new one.',
  'refused-by-host':
    'You were not let in this time. If that is unexpected, please ask your contact person, for example by phone.',
  'removed-by-host':
    'The host removed you from the meeting. If that is unexpected, please ask your contact person, for example by phone.',

  'seat-unknown':
    'This browser has no record of taking part in this meeting. Please join with the connection number or an invitation link.',
  'seat-replaced': 'The meeting goes on in another tab.',

  'participant-unknown': 'This person has already left.',
  'media-unavailable':
    'The server for picture and sound cannot be reached. We keep trying; if this goes on, please reload the page.',
  'media-parameters':
    'This browser’s picture or sound format cannot be used. Please try the latest Chrome, Edge, Safari or Firefox.',
  'media-stale': 'Picture and sound are being connected again. Please try once more.',
  'chat-empty': 'Please enter a message.',

  'sign-in-failed': 'The organisation ID, the login ID or the password is not correct. Please check them.',
  'sign-in-required': 'Your sign-in has expired. Please sign in again.',
  'sign-in-blocked': (details) =>
    `There were too many failed attempts to sign in. ${afterAWhile(details['seconds'])} and try again.`,
  'password-form': 'The new password must have 12 to 128 characters.',
  'password-same': 'The new password is the same as the present one. Please choose another.',
  'password-change-required': 'Please change the initial password first.',
  origin: 'This came from another site and was not accepted. Please open the Taimen page again.',

  'banner-unknown':
    'This link is not in use at present. Please look at the company’s web site, or ask by telephone.',

  'media-unreachable':
    'This network blocks picture and sound. Please try another connection, such as your phone’s, or ask your network administrator.',
  'screen-failed':
    'The screen could not be shared. Please choose another window or tab and try again. If this goes on, please check in your computer’s settings that the browser may record the screen.',
  offline: 'The server cannot be reached. Please check your internet connection and try again.',
  timeout: 'The server does not answer. Please check your connection and try again.',
};
