/** When nobody wants to be disturbed by sounds and notifications (B1). Pure; kept in this browser. */

export type QuietHours = {
  isOn: boolean;
  /** Times of day such as 18:00; the end may lie on the next day. */
  from: string;
  to: string;
};

export const usualQuietHours: QuietHours = { isOn: false, from: '18:00', to: '09:00' };

const timeForm = /^([01]\d|2[0-3]):[0-5]\d$/;
const minutesOf = (time: string): number => {
  const [hours = 0, minutes = 0] = time.split(':').map(Number);
  return hours * 60 + minutes;
};

/** The same time at both ends is the whole day. */
export function isQuiet({ isOn, from, to }: QuietHours, now = new Date()): boolean {
  if (!isOn) return false;
  const [begin, end] = [minutesOf(from), minutesOf(to)];
  const minute = now.getHours() * 60 + now.getMinutes();
  return begin < end ? minute >= begin && minute < end : minute >= begin || minute < end;
}

/** @param stored what this browser has kept, by whichever version; what is not usable is as usual */
export function readQuietHours(stored: string | null): QuietHours {
  try {
    const found = JSON.parse(stored ?? '') as Partial<Record<keyof QuietHours, unknown>>;
    const time = (value: unknown, usual: string) =>
      typeof value === 'string' && timeForm.test(value) ? value : usual;
    return {
      isOn: found.isOn === true,
      from: time(found.from, usualQuietHours.from),
      to: time(found.to, usualQuietHours.to),
    };
  } catch {
    return usualQuietHours;
  }
}
