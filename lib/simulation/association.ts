import type { Millis } from '../protocol/endpoint.ts';
import { AssociationReceiver } from './association-receiver.ts';
import type { AssociationOptions } from './association-options.ts';
import type { Congestion } from './congestion.ts';
import type { Path } from './path.ts';
import { AssociationPacket, SackPacket } from './chunk.ts';
import type { Chunk, Message, PacketHandler, Sack } from './chunk.ts';
import { DeliveryRate } from './delivery-rate.ts';
import { RoundTrip } from './round-trip.ts';
import { SendBuffer } from './send-buffer.ts';
import type { TimerId } from './timers.ts';

/** Three acknowledgements beyond a packet, or three packets: the threshold of RFC 9260 and RFC 8985. */
const LOSS_THRESHOLD = 3;
/** dcSCTP cuts no piece smaller than this off a message. */
const MIN_FRAGMENT = 10;
/** dcSCTP sends FORWARD-TSN at most this often, or once a round trip if that is shorter. */
const FORWARD_INTERVAL: Millis = 200;

/** Data of one direction of an SCTP (or TCP-like) association, both of its ends, over the links of a path. */
export class Association implements PacketHandler {
  /** Congestion decisions and lost chunks, for tests and traces. */
  readonly stats = { packets: 0, retransmissions: 0, losses: 0, timeouts: 0 };
  readonly roundTrip: RoundTrip;
  #open = true;
  readonly #buffer = new SendBuffer();
  /** Chunks sent and not cumulatively acknowledged, by number from `#base` on. */
  readonly #outstanding: Chunk[] = [];
  #base = 0;
  readonly #lost: Chunk[] = [];
  #inFlight = 0;
  #recoveryEnd: number | undefined;
  #forwardNotBefore: Millis = 0;
  /** Of the packet sent last of those acknowledged; its place among all packets. */
  #newestOrder = -1;
  readonly #rate = new DeliveryRate();
  #sendNotBefore: Millis = 0;
  #probing = false;
  readonly #timers: { readonly retransmit: TimerId; readonly pace: TimerId };
  readonly #receiver: AssociationReceiver;
  readonly #options: AssociationOptions;
  readonly #congestion: Congestion;
  readonly #path: Path;
  readonly #drained: ((now: Millis) => void) | undefined;

  /**
   * @param deliver a message was delivered whole at the other end.
   * @param drained the backlog shrank other than in `send`.
   */
  constructor(
    options: AssociationOptions,
    congestion: Congestion,
    path: Path,
    deliver: (message: Message, now: Millis) => void,
    drained?: (now: Millis) => void,
  ) {
    this.#options = options;
    this.#congestion = congestion;
    this.#path = path;
    this.#drained = drained;
    this.roundTrip = new RoundTrip(options);
    this.#timers = {
      retransmit: path.timers.add((now) => this.#handleTimeout(now)),
      pace: path.timers.add((now) => {
        const queuedBefore = this.backlog();
        this.#flush(now);
        if (this.backlog() < queuedBefore) this.#drained?.(now);
      }),
    };
    this.#receiver = new AssociationReceiver(options, path.timers, deliver, (sack, now) => {
      // Beyond the 16 bytes that a DATA chunk's header has too: four for each gap block.
      path.reverse.send(new SackPacket(this, sack), 2 * sack.gaps.length, now, options.overhead);
    });
  }

  send(size: number, bytes: Uint8Array | undefined, now: Millis): void {
    if (!this.#open) return;
    this.#buffer.push(size, bytes);
    this.#flush(now);
  }

  /** Bytes given to `send` that have not left yet. */
  backlog(): number {
    return this.#buffer.byteLength;
  }

  /** Bytes that may be in flight. */
  window(): number {
    return this.#congestion.window();
  }

  close(): void {
    this.#open = false;
    this.#path.timers.set(this.#timers.retransmit, undefined);
    this.#path.timers.set(this.#timers.pace, undefined);
    this.#receiver.close();
  }

  /** A packet of this association reached the other end. */
  handlePacket(
    chunks: readonly Chunk[],
    forwardTo: number | undefined,
    immediate: boolean,
    now: Millis,
  ): void {
    if (this.#open) this.#receiver.handlePacket(chunks, forwardTo, immediate, now);
  }

  /** An acknowledgement arrived. */
  handleSack({ cumulative, gaps }: Sack, now: Millis): void {
    if (!this.#open || cumulative < this.#base - 1) return;
    const congestion = this.#congestion;
    const limited = this.#inFlight + this.#options.packetRoom >= congestion.window();
    const queuedBefore = this.backlog();
    const before = this.#rate.delivered;
    let newest: Chunk | undefined;
    let highest = -1;
    let rtt: Millis | undefined;
    const acknowledge = (chunk: Chunk): void => {
      if (chunk.state === 'acknowledged') return;
      if (chunk.state === 'inFlight') this.#inFlight -= chunk.size;
      // dcSCTP counts what was abandoned as well, once the cumulative number passes it.
      this.#rate.delivered += chunk.size;
      chunk.state = 'acknowledged';
      highest = chunk.number;
      if (!newest || chunk.order > newest.order) newest = chunk;
    };

    const advanced = cumulative >= this.#base;
    if (advanced) {
      this.roundTrip.progress();
      const count = cumulative - this.#base + 1;
      for (let i = 0; i < count; i++) {
        const chunk = this.#outstanding[i];
        if (!chunk) continue;
        // Karn's rule; dcSCTP measures the packet that the cumulative number points at.
        if (i === count - 1 && chunk.transmissions === 1 && chunk.state === 'inFlight')
          rtt = now - chunk.sentAt;
        acknowledge(chunk);
      }
      this.#outstanding.splice(0, count);
      this.#base = cumulative + 1;
    }
    for (let i = 0; i < gaps.length; i += 2) {
      const last = gaps[i + 1] as number;
      for (let number = gaps[i] as number; number <= last; number++) {
        const chunk = this.#outstanding[number - this.#base];
        if (chunk) acknowledge(chunk);
      }
    }
    if (newest) {
      if (rtt === undefined && newest.transmissions === 1) rtt = now - newest.sentAt;
      if (newest.order > this.#newestOrder) this.#newestOrder = newest.order;
      this.#probing = false;
    }
    if (rtt !== undefined) this.roundTrip.sample(rtt);
    if (this.#recoveryEnd !== undefined && cumulative >= this.#recoveryEnd) this.#recoveryEnd = undefined;

    const recovering = this.#recoveryEnd !== undefined;
    const rate = newest ? this.#rate.sample(newest, now) : undefined;
    congestion.handleAck({
      now,
      acked: this.#rate.delivered - before,
      advanced,
      limited,
      recovering,
      inFlight: this.#inFlight,
      rtt,
      deliveryRate: rate?.deliveryRate,
      applicationLimited: newest?.applicationLimited ?? false,
      roundStart: rate?.roundStart ?? false,
    });
    const lost =
      this.#options.lossDetection === 'misses'
        ? this.#countMisses(gaps, advanced && recovering ? (gaps.at(-1) ?? -1) : highest)
        : this.#findOvertaken();
    let fast = false;
    if (lost && this.#recoveryEnd === undefined) {
      this.#recoveryEnd = this.#base + this.#outstanding.length - 1;
      congestion.handleLoss(this.#inFlight, now);
      fast = this.#options.reliable;
    }
    if (this.#outstanding.length === 0) this.#path.timers.set(this.#timers.retransmit, undefined);
    else if (advanced || (this.#options.tailProbe && newest)) this.#startTimer(now);
    this.#flush(now, fast);
    if (this.backlog() < queuedBefore) this.#drained?.(now);
  }

  /** RFC 9260 §7.2.4: chunks that gap blocks leave out, up to `limit`, got one more miss. */
  #countMisses(gaps: readonly number[], limit: number): boolean {
    let found = false;
    let number = this.#base;
    for (let i = 0; i < gaps.length; i += 2) {
      const end = Math.min(gaps[i] as number, limit + 1);
      for (; number < end; number++) {
        const chunk = this.#outstanding[number - this.#base];
        if (chunk?.state !== 'inFlight' || ++chunk.misses < LOSS_THRESHOLD) continue;
        this.#lose(chunk);
        found = true;
      }
      number = (gaps[i + 1] as number) + 1;
    }
    return found;
  }

  #findOvertaken(): boolean {
    let found = false;
    for (const chunk of this.#outstanding) {
      if (chunk.state !== 'inFlight' || chunk.order + LOSS_THRESHOLD > this.#newestOrder) continue;
      this.#lose(chunk);
      found = true;
    }
    return found;
  }

  #lose(chunk: Chunk): void {
    if (chunk.state !== 'inFlight') return;
    this.stats.losses++;
    this.#inFlight -= chunk.size;
    if (this.#options.reliable) {
      chunk.state = 'lost';
      this.#lost.push(chunk);
      return;
    }
    const { message } = chunk;
    chunk.state = 'abandoned';
    message.abandoned = true;
    for (const piece of message.chunks) {
      if (piece.state === 'inFlight') this.#inFlight -= piece.size;
      if (piece.state !== 'acknowledged') piece.state = 'abandoned';
    }
    this.#buffer.drop(message);
  }

  #startTimer(now: Millis): void {
    const { rto, smoothed } = this.roundTrip;
    const probe = this.#options.tailProbe && !this.#probing && smoothed !== undefined;
    this.#path.timers.set(
      this.#timers.retransmit,
      now + (probe ? Math.min(rto, 2 * smoothed + this.#ackSlack()) : rto),
    );
  }

  /** A lone packet's acknowledgement may be delayed. */
  #ackSlack(): Millis {
    return this.#inFlight <= this.#options.packetRoom ? this.#options.delayedAck : 2;
  }

  #handleTimeout(now: Millis): void {
    if (this.#outstanding.length === 0) return;
    if (this.#options.tailProbe && !this.#probing && this.#inFlight > 0) {
      this.#probing = true;
      const last = this.#outstanding.findLast(({ state }) => state === 'inFlight');
      if (last) this.#transmit([last], undefined, now);
      this.#startTimer(now);
      return;
    }
    this.stats.timeouts++;
    const queuedBefore = this.backlog();
    this.#congestion.handleTimeout(this.#inFlight, now);
    for (const chunk of this.#outstanding) this.#lose(chunk);
    this.#recoveryEnd = undefined;
    this.#forwardNotBefore = now;
    this.roundTrip.backOff();
    this.#startTimer(now);
    this.#flush(now);
    if (this.backlog() < queuedBefore) this.#drained?.(now);
  }

  /** Sends what window, burst and pace allow; `fast`: the first lost packet goes whatever the window says. */
  #flush(now: Millis, fast = false): void {
    let force = fast;
    let forwardTo = this.#forwardTo(now);
    for (let burst = 0; burst < this.#options.maxBurst; burst++) {
      if (now < this.#sendNotBefore) {
        this.#path.timers.set(this.#timers.pace, this.#sendNotBefore);
        return;
      }
      const chunks = this.#nextPacket(force);
      if (chunks.length === 0 && forwardTo === undefined) break;
      this.#transmit(chunks, forwardTo, now);
      force = false;
      forwardTo = undefined;
    }
    if (this.backlog() === 0 && this.#lost.length === 0 && this.#inFlight < this.#congestion.window()) {
      this.#rate.limit(this.#inFlight);
    }
  }

  /** Abandoned chunks at the front: the receiver must be made to pass over them (RFC 3758). */
  #forwardTo(now: Millis): number | undefined {
    if (this.#outstanding[0]?.state !== 'abandoned' || now < this.#forwardNotBefore) return undefined;
    this.#forwardNotBefore = now + Math.min(FORWARD_INTERVAL, this.roundTrip.smoothed ?? FORWARD_INTERVAL);
    let count = 0;
    while (this.#outstanding[count]?.state === 'abandoned') count++;
    return this.#base + count - 1;
  }

  #nextPacket(force: boolean): Chunk[] {
    const { packetRoom, chunkHeader, fragments } = this.#options;
    const chunks: Chunk[] = [];
    let room = packetRoom;
    let window = force ? packetRoom : this.#congestion.window() - this.#inFlight;
    // TCP counts packets: what is left of the window lets a whole one go.
    if (!fragments && window > 0) window = Math.max(window, packetRoom);
    while (this.#lost.length > 0) {
      const chunk = this.#lost[0] as Chunk;
      if (chunk.state === 'lost') {
        if (chunk.size > room || chunk.size > window) break;
        chunk.state = 'inFlight';
        chunk.misses = 0;
        this.#inFlight += chunk.size;
        this.stats.retransmissions++;
        room -= chunk.size;
        window -= chunk.size;
        chunks.push(chunk);
      }
      this.#lost.shift();
    }
    for (let message = this.#buffer.next(); message; message = this.#buffer.next()) {
      const left = message.size - message.taken;
      const space = Math.min(room, window) - chunkHeader;
      if (space < left && (!fragments || space < MIN_FRAGMENT)) break;
      const chunk = this.#take(message, Math.min(left, space));
      room -= chunk.size;
      window -= chunk.size;
      chunks.push(chunk);
    }
    return chunks;
  }

  #take(message: Message, length: number): Chunk {
    const chunk: Chunk = {
      number: this.#base + this.#outstanding.length,
      message,
      length,
      size: length + this.#options.chunkHeader,
      state: 'inFlight',
      misses: 0,
      transmissions: 0,
      sentAt: 0,
      order: 0,
      delivered: 0,
      deliveredAt: 0,
      firstSentAt: 0,
      applicationLimited: false,
    };
    this.#buffer.take(message, length);
    message.chunks.push(chunk);
    this.#outstanding.push(chunk);
    this.#inFlight += chunk.size;
    return chunk;
  }

  #transmit(chunks: readonly Chunk[], forwardTo: number | undefined, now: Millis): void {
    let size = 0;
    this.#rate.send(chunks, this.#inFlight === 0, now);
    for (const chunk of chunks) {
      size += chunk.size;
      chunk.transmissions++;
      chunk.sentAt = now;
      chunk.order = this.stats.packets;
    }
    this.stats.packets++;
    const { overhead, chunkHeader, immediateSackBelow } = this.#options;
    const immediate = this.#congestion.window() < immediateSackBelow;
    const packet = new AssociationPacket(this, chunks, forwardTo, immediate);
    this.#path.forward.send(packet, Math.max(0, size - chunkHeader), now, overhead);
    const rate = this.#congestion.pacingRate();
    if (rate < Infinity) this.#sendNotBefore = Math.max(this.#sendNotBefore, now) + size / rate;
    if (!this.#path.timers.isSet(this.#timers.retransmit)) this.#startTimer(now);
  }
}
