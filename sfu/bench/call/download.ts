import type { Page } from '@playwright/test';
import type { Server } from '../../../web/e2e/kit/server.ts';
import { arriveMeasured } from '../kit/taimen.ts';

export type Download = {
  requests: number;
  /** As transferred, headers included. */
  bytes: number;
  /** Scripts as transferred when the browser asks for gzip. */
  scriptBytes: number;
  otherHosts: string[];
};

/** (d) What a guest's browser fetches from the first address until in the call, with nothing in its cache. */
export async function measureDownload(server: Server): Promise<Download> {
  const guest = await arriveMeasured({ server, colour: 'red' });
  const rep = await arriveMeasured({ server, colour: 'blue' });
  try {
    await rep.signIn();
    const counted = await count(guest.page, guest.origin);
    await rep.connect(await guest.startAsCustomer());
    await guest.sees(rep);
    return counted();
  } finally {
    await guest.goHome();
    await rep.goHome();
  }
}

async function count(page: Page, origin: string): Promise<() => Download> {
  const session = await page.context().newCDPSession(page);
  await session.send('Network.enable');
  // Brotli would be smaller; the aim is written in gzip.
  await session.send('Network.setExtraHTTPHeaders', { headers: { 'Accept-Encoding': 'gzip' } });
  const kinds = new Map<string, string>();
  const download: Download = { requests: 0, bytes: 0, scriptBytes: 0, otherHosts: [] };
  session.on('Network.requestWillBeSent', ({ requestId, request, type }) => {
    if (request.url.startsWith('data:') || request.url.startsWith('blob:')) return;
    download.requests += 1;
    kinds.set(requestId, type ?? '');
    if (!request.url.startsWith(origin)) download.otherHosts.push(request.url);
  });
  session.on('Network.webSocketCreated', () => {
    download.requests += 1;
  });
  session.on('Network.loadingFinished', ({ requestId, encodedDataLength }) => {
    download.bytes += encodedDataLength;
    if (kinds.get(requestId) === 'Script') download.scriptBytes += encodedDataLength;
  });
  return () => download;
}
