/** The places of the desk, by their addresses. */
export type Place =
  | { name: 'home' }
  | { name: 'documents' }
  | { name: 'document'; documentId: string }
  | { name: 'history' }
  | { name: 'recording'; recordingId: string }
  | { name: 'admin'; page: AdminPage };

export const adminPages = ['users', 'units', 'usage', 'logs', 'settings'] as const;
export type AdminPage = (typeof adminPages)[number];

export const paths = {
  home: '/dashboard',
  documents: '/dashboard/documents',
  document: (documentId: string) => `/dashboard/documents/${documentId}`,
  history: '/dashboard/history',
  recording: (recordingId: string) => `/dashboard/history/${recordingId}`,
  admin: (page: AdminPage) => `/dashboard/admin/${page}`,
} as const;

export function placeAt(path: string): Place {
  const [, desk, area, id, ...more] = path.replace(/\/+$/, '').split('/');
  if (desk !== 'dashboard' || more.length > 0) return { name: 'home' };
  if (area === 'documents') return id ? { name: 'document', documentId: id } : { name: 'documents' };
  if (area === 'history') return id ? { name: 'recording', recordingId: id } : { name: 'history' };
  if (area === 'admin') return { name: 'admin', page: adminPages.find((page) => page === id) ?? 'users' };
  return { name: 'home' };
}

/** What the rail at the side leads to. */
export function areaOf(place: Place): 'home' | 'documents' | 'history' | 'admin' {
  switch (place.name) {
    case 'home':
      return 'home';
    case 'documents':
    case 'document':
      return 'documents';
    case 'history':
    case 'recording':
      return 'history';
    case 'admin':
      return 'admin';
  }
}
