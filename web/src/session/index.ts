import { Call } from './call.svelte.ts';
import { Devices } from './devices.svelte.ts';

/** Everything a page needs for a call. Nothing is opened or connected before it is asked for. */
export function createCall(): { call: Call; devices: Devices } {
  const devices = new Devices();
  return { call: new Call(devices), devices };
}
