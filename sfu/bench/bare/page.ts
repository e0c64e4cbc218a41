import { Device } from 'mediasoup-client';
import type { types } from 'mediasoup-client';
import { io } from 'socket.io-client';
import type { Socket } from 'socket.io-client';
import { cameraEncodings } from '../../../web/src/session/layers.ts';
import type { Asked, Told } from './messages.ts';

/* The baseline's page: one button, and every remote track in an element of its own. */

const socket: Socket<Told, Asked> = io({ transports: ['websocket'] });

async function join(): Promise<void> {
  const [stream, opening] = await Promise.all([
    navigator.mediaDevices.getUserMedia({
      audio: true,
      // As the product asks for it, so that both encode the same picture.
      video: { width: { ideal: 1280 }, height: { ideal: 720 }, frameRate: { ideal: 24, max: 30 } },
    }),
    socket.emitWithAck('open', {}),
  ]);
  const device = await Device.factory();
  await device.load({ routerRtpCapabilities: opening.routerRtpCapabilities });
  const send = device.createSendTransport(opening.send);
  const receive = device.createRecvTransport(opening.receive);
  for (const transport of [send, receive]) {
    transport.on('connect', ({ dtlsParameters }, done, failed) => {
      socket.emitWithAck('connectTransport', { id: transport.id, dtlsParameters }).then(done, failed);
    });
  }
  send.on('produce', ({ kind, rtpParameters }, done, failed) => {
    socket.emitWithAck('produce', { id: send.id, kind, rtpParameters }).then(done, failed);
  });

  const consume = async (producerIds: string[]) => {
    if (producerIds.length === 0) return;
    const offered = await socket.emitWithAck('consume', {
      id: receive.id,
      producerIds,
      rtpCapabilities: device.recvRtpCapabilities,
    });
    const consumers: types.Consumer[] = await Promise.all(offered.map((options) => receive.consume(options)));
    for (const { kind, track } of consumers) {
      const element = document.createElement(kind);
      element.autoplay = true;
      element.srcObject = new MediaStream([track]);
      document.body.append(element);
    }
    await socket.emitWithAck(
      'resume',
      consumers.map(({ id }) => id),
    );
  };
  socket.on('produced', (id: string) => void consume([id]));

  const [sound] = stream.getAudioTracks();
  const [picture] = stream.getVideoTracks();
  if (!sound || !picture) throw new Error('There is no camera or microphone.');
  await Promise.all([
    consume(opening.producerIds),
    send.produce({ track: sound, codecOptions: { opusDtx: true, opusFec: true } }),
    send.produce({
      track: picture,
      encodings: cameraEncodings(picture.getSettings().width ?? 640),
      codecOptions: { videoGoogleStartBitrate: 1_000 },
    }),
  ]);
}

document.querySelector('button')?.addEventListener('click', () => void join());
