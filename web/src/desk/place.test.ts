import { describe, expect, it } from 'vitest';
import { paths, placeAt } from './place.ts';

describe('the places of the desk', () => {
  it.each([
    ['/dashboard', { name: 'home' }],
    ['/dashboard/', { name: 'home' }],
    ['/dashboard/documents', { name: 'documents' }],
    ['/dashboard/documents/', { name: 'documents' }],
    [paths.document('abc'), { name: 'document', documentId: 'abc' }],
    ['/dashboard/history', { name: 'history' }],
    [paths.meeting('abc'), { name: 'meeting', meetingId: 'abc' }],
    [paths.recording('abc'), { name: 'recording', recordingId: 'abc' }],
    [paths.banners, { name: 'banners' }],
    [paths.banner('abc'), { name: 'banner', key: 'abc' }],
    [paths.sessions, { name: 'sessions' }],
    ['/dashboard/admin', { name: 'admin', page: 'users' }],
    [paths.admin('units'), { name: 'admin', page: 'units' }],
    // What is not there (yet) is the place where one begins.
    ['/dashboard/nowhere', { name: 'home' }],
    ['/dashboard/documents/abc/more', { name: 'home' }],
    ['/dashboard/recordings', { name: 'home' }],
    ['/dashboard/banners/abc/more', { name: 'home' }],
    ['/dashboard/history/abc/more', { name: 'home' }],
    ['/elsewhere/history', { name: 'home' }],
  ])('%s', (path, place) => {
    expect(placeAt(path)).toEqual(place);
  });
});
