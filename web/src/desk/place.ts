/** The places of the desk, by their addresses. */
export type Place =
  | { name: 'home' }
  | { name: 'documents' }
  | { name: 'document'; documentId: string }
  | { name: 'history' }
  | { name: 'meeting'; meetingId: string }
  | { name: 'recording'; recordingId: string }
  | { name: 'banners' }
  | { name: 'banner'; key: string }
  | { name: 'sessions' }
  | { name: 'admin'; page: AdminPage };

export const adminPages = ['users', 'units', 'usage', 'logs', 'settings'] as const;
export type AdminPage = (typeof adminPages)[number];

export const paths = {
  home: '/dashboard',
  documents: '/dashboard/documents',
  document: (documentId: string) => `/dashboard/documents/${documentId}`,
  history: '/dashboard/history',
  meeting: (meetingId: string) => `/dashboard/history/${meetingId}`,
  recording: (recordingId: string) => `/dashboard/recordings/${recordingId}`,
  banners: '/dashboard/banners',
  /** @param key `new`: one that is to be made */
  banner: (key: string) => `/dashboard/banners/${key}`,
  sessions: '/dashboard/sessions',
  admin: (page: AdminPage) => `/dashboard/admin/${page}`,
} as const;

export function placeAt(path: string): Place {
  const [, desk, area, id, ...more] = path.replace(/\/+$/, '').split('/');
  if (desk !== 'dashboard' || more.length > 0) return { name: 'home' };
  if (area === 'documents') return id ? { name: 'document', documentId: id } : { name: 'documents' };
  if (area === 'history') return id ? { name: 'meeting', meetingId: id } : { name: 'history' };
  if (area === 'recordings' && id) return { name: 'recording', recordingId: id };
  if (area === 'banners') return id ? { name: 'banner', key: id } : { name: 'banners' };
  if (area === 'sessions' && !id) return { name: 'sessions' };
  if (area === 'admin') return { name: 'admin', page: adminPages.find((page) => page === id) ?? 'users' };
  return { name: 'home' };
}

/** What the rail at the side leads to; `own`: what is about the own account. */
export type Area = 'home' | 'documents' | 'history' | 'banners' | 'admin' | 'own';

export function areaOf(place: Place): Area {
  switch (place.name) {
    case 'home':
      return 'home';
    case 'documents':
    case 'document':
      return 'documents';
    case 'history':
    case 'meeting':
    case 'recording':
      return 'history';
    case 'banners':
    case 'banner':
      return 'banners';
    case 'sessions':
      return 'own';
    case 'admin':
      return 'admin';
  }
}
