import { accountOf } from '../context.ts';
import type { Handlers } from '../context.ts';

export const deskHandlers: Pick<Handlers, 'desk:watch' | 'presence:set'> = {
  'desk:watch': (context) => context.desks.watch(context.connection, accountOf(context)),

  'presence:set': async (context, { presence }) => {
    await context.desks.choose(accountOf(context), presence);
    return {};
  },
};
