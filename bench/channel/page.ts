/** What the bench holds Tessera against: plain data channels, in a page with nothing else on it. */
import { arrivals, receiveFile } from './receive.ts';
import { collectDistinct, pumpDistinct, sendUntilStopped, timeDistinct } from './distinct.ts';
import { sendBuffered, sendConfirmed } from './send.ts';

/** `reliable`: ordered, retransmitted. `unreliable`: neither. */
export type ChannelKind = 'reliable' | 'unreliable';

const connections: RTCPeerConnection[] = [];
const channels: RTCDataChannel[] = [];

function add(kind: ChannelKind): RTCPeerConnection {
  const connection = new RTCPeerConnection();
  const reliability = kind === 'reliable' ? {} : { ordered: false, maxRetransmits: 0 };
  const channel = connection.createDataChannel('bench', { negotiated: true, id: 0, ...reliability });
  channel.binaryType = 'arraybuffer';
  connections.push(connection);
  channels.push(channel);
  return connection;
}

async function described(connection: RTCPeerConnection): Promise<string> {
  await connection.setLocalDescription();
  while (connection.iceGatheringState !== 'complete') {
    await new Promise((resolve) => {
      connection.onicegatheringstatechange = resolve;
    });
  }
  return connection.localDescription!.sdp;
}

/** This many connections with one channel each. */
async function offer(count: number, kind: ChannelKind): Promise<string[]> {
  return Promise.all(Array.from({ length: count }, () => described(add(kind))));
}

async function answer(offers: readonly string[], kind: ChannelKind): Promise<string[]> {
  return Promise.all(
    offers.map(async (sdp) => {
      const connection = add(kind);
      await connection.setRemoteDescription({ type: 'offer', sdp });
      return described(connection);
    }),
  );
}

async function finish(answers: readonly string[]): Promise<void> {
  await Promise.all(answers.map((sdp, i) => connections[i]!.setRemoteDescription({ type: 'answer', sdp })));
}

async function opened(): Promise<void> {
  await Promise.all(
    channels
      .filter((channel) => channel.readyState !== 'open')
      .map((channel) => new Promise((resolve) => channel.addEventListener('open', resolve))),
  );
}

const one = (): RTCDataChannel => channels[0]!;

const channelPage = {
  offer,
  answer,
  finish,
  opened,
  sendConfirmed: (bytes: number) => sendConfirmed(one(), bytes),
  sendBuffered: (bytes: number, messageLength: number) => sendBuffered(one(), bytes, messageLength),
  receiveFile: (bytes: number, maxMs: number) => receiveFile(one(), bytes, maxMs),
  arrivals,
  pumpDistinct: (seconds: number, rateMbit: number) => pumpDistinct(channels, seconds, rateMbit),
  collectDistinct: (from: number, seconds: number) => collectDistinct(channels, from, seconds),
  sendUntilStopped: (rateMbit: number, file: number) => sendUntilStopped(channels, rateMbit, file),
  timeDistinct: (count: number, file: number, maxMs: number) => timeDistinct(channels, count, file, maxMs),
};

type ChannelPage = typeof channelPage;

declare global {
  interface Window {
    channelPage: ChannelPage;
  }
}
window.channelPage = channelPage;
