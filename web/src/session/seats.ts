/**
 * What a browser remembers of its seats, so that a reload or a second tab comes back to the same place. This
 * tab's own seat stands in sessionStorage; the last one of each meeting in localStorage, for a new tab.
 */

export type RememberedSeat = { meetingId: string; resumeToken: string };

const tabKey = 'taimen.seat';
const meetingKey = (meetingId: string) => `taimen.seat.${meetingId}`;
const keptForMs = 24 * 60 * 60_000;

export function rememberSeat(seat: RememberedSeat): void {
  write(() => sessionStorage, tabKey, seat);
  write(() => localStorage, meetingKey(seat.meetingId), { ...seat, at: Date.now() });
  forgetOld();
}

export function forgetSeat(meetingId: string): void {
  if (seatOfTab()?.meetingId === meetingId) remove(() => sessionStorage, tabKey);
  remove(() => localStorage, meetingKey(meetingId));
}

/** This tab gives the seat up, another tab holds it. */
export function forgetSeatOfTab(): void {
  remove(() => sessionStorage, tabKey);
}

export function seatOfTab(): RememberedSeat | null {
  return read(() => sessionStorage, tabKey);
}

export function seatIn(meetingId: string): RememberedSeat | null {
  const own = seatOfTab();
  return own?.meetingId === meetingId ? own : read(() => localStorage, meetingKey(meetingId));
}

function forgetOld(): void {
  for (const key of keysOf(() => localStorage)) {
    if (!key.startsWith(meetingKey(''))) continue;
    const seat = read(() => localStorage, key);
    if (!seat?.at || seat.at < Date.now() - keptForMs) remove(() => localStorage, key);
  }
}

/*
 * Storage may be full, hold something else, or be blocked so that even naming it throws: a call must not fail
 * for that, so it is named inside these functions only.
 */

function keysOf(storage: () => Storage): string[] {
  try {
    return Object.keys(storage());
  } catch {
    return [];
  }
}

function write(storage: () => Storage, key: string, value: object): void {
  try {
    storage().setItem(key, JSON.stringify(value));
  } catch {
    // The seat still lives in this page; only a reload would lose it.
  }
}

function remove(storage: () => Storage, key: string): void {
  try {
    storage().removeItem(key);
  } catch {
    // As above.
  }
}

function read(storage: () => Storage, key: string): (RememberedSeat & { at?: number }) | null {
  try {
    const value: unknown = JSON.parse(storage().getItem(key) ?? 'null');
    if (typeof value !== 'object' || value === null) return null;
    const seat = value as Record<string, unknown>;
    if (typeof seat['meetingId'] !== 'string' || typeof seat['resumeToken'] !== 'string') return null;
    const at = typeof seat['at'] === 'number' ? { at: seat['at'] } : {};
    return { meetingId: seat['meetingId'], resumeToken: seat['resumeToken'], ...at };
  } catch {
    return null;
  }
}
