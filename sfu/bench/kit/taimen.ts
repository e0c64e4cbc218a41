import { Participant } from '../../../web/e2e/kit/participant.ts';
import type { Arrival } from '../../../web/e2e/kit/participant.ts';
import { installInstruments } from './instruments.ts';

/** Somebody at the product's pages, measured. */
export async function arriveMeasured(arrival: Arrival): Promise<Participant> {
  return Participant.arrive({
    ...arrival,
    prepare: async (context) => {
      await context.addInitScript(installInstruments);
      await arrival.prepare?.(context);
    },
  });
}
