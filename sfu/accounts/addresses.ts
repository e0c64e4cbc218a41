const mapped = /^::ffff:(\d{1,3}(?:\.\d{1,3}){3})$/i;

/** An address as people know it: an IPv4 one that came over a socket for both comes as `::ffff:1.2.3.4` (RFC 4291, 2.5.5.2). */
export function plainAddress(address: string): string {
  return mapped.exec(address)?.[1] ?? address;
}
