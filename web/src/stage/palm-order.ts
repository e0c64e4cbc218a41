/** As many as can be in a meeting. */
export const palmColours = 4;

/** Which colour somebody's palm has: the same on every screen, and whoever else points. */
export function palmColour(participantId: string, hands: readonly string[]): number {
  const all = [...new Set([...hands, participantId])].sort();
  return all.indexOf(participantId) % palmColours;
}
