/**
 * Keeps a phone's screen on while somebody waits or talks: a sleeping phone stops the camera. An attachment
 * for the element that is shown for as long as this matters.
 */
export function stayAwake(): () => void {
  let over = false;
  let lock: WakeLockSentinel | null = null;

  const take = async () => {
    if (document.visibilityState !== 'visible') return;
    try {
      const taken = await navigator.wakeLock.request('screen');
      if (over) await taken.release();
      else lock = taken;
    } catch {
      // Not every browser has it, and a low battery forbids it: the call goes on without.
    }
  };
  // The browser takes the lock away whenever the page is hidden.
  const again = () => void take();
  document.addEventListener('visibilitychange', again);
  again();

  return () => {
    over = true;
    document.removeEventListener('visibilitychange', again);
    void lock?.release();
  };
}
