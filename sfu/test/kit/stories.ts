import { newId } from '../../meeting/identity.ts';
import type { Input } from '../../protocol/requests.ts';
import type { Page } from './client.ts';
import { openDesk } from './rep.ts';
import type { AnyServer } from './rep.ts';

/** A customer has pressed 商談を始める and reads a number. */
export async function customerWithNumber(
  server: AnyServer,
  input: Input<'number:issue'> = {},
): Promise<{ customer: Page; number: string }> {
  const customer = await server.openPage();
  const { snapshot } = await customer.request('number:issue', input);
  return { customer, number: snapshot.connectionNumber! };
}

/** A customer and a rep, face to face by a number. */
export async function call(server: AnyServer): Promise<{ rep: Page; customer: Page; number: string }> {
  const { customer, number } = await customerWithNumber(server);
  const rep = await openDesk(server);
  await rep.request('number:connect', { number });
  await customer.nextWhisper('seat:admitted');
  return { rep, customer, number };
}

/** A rep alone in a room. */
export async function room(server: AnyServer): Promise<{ host: Page & { cookie: string }; number: string }> {
  const host = await openDesk(server);
  const { snapshot } = await host.request('room:open', {});
  return { host, number: snapshot.connectionNumber! };
}

/** Somebody types the room's number and waits at the door. */
export async function knock(server: AnyServer, number: string, name: string): Promise<Page> {
  const page = await server.openPage();
  await page.request('room:ask', { number, name });
  return page;
}

/** Somebody comes in by an invitation link. */
export async function comeByLink(server: AnyServer, host: Page, name: string): Promise<Page> {
  const { token } = await host.request('invitation:create', {});
  const page = await server.openPage();
  await page.request('invitation:accept', { token, name });
  return page;
}

/** A host and three guests, each of whom sees all four. */
export async function fourPeople(server: AnyServer): Promise<{
  host: Page & { cookie: string };
  guests: [Page, Page, Page];
  everybody: Page[];
  number: string;
}> {
  const { host, number } = await room(server);
  const guests: [Page, Page, Page] = [
    await comeByLink(server, host, '山田'),
    await comeByLink(server, host, '鈴木'),
    await comeByLink(server, host, '田中'),
  ];
  const everybody = [host, ...guests];
  for (const page of everybody) {
    await page.sees('four people on the line', (view) => view.present.filter(isOnLine).length === 4);
  }
  return { host, guests, everybody, number };
}

const isOnLine = ({ line }: { line: string }) => line === 'connected';

export function say(page: Page, text: string, id = newId()) {
  return page.request('chat:send', { id, text });
}
