/**
 * What a browser still sends for a page that is being closed: 64 KiB in all, of everything that is on its way then
 * (Fetch, "inflight keepalive bytes"); what goes beyond is refused. Some of it is left to others.
 */
const bytesMax = 60 * 1_024;

let taken = 0;

/**
 * Takes the room that a body needs.
 *
 * @returns how to give it back when the request is over; null: it has to be sent like any other
 */
export function takeClosingRoom(body: unknown): (() => void) | null {
  const bytes = new TextEncoder().encode(JSON.stringify(body)).length;
  if (taken + bytes > bytesMax) return null;
  taken += bytes;
  let isTaken = true;
  return () => {
    if (isTaken) taken -= bytes;
    isTaken = false;
  };
}
