import type { types as client } from 'mediasoup-client';

/** The baseline's messages: what is asked for, and what is answered. */
export type Asked = {
  open: (
    input: object,
    answer: (opening: {
      send: client.TransportOptions;
      receive: client.TransportOptions;
      routerRtpCapabilities: client.RtpCapabilities;
      producerIds: string[];
    }) => void,
  ) => void;
  connectTransport: (
    input: { id: string; dtlsParameters: client.DtlsParameters },
    answer: (done: object) => void,
  ) => void;
  produce: (
    input: { id: string; kind: client.MediaKind; rtpParameters: client.RtpParameters },
    answer: (producer: { id: string }) => void,
  ) => void;
  consume: (
    input: { id: string; producerIds: string[]; rtpCapabilities: client.RtpCapabilities },
    answer: (consumers: client.ConsumerOptions[]) => void,
  ) => void;
  resume: (ids: string[], answer: (done: object) => void) => void;
};

export type Told = { produced: (producerId: string) => void };
