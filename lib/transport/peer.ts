/**
 * One connection over simple-peer, the only import of it. simple-peer does the offer, the answer, the
 * candidates and the end; messages bypass its stream, which copies each one and stops at 64 KB.
 */
import SimplePeer from 'simple-peer/simplepeer.min.js';
import { ConnectionCount } from './connection-count.ts';
import type { ChannelNews } from './contract.ts';
import { SILENCE_MS } from './limits.ts';
import { fingerprintOf, parseSignal, SignalGate, type PeerSignal } from './signals.ts';

export interface PeerOptions {
  initiator: boolean;
  config: RTCConfiguration;
  /** Carry the reliable, ordered control channel too: the first connection. */
  withControl: boolean;
  /** Given up if it is not open by then. */
  openWithinMs: number;
  /** Takes the unreliable channel in the turn in which it is made, and returns what lets go of it. */
  takeLane: (channel: RTCDataChannel, news: ChannelNews) => () => void;
  events: PeerEvents;
}

export interface PeerEvents {
  signal: (signal: PeerSignal) => void;
  open: () => void;
  controlMessage?: (bytes: Uint8Array) => void;
  /** The unreliable channel alone has ended; only on a connection with a control channel. */
  laneEnded?: () => void;
  /** ICE gets no answers, or gets them again. */
  silent?: (silent: boolean) => void;
  /** Once, however it ended; not after `destroy()`. */
  closed: () => void;
}

/**
 * Both channels are negotiated out of band: no opening message to lose, and they open with the association.
 */
const LANE_CHANNEL: RTCDataChannelInit = { ordered: false, maxRetransmits: 0, negotiated: true, id: 0 };
const CONTROL_CHANNEL: RTCDataChannelInit = { ordered: true, negotiated: true, id: 1 };

/** What simple-peer keeps to itself. */
interface Internals {
  _pc: RTCPeerConnection | null;
  _channel: RTCDataChannel | null;
  _closingInterval: ReturnType<typeof setInterval> | null;
}

/** Of this page, whatever session they are of. */
export const connectionsOfPage = new ConnectionCount();

export class Peer {
  readonly connection: RTCPeerConnection;
  readonly control: RTCDataChannel | undefined;
  #peer: SimplePeer.Instance;
  #events: PeerEvents;
  #gate: SignalGate;
  #localSdp = '';
  #remoteSdp = '';
  #letGo: () => void;
  #laneOpen = false;
  #opened = false;
  #silent = false;
  #ended = false;
  #openTimer: ReturnType<typeof setTimeout>;
  #silenceTimer: ReturnType<typeof setTimeout> | undefined;

  /** Throws if the browser refuses the configuration. */
  constructor({ initiator, config, withControl, openWithinMs, takeLane, events }: PeerOptions) {
    this.#events = events;
    this.#gate = new SignalGate(initiator);
    this.#peer = new SimplePeer({ initiator, config, channelConfig: LANE_CHANNEL, channelName: 'lane' });
    this.#peer.on('error', () => undefined); // 'close' follows
    const { _pc: connection, _channel: lane, _closingInterval: watch } = this.#peer as unknown as Internals;
    // It asks each channel's state each five seconds, which waits for the browser's network thread: with 150
    // lanes a page were blocked for tenths of a second. Of a channel that was moved into a worker it would
    // learn nothing.
    if (watch !== null) clearInterval(watch);
    if (!connection || !lane) throw new Error('the browser refused a peer connection');
    this.connection = connection;
    connectionsOfPage.add(connection);
    this.#openTimer = setTimeout(() => this.#fail(), openWithinMs);

    // simple-peer's stream is not used. Its share of the events would cost time (statistics when the channel
    // opens), and the end of the channel ends the connection only where we say so.
    lane.onopen = lane.onmessage = lane.onbufferedamountlow = lane.onclose = lane.onerror = null;
    this.#letGo = takeLane(lane, {
      open: () => {
        this.#laneOpen = true;
        this.#channelOpened();
      },
      ended: () => {
        if (this.#ended) return;
        // The control channel may well outlive the lane.
        if (withControl) events.laneEnded?.();
        else this.#fail();
      },
    });
    if (withControl) {
      const control = connection.createDataChannel('control', CONTROL_CHANNEL);
      control.binaryType = 'arraybuffer';
      control.onmessage = ({ data }: MessageEvent<unknown>) => {
        if (data instanceof ArrayBuffer) events.controlMessage?.(new Uint8Array(data));
      };
      control.addEventListener('open', () => this.#channelOpened());
      control.addEventListener('close', () => this.#fail());
      this.control = control;
    } else {
      this.control = undefined;
    }
    connection.addEventListener('iceconnectionstatechange', () => this.#watchSilence());
    this.#peer.on('signal', (data) => {
      // The same check as for incoming ones keeps simple-peer's other messages (renegotiation) out.
      const signal = parseSignal(data);
      if (!signal || this.#ended) return;
      if (signal.type !== 'candidate') this.#localSdp = signal.sdp;
      events.signal(signal);
    });
    this.#peer.on('close', () => this.#end());
  }

  /** A description or candidate from the other side; malformed, superfluous and late ones are dropped. */
  handleSignal(message: unknown): void {
    const signal = parseSignal(message);
    if (!signal || this.#ended || !this.#gate.pass(signal)) return;
    if (signal.type !== 'candidate') this.#remoteSdp = signal.sdp;
    try {
      this.#peer.signal(signal as SimplePeer.SignalData);
    } catch {
      // The browser does not like the candidate: others may follow.
    }
  }

  /** Certificates of both ends, `[ours, theirs]`, once both descriptions are known. */
  fingerprints(): readonly [string, string] | undefined {
    const ours = fingerprintOf(this.connection.localDescription?.sdp);
    const theirs = fingerprintOf(this.connection.remoteDescription?.sdp);
    return ours && theirs ? [ours, theirs] : undefined;
  }

  /**
   * Both descriptions exactly as they crossed; the browser's own copies change while candidates are gathered.
   */
  get signaledSdp(): { local: string; remote: string } {
    return { local: this.#localSdp, remote: this.#remoteSdp };
  }

  /** Ends it without `closed`. */
  destroy(): void {
    if (this.#ended) return;
    this.#stop();
    this.#peer.destroy();
  }

  #channelOpened(): void {
    if (this.#opened || this.#ended) return;
    if (!this.#laneOpen || (this.control && this.control.readyState !== 'open')) return;
    this.#opened = true;
    clearTimeout(this.#openTimer);
    this.#events.open();
  }

  #watchSilence(): void {
    clearTimeout(this.#silenceTimer);
    if (this.#ended) return;
    const silent = this.connection.iceConnectionState === 'disconnected';
    if (silent !== this.#silent) this.#events.silent?.(silent);
    this.#silent = silent;
    if (!silent) return;
    this.#silenceTimer = setTimeout(() => this.#fail(), SILENCE_MS);
  }

  #fail(): void {
    this.#peer.destroy();
    this.#end();
  }

  #end(): void {
    if (this.#ended) return;
    this.#stop();
    this.#events.closed();
  }

  #stop(): void {
    this.#ended = true;
    clearTimeout(this.#openTimer);
    clearTimeout(this.#silenceTimer);
    // Messages already on their way to the page have no one to go to.
    this.#letGo();
    if (this.control) this.control.onmessage = null;
  }
}
