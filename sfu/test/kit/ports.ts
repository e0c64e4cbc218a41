import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { createServer } from 'node:net';

/* Below the ports that the system hands out by itself, so that nobody else is given one of them meanwhile. */
const first = 20_000;
const last = 32_000;
const triesMax = 100;

/** The first of `count` ports in a row that are free on this machine, for UDP and for TCP. */
export async function freePorts(count: number): Promise<number> {
  for (let tries = 0; tries < triesMax; tries++) {
    const port = first + Math.floor(Math.random() * (last - first - count));
    const inRow = Array.from({ length: count }, (_, index) => port + index);
    const free = await Promise.all(
      inRow.map(async (each) => (await isFreeTcp(each)) && (await isFreeUdp(each))),
    );
    if (free.every(Boolean)) return port;
  }
  throw new Error(`No ${count} free ports in a row between ${first} and ${last}.`);
}

async function isFreeTcp(port: number): Promise<boolean> {
  const server = createServer();
  try {
    server.listen(port);
    await once(server, 'listening');
    return true;
  } catch {
    return false;
  } finally {
    server.close();
  }
}

async function isFreeUdp(port: number): Promise<boolean> {
  const socket = createSocket('udp4');
  try {
    socket.bind(port);
    await once(socket, 'listening');
    return true;
  } catch {
    return false;
  } finally {
    socket.close();
  }
}
