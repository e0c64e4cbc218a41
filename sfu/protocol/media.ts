import { z } from 'zod';
import { mediaId } from './values.ts';

/**
 * WebRTC parameters as they cross the wire. Only their outline is checked here, against nonsense and size;
 * their meaning is checked by mediasoup, whose refusal is answered with `media-parameters`.
 */

/* A key that decides about an object's prototype has no place in parameters. */
const plain = z.looseObject({}).refine((value) => !Object.hasOwn(value, '__proto__'));

export const dtlsParameters = z.object({
  role: z.enum(['auto', 'client', 'server']).optional(),
  fingerprints: z
    .array(z.object({ algorithm: z.string().max(20), value: z.string().max(200) }))
    .min(1)
    .max(10),
});

export const rtpParameters = z.object({
  mid: z.string().max(20).optional(),
  msid: z.string().max(200).optional(),
  codecs: z
    .array(
      z.object({
        mimeType: z.string().max(60),
        payloadType: z.number().int().min(0).max(127),
        clockRate: z.number().int().positive(),
        channels: z.number().int().positive().max(8).optional(),
        parameters: plain.optional(),
        rtcpFeedback: z
          .array(z.object({ type: z.string().max(40), parameter: z.string().max(40).optional() }))
          .max(20)
          .optional(),
      }),
    )
    .min(1)
    .max(20),
  headerExtensions: z
    .array(
      z.object({
        uri: z.string().max(200),
        id: z.number().int().min(1).max(255),
        encrypt: z.boolean().optional(),
        parameters: plain.optional(),
      }),
    )
    .max(30)
    .optional(),
  encodings: z
    .array(
      z.object({
        ssrc: z.number().int().min(0).max(0xffffffff).optional(),
        rid: z.string().max(20).optional(),
        codecPayloadType: z.number().int().min(0).max(127).optional(),
        rtx: z.object({ ssrc: z.number().int().min(0).max(0xffffffff) }).optional(),
        dtx: z.boolean().optional(),
        scalabilityMode: z.string().max(20).optional(),
        scaleResolutionDownBy: z.number().positive().optional(),
        maxBitrate: z.number().int().positive().optional(),
        maxFramerate: z.number().positive().optional(),
        active: z.boolean().optional(),
        adaptivePtime: z.boolean().optional(),
        priority: z.string().max(20).optional(),
        networkPriority: z.string().max(20).optional(),
      }),
    )
    .max(4)
    .optional(),
  rtcp: z
    .object({
      cname: z.string().max(200).optional(),
      reducedSize: z.boolean().optional(),
      mux: z.boolean().optional(),
    })
    .optional(),
});

export const rtpCapabilities = z.object({
  codecs: z
    .array(
      z.object({
        kind: z.enum(['audio', 'video']),
        mimeType: z.string().max(60),
        preferredPayloadType: z.number().int().min(0).max(127).optional(),
        clockRate: z.number().int().positive(),
        channels: z.number().int().positive().max(8).optional(),
        parameters: plain.optional(),
        rtcpFeedback: z
          .array(z.object({ type: z.string().max(40), parameter: z.string().max(40).optional() }))
          .max(20)
          .optional(),
      }),
    )
    .max(60)
    .optional(),
  headerExtensions: z
    .array(
      z.object({
        kind: z.enum(['audio', 'video']),
        uri: z.string().max(200),
        preferredId: z.number().int().min(1).max(255),
        preferredEncrypt: z.boolean().optional(),
        direction: z.enum(['sendrecv', 'sendonly', 'recvonly', 'inactive']).optional(),
      }),
    )
    .max(60)
    .optional(),
});

/** Written by mediasoup on the server and handed to mediasoup-client as it is. */
const fromServer = z.looseObject({});

export const transportOptions = z.object({
  id: mediaId,
  iceParameters: fromServer,
  iceCandidates: z.array(fromServer),
  dtlsParameters: fromServer,
});

/** What a browser needs to send and receive: one answer, so that joining costs one round trip. */
export const mediaOpening = z.object({
  epoch: z.string(),
  routerRtpCapabilities: fromServer,
  iceServers: z.array(fromServer),
  send: transportOptions,
  receive: transportOptions,
});

export const consumerOptions = z.object({
  id: mediaId,
  producerId: mediaId,
  kind: z.enum(['audio', 'video']),
  rtpParameters: fromServer,
});

export type MediaOpening = z.infer<typeof mediaOpening>;
export type ConsumerOptions = z.infer<typeof consumerOptions>;
