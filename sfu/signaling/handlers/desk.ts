import { accountOf } from '../context.ts';
import type { Handlers } from '../context.ts';

export const deskHandlers: Pick<Handlers, 'desk:watch' | 'presence:set'> = {
  'desk:watch': async (context) => context.desks.watch(context.connection, accountOf(context)),

  'presence:set': async (context, { presence }) => {
    context.desks.choose(accountOf(context), presence);
    return {};
  },
};
