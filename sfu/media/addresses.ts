import { networkInterfaces } from 'node:os';
import type { types } from 'mediasoup';

/**
 * Where a worker listens for media: one port, UDP and TCP (Q3).
 *
 * With an announced address (the server stands behind NAT, or has a public name) it listens everywhere and
 * names only that address to browsers. Without, it names every IPv4 address of the machine, loopback last,
 * so that a fresh start works on the same machine and in the same LAN.
 */
export function listenInfos(port: number, announcedAddress: string | undefined): types.TransportListenInfo[] {
  const places = announcedAddress
    ? [{ ip: announcedAddress.includes(':') ? '::' : '0.0.0.0', announcedAddress }]
    : ownAddresses().map((ip) => ({ ip }));
  return places.flatMap((place) =>
    (['udp', 'tcp'] as const).map((protocol) => ({ protocol, port, ...place })),
  );
}

function ownAddresses(): string[] {
  const all = Object.values(networkInterfaces()).flatMap((addresses) => addresses ?? []);
  const outside = all.filter((each) => each.family === 'IPv4' && !each.internal).map((each) => each.address);
  return [...new Set(outside), '127.0.0.1'];
}
