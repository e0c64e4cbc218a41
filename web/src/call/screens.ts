/**
 * Whose screen is shown where several are shared. The one that came last is shown, until somebody chooses
 * another; what was chosen holds until it ends or one more is shared.
 */
export type Screens = {
  /** In the order in which they came. */
  readonly order: readonly string[];
  readonly shown: string | null;
};

/** A screen that comes back within this was never away: its line was being restored. */
export const forgetScreenMs = 8_000;

export const noScreens: Screens = { order: [], shown: null };

/** @param sharing who shares a screen now, in any order */
export function withSharing(before: Screens, sharing: readonly string[]): Screens {
  const coming = sharing.filter((id) => !before.order.includes(id));
  return { order: [...before.order, ...coming], shown: coming.at(-1) ?? before.shown };
}

/** Forgets whose screen has been away for a while. */
export function withoutGone(before: Screens, sharing: readonly string[]): Screens {
  const order = before.order.filter((id) => sharing.includes(id));
  return { order, shown: order.find((id) => id === before.shown) ?? order.at(-1) ?? null };
}

/** Those that are to be seen, earliest first, and the one among them that has the middle. */
export function screensNow(
  { order, shown }: Screens,
  sharing: readonly string[],
): { all: readonly string[]; middle: string | null } {
  const all = order.filter((id) => sharing.includes(id));
  return { all, middle: all.find((id) => id === shown) ?? all.at(-1) ?? null };
}
