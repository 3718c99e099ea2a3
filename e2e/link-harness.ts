/** One bare peer connection, to test the link itself with nothing of ours on it. */
let connection: RTCPeerConnection;
let channel: RTCDataChannel;
const received: { number: number; at: number }[] = [];

function setUp(initiator: boolean): void {
  connection = new RTCPeerConnection();
  channel = connection.createDataChannel('test', {
    negotiated: true,
    id: 0,
    ordered: false,
    maxRetransmits: 0,
  });
  channel.binaryType = 'arraybuffer';
  channel.onmessage = ({ data }: MessageEvent<ArrayBuffer>) => {
    const number = new DataView(data).getUint32(0);
    received.push({ number, at: performance.now() });
    // The receiver answers at once, so that the sender can time the round trip.
    if (!initiator) channel.send(data);
  };
}

async function gathered(): Promise<RTCSessionDescriptionInit> {
  while (connection.iceGatheringState !== 'complete') {
    await new Promise((resolve) => {
      connection.onicegatheringstatechange = resolve;
    });
  }
  return connection.localDescription!.toJSON();
}

async function offer(): Promise<RTCSessionDescriptionInit> {
  await connection.setLocalDescription();
  return gathered();
}

async function accept(
  description: RTCSessionDescriptionInit,
): Promise<RTCSessionDescriptionInit | undefined> {
  await connection.setRemoteDescription(description);
  if (description.type === 'answer') return undefined;
  await connection.setLocalDescription();
  return gathered();
}

async function opened(): Promise<void> {
  if (channel.readyState === 'open') return;
  await new Promise((resolve) => {
    channel.onopen = resolve;
  });
}

/**
 * Sends `count` messages one at a time, `gap` ms apart; gives the round-trip times of those that returned.
 */
async function ping(count: number, gap: number): Promise<number[]> {
  const sentAt: number[] = [];
  for (let i = 0; i < count; i++) {
    const bytes = new DataView(new ArrayBuffer(100));
    bytes.setUint32(0, i);
    sentAt.push(performance.now());
    channel.send(bytes);
    await new Promise((resolve) => setTimeout(resolve, gap));
  }
  await new Promise((resolve) => setTimeout(resolve, 1000));
  return received.map(({ number, at }) => at - sentAt[number]!);
}

const linkHarness = { setUp, offer, accept, opened, ping };
declare global {
  interface Window {
    linkHarness: typeof linkHarness;
  }
}
window.linkHarness = linkHarness;
