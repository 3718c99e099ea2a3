/** What a hostile sender's page does with the channels of an honest one; runs in that page, by itself. */

export type Attack =
  | 'offers'
  | 'offers taken back'
  | 'hellos'
  | 'reports'
  | 'unknown data'
  | 'previews'
  | 'lane signals'
  | 'noise';

/** Messages as bytes; the number of the transfer, or of the packet, is put in by the page. */
export type Templates = Record<
  | 'hello'
  | 'offer'
  | 'small'
  | 'cancel'
  | 'sent'
  | 'sending'
  | 'progress'
  | 'original'
  | 'preview'
  | 'feedback',
  number[]
>;

interface Sent {
  messages: number;
  bytes: number;
}

declare global {
  interface Window {
    control: RTCDataChannel | undefined;
    lanes: RTCDataChannel[];
  }
}

/** Keeps hold of every channel that the page makes; its worker gets none. */
export function keepChannels(): void {
  window.lanes = [];
  const Connection = window.RTCPeerConnection;
  window.RTCPeerConnection = class extends Connection {
    override createDataChannel(label: string, init?: RTCDataChannelInit): RTCDataChannel {
      const channel = super.createDataChannel(label, init);
      if (init?.ordered === false) window.lanes.push(channel);
      else window.control = channel;
      return channel;
    }
  };
  const Thread = window.Worker;
  window.Worker = class extends Thread {
    override postMessage(message: unknown, transfer?: unknown): void {
      const list = Array.isArray(transfer) ? (transfer as Transferable[]) : [];
      if (list.some((one) => one instanceof RTCDataChannel)) throw new Error('channels stay here');
      super.postMessage(message, list);
    }
  };
}

/** Ends the session in good order, where it still runs: the receiver need not look for this sender. */
export function leave(): void {
  if (window.control?.readyState === 'open')
    window.control.send(new TextEncoder().encode('\0[{"bye":true}]'));
}

/**
 * Sends for `millis`: at first most of what a session may at once, then as much as it may by the second
 * (lib/transport/limits.ts), a little less: more would end the connection.
 */
export async function attack([kind, templates, millis]: readonly [Attack, Templates, number]): Promise<Sent> {
  const atOnce = 7000;
  const bySecond = 900;
  const sum: Sent = { messages: 0, bytes: 0 };
  const control = window.control!;
  let number = 1_000_000;
  const say = (channel: RTCDataChannel, bytes: Uint8Array<ArrayBuffer>): boolean => {
    if (channel.readyState !== 'open') return false;
    try {
      channel.send(bytes);
    } catch {
      return false;
    }
    sum.messages += 1;
    sum.bytes += bytes.length;
    return true;
  };
  const about = (template: number[], transfer: number): Uint8Array<ArrayBuffer> => {
    const bytes = Uint8Array.from(template);
    new DataView(bytes.buffer).setUint16(1, transfer);
    return bytes;
  };
  const packet = (template: number[], transfer: number): Uint8Array<ArrayBuffer> => {
    const bytes = Uint8Array.from(template);
    const view = new DataView(bytes.buffer);
    view.setUint16(2, 2 * transfer + (bytes[3]! & 1));
    view.setUint32(8, number++);
    return bytes;
  };
  const text = (json: unknown): Uint8Array<ArrayBuffer> =>
    Uint8Array.from([0, ...new TextEncoder().encode(JSON.stringify(json))]);
  let turn = 0;
  let lane = 1000;
  /** One message, or a few that belong together. */
  const once = (): void => {
    turn += 1;
    const transfer = 1 + (turn % 32_766);
    switch (kind) {
      case 'offers':
        say(control, about(templates.offer, transfer));
        break;
      case 'offers taken back':
        say(control, about(templates.offer, transfer));
        say(control, about(templates.cancel, transfer));
        break;
      case 'hellos': {
        const hello = Uint8Array.from(templates.hello);
        crypto.getRandomValues(hello.subarray(2, 10));
        say(control, hello);
        say(control, about(templates.offer, transfer));
        break;
      }
      case 'reports':
        if (turn < 500) {
          say(control, about(templates.offer, turn));
          if (turn % 2 === 0) say(control, about(templates.cancel, turn));
        } else {
          say(
            control,
            about([templates.sending, templates.progress, templates.sent][turn % 3]!, 1 + (turn % 499)),
          );
        }
        break;
      case 'lane signals': {
        // As described first; numbers that rise, and some that are taken back at once.
        const some = Array.from({ length: 20 }, () => ({ lane: lane++, sdp: [14] }));
        say(
          control,
          text([...some, { lane: lane - 1, gone: true }, { lane: 2, candidate: { candidate: 'x' } }]),
        );
        break;
      }
      case 'noise':
        say(control, crypto.getRandomValues(new Uint8Array(1 + (turn % 4000))));
        break;
      case 'unknown data':
      case 'previews':
    }
  };
  /** The lanes' channels take what they can hold. */
  const fill = (): void => {
    for (const channel of window.lanes) {
      for (let i = 0; i < 40 && channel.readyState === 'open' && channel.bufferedAmount < 65_536; i++) {
        turn += 1;
        const transfer = 1 + (turn % 32_766);
        if (kind === 'previews') say(channel, packet(templates.preview, 1 + (turn % 2000)));
        else if (kind === 'noise' && turn % 2 === 0)
          say(channel, crypto.getRandomValues(new Uint8Array(1 + (turn % 1200))));
        else if (kind === 'noise') say(channel, Uint8Array.from(templates.feedback));
        else say(channel, packet(turn % 2 === 0 ? templates.original : templates.preview, transfer));
      }
    }
  };
  const began = performance.now();
  const onLanes = kind === 'unknown data' || kind === 'previews' || kind === 'noise';
  if (kind === 'previews')
    for (let transfer = 1; transfer <= 2000; transfer++) say(control, about(templates.small, transfer));
  for (let now = began; now - began < millis && control.readyState === 'open'; now = performance.now()) {
    const may = atOnce + ((now - began) * bySecond) / 1000;
    if (kind !== 'unknown data' && kind !== 'previews')
      for (let i = 0; i < 400 && sum.messages < may && control.bufferedAmount < 1_000_000; i++) once();
    if (onLanes) fill();
    await new Promise((resolve) => setTimeout(resolve, 4));
  }
  return sum;
}
