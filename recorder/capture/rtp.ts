/** RTP as it comes from the socket. Whatever is not well-formed is null: nobody vouches for a datagram. */

export type RtpPacket = {
  marker: boolean;
  payloadType: number;
  /** 16 bits. */
  sequenceNumber: number;
  /** 32 bits. */
  timestamp: number;
  ssrc: number;
  /** A view into the datagram, without padding; empty in packets that are padding only. */
  payload: Buffer;
};

/** With the moment its datagram was read, in milliseconds from the beginning of the take. */
export type ArrivedPacket = RtpPacket & { arrivalMs: number };

const version = 2;
const fixedHeaderBytes = 12;
const extensionHeaderBytes = 4;

/** RTCP on the port of RTP: its packet types lie where RTP has no payload types (RFC 5761, section 4). */
export function isRtcp(datagram: Buffer): boolean {
  const [first = 0, type = 0] = datagram;
  return first >> 6 === version && type >= 192 && type <= 223;
}

/** RFC 3550, section 5.1; the header extension (5.3.1) is passed over. */
export function parseRtp(datagram: Buffer): RtpPacket | null {
  if (datagram.length < fixedHeaderBytes) return null;
  const first = datagram.readUInt8(0);
  if (first >> 6 !== version) return null;

  let start = fixedHeaderBytes + (first & 0x0f) * 4;
  if ((first & 0x10) !== 0) {
    if (start + extensionHeaderBytes > datagram.length) return null;
    start += extensionHeaderBytes + datagram.readUInt16BE(start + 2) * 4;
  }
  let end = datagram.length;
  if ((first & 0x20) !== 0) {
    // The last byte counts the padding, itself included.
    const padding = datagram.readUInt8(end - 1);
    if (padding === 0) return null;
    end -= padding;
  }
  if (start > end) return null;

  const second = datagram.readUInt8(1);
  return {
    marker: (second & 0x80) !== 0,
    payloadType: second & 0x7f,
    sequenceNumber: datagram.readUInt16BE(2),
    timestamp: datagram.readUInt32BE(4),
    ssrc: datagram.readUInt32BE(8),
    payload: datagram.subarray(start, end),
  };
}

/** The number with these low 16 bits that is nearest to `near`. */
export function unwrapSequence(near: number, sequenceNumber: number): number {
  return near + (((sequenceNumber - near) << 16) >> 16);
}

/** The number with these low 32 bits that is nearest to `near`. */
export function unwrapTimestamp(near: number, timestamp: number): number {
  return near + ((timestamp - near) | 0);
}
