/**
 * The channels of lanes, where they are used: in the protocol's worker or, in a browser that cannot move them
 * there, on the page. Messages in and out, and how much the browser still holds.
 */
import type { LaneId } from '../protocol/endpoint.ts';
import { BacklogSampler } from './backlog-sampler.ts';
import type { ChannelNews } from './contract.ts';
import { MAX_LANE_BUFFER_BYTES } from './limits.ts';

export interface LaneChannelsEvents {
  packet: (lane: LaneId, bytes: Uint8Array) => void;
  /** `bufferedAmount` of a lane after sends, and when it falls back to zero. */
  backlog: (lane: LaneId, byteLength: number) => void;
}

interface Entry {
  channel: RTCDataChannel;
  /** Takes the listeners off. */
  silence: () => void;
}

/** Open data channels by lane; in the worker where channels can be moved, else on the page. */
export class LaneChannels {
  #events: LaneChannelsEvents;
  #entries = new Map<LaneId, Entry>();
  #backlog: BacklogSampler;

  constructor(events: LaneChannelsEvents) {
    this.#events = events;
    this.#backlog = new BacklogSampler(events.backlog);
  }

  /**
   * A channel that is not open yet, or is just opening; it takes the place of an earlier one with this
   * number.
   */
  add(lane: LaneId, channel: RTCDataChannel, news: ChannelNews): void {
    this.remove(lane);
    channel.binaryType = 'arraybuffer';
    channel.bufferedAmountLowThreshold = 0;
    channel.onmessage = ({ data }: MessageEvent<unknown>) => {
      // A text is nothing of ours; as a length it would even be memory.
      if (data instanceof ArrayBuffer) this.#events.packet(lane, new Uint8Array(data));
    };
    const ended = () => {
      this.remove(lane);
      news.ended();
    };
    channel.addEventListener('open', news.open);
    channel.addEventListener('close', ended);
    this.#entries.set(lane, {
      channel,
      silence: () => {
        channel.onmessage = null;
        channel.onbufferedamountlow = null;
        channel.removeEventListener('open', news.open);
        channel.removeEventListener('close', ended);
      },
    });
    if (channel.readyState === 'open') news.open();
  }

  has(lane: LaneId): boolean {
    return this.#entries.has(lane);
  }

  /** `false`: the lane is closed or its buffer is full, and the packet is dropped, as the network might. */
  send(lane: LaneId, bytes: Uint8Array): boolean {
    const channel = this.#entries.get(lane)?.channel;
    if (channel?.readyState !== 'open') return false;
    if (channel.bufferedAmount + bytes.length > MAX_LANE_BUFFER_BYTES) return false;
    try {
      channel.send(bytes as Uint8Array<ArrayBuffer>);
    } catch {
      return false; // it closed between the question and the call
    }
    this.#backlog.touch(lane, channel);
    return true;
  }

  /** Nothing is heard of the lane any more; whoever made the connection ends it. */
  remove(lane: LaneId): void {
    this.#entries.get(lane)?.silence();
    this.#entries.delete(lane);
    this.#backlog.forget(lane);
  }

  clear(): void {
    for (const lane of this.#entries.keys()) this.remove(lane);
    this.#backlog.stop();
  }
}
