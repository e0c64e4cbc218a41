import type { OrganizationFailureTexts } from './failures.ts';

export const organizationFailuresEn: OrganizationFailureTexts = {
  'sign-in-in-meeting':
    'This account is in a meeting in another window. If you sign in here, the meeting goes on, and that window is signed out after it.',
  'user-unknown': 'This user cannot be found. Please load the list again.',
  'login-taken': 'This login ID is in use in your organisation. Please enter another one.',
  'last-admin': 'This is the last admin. Please make somebody else an admin first.',
  'own-account': 'You cannot change your own role or remove yourself. Please ask another admin.',
  'unit-unknown': 'This unit cannot be found. Please load the list again.',
  'unit-depth': 'Units can be up to five levels deep.',
  'unit-in-use': 'There are users or further units in it. Please move them first.',
  'session-unknown': 'This sign-in is over already.',
  'history-unknown': 'This meeting is not in your history. Please load the list again.',
  'banner-count': 'There are as many banners as there can be. Please delete one that is not used.',
  'callback-unknown': 'This request cannot be found. Please load the list again.',
};
