/** What can be open beside the faces. */
export type PanelName = 'chat' | 'invite' | 'documents' | 'memo' | 'recording';
