/** A link that was made on this page; its address is known here and to nobody later. */
export type MadeInvitation = { id: string; url: string; expiresAt: number };
