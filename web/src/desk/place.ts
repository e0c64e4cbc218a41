/** The places of the desk, by their addresses. */
export type Place = { name: 'home' } | { name: 'documents' } | { name: 'document'; documentId: string };

export const paths = {
  home: '/dashboard',
  documents: '/dashboard/documents',
  document: (documentId: string) => `/dashboard/documents/${documentId}`,
} as const;

export function placeAt(path: string): Place {
  const [, desk, area, documentId, ...more] = path.replace(/\/+$/, '').split('/');
  if (desk !== 'dashboard' || area !== 'documents' || more.length > 0) return { name: 'home' };
  return documentId ? { name: 'document', documentId } : { name: 'documents' };
}
