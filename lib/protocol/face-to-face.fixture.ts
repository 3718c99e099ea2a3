/** Sender and receiver without a network between them. */
import { CONTROL_LANE } from './endpoint.ts';
import { encodeControl, type ControlMessage } from './wire/control-message.ts';
import { Receiver } from './receiving/receiver.ts';
import type { ReceiverEvent } from './receiving/receiver-event.ts';
import { Sender } from './sending/sender.ts';
import type { SenderEvent } from './sending/sender-event.ts';

/** Of a picture of so many zeros. */
export const header = (byteLength: number, previewBytes = 0) => ({
  name: 'p',
  type: 'image/png',
  byteLength,
  modified: 0,
  digest: new Uint8Array(32).fill(byteLength % 251),
  previewBytes,
});

export type Drops = (bytes: Uint8Array, lane: number) => boolean;

/** Two endpoints that hear each other at once; every picture is zeros. */
export class FaceToFace {
  sender = new Sender();
  receiver = new Receiver();
  now = 1000;
  senderEvents: SenderEvent[] = [];
  receiverEvents: ReceiverEvent[] = [];
  toReceiver: Drops = () => false;
  toSender: Drops = () => false;
  provides = true;

  constructor(lanes = 4) {
    for (let lane = 1; lane <= lanes; lane++) this.openLane(lane);
  }

  openLane(lane: number): void {
    this.sender.handleLaneOpen(lane, this.now);
    this.receiver.handleLaneOpen(lane, this.now);
  }

  /** Everything that can be said at this instant. */
  settle(): void {
    for (let moved = true; moved;) {
      moved = false;
      for (let out = this.sender.pollTransmit(this.now); out; out = this.sender.pollTransmit(this.now)) {
        moved = true;
        if (!this.toReceiver(out.bytes, out.lane)) this.receiver.handlePacket(out.bytes, out.lane, this.now);
      }
      for (let out = this.receiver.pollTransmit(this.now); out; out = this.receiver.pollTransmit(this.now)) {
        moved = true;
        if (!this.toSender(out.bytes, out.lane)) this.sender.handlePacket(out.bytes, out.lane, this.now);
      }
      for (let event = this.sender.pollEvent(); event; event = this.sender.pollEvent()) {
        moved = true;
        this.senderEvents.push(event);
        if (event.type === 'need' && this.provides)
          this.sender.provide(event.transfer, event.kind, event.block, new Uint8Array(event.to - event.from));
      }
      for (let event = this.receiver.pollEvent(); event; event = this.receiver.pollEvent()) {
        moved = true;
        this.receiverEvents.push(event);
      }
    }
  }

  run(millis: number, until: () => boolean = () => false): void {
    const end = this.now + millis;
    this.settle();
    while (this.now < end && !until()) {
      const next = Math.min(
        this.sender.nextTimeout() ?? Infinity,
        this.receiver.nextTimeout() ?? Infinity,
        end,
      );
      // A millisecond at least, as a browser's timer.
      this.now = Math.min(end, Math.max(next, this.now + 1));
      this.sender.handleTimeout(this.now);
      this.receiver.handleTimeout(this.now);
      this.settle();
    }
  }

  said(type: string): number {
    return [...this.senderEvents, ...this.receiverEvents].filter((event) => event.type === type).length;
  }

  toSenderSay(message: ControlMessage): void {
    this.sender.handlePacket(encodeControl(message), CONTROL_LANE, this.now);
  }

  toReceiverSay(message: ControlMessage): void {
    this.receiver.handlePacket(encodeControl(message), CONTROL_LANE, this.now);
  }
}

export const noControl: Drops = (_bytes, lane) => lane === CONTROL_LANE;
export const noLanes: Drops = (_bytes, lane) => lane !== CONTROL_LANE;
export const everything: Drops = () => true;
