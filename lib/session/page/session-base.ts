import { CONTROL_LANE } from '../../protocol/endpoint.ts';
import { encodeControl } from '../../protocol/wire/control-message.ts';
import { Connector, type ConnectorOptions } from '../connection/connector.ts';
import { forgetRejoin, recallRejoinDevice, recallRoom } from '../connection/rejoin-memory.ts';
import {
  deviceOf,
  forgetDevice,
  keepBond,
  keepDevice,
  newDeviceId,
  watchDevices,
} from '../devices/device-list.ts';
import { isRemember } from '../devices/remember-message.ts';
import { Remembering } from '../devices/remembering.ts';
import type { Bond } from '../pairing/bond.ts';
import type { RejoinState } from '../pairing/rejoin.ts';
import type { FromEngine, TransferUpdate } from '../bridge/engine-messages.ts';
import { isFinal } from '../transfer-state.ts';
import { ConnectionDoubt } from './connection-doubt.ts';
import { EnginePort, type LinkNews } from './engine-port.ts';
import { watchPageLife } from './page-life.ts';
import { ShownTransfers } from './shown-transfers.ts';
import { SnapshotPublisher } from './snapshot-publisher.ts';
import type {
  ChunkLog,
  ChunkMap,
  CompanionPlace,
  DeviceCall,
  HistorySample,
  Problem,
  Role,
  Session,
  SessionOptions,
  SessionSnapshot,
  TransferSnapshot,
} from '../model.ts';

/**
 * A connection that is being made may carry the goodbye of a page without a worker; for this long it is
 * waited for.
 */
const GOODBYE_MS = 10_000;

/** Whom a session meets. */
interface OtherSide {
  /** Counts the codes by which this page met others. */
  meeting: number;
  /** What it calls itself. */
  name: string | undefined;
  /** It has rung, and no one has pressed anything here. */
  unasked: boolean;
  /** This page was loaded anew since they met. */
  returned: boolean;
}

/**
 * The page's half of a session: a connector, an engine in a worker, and what the pages show of both. Decides
 * nothing about bytes.
 */
export abstract class SessionBase<M> implements Session {
  protected readonly connector: Connector;
  protected readonly port: EnginePort<M>;
  protected readonly transfers = new ShownTransfers();
  readonly #published = new SnapshotPublisher(() => this.#makeSnapshot());
  readonly #role: Role;
  /** Under which name the way back is kept. */
  protected readonly memory: string;
  /** What this side calls itself. */
  readonly #name: string;
  protected readonly other: OtherSide = { meeting: 0, name: undefined, unasked: false, returned: false };
  protected readonly companion: boolean;
  /** Its script could not be loaded. */
  #workerMissing = false;
  readonly #doubt: ConnectionDoubt;
  readonly #remembering: Remembering;
  /** End what it watches of the page. */
  readonly #unwatch: readonly (() => void)[];

  constructor(
    role: Role,
    options: SessionOptions,
    worker: Worker,
    place: Pick<ConnectorOptions, 'several' | 'memory'> = {},
  ) {
    this.#role = role;
    this.memory = place.memory ?? role;
    this.#name = options.name;
    this.companion = options.companion === true;
    this.port = new EnginePort<M>({
      worker,
      transmit: (lane, bytes) => void this.connector.transport?.send(lane, bytes),
      message: (message) => this.#onEngine(message),
      failed: (detail) => this.#engineFailed({ code: 'protocol-violation', detail }),
      missing: () => {
        this.#workerMissing = true;
        this.#engineFailed({ code: 'page-outdated' });
        if (this.connector.view.connection === 'connecting')
          setTimeout(() => this.#goWithoutWorker(), GOODBYE_MS);
        else this.#goWithoutWorker();
      },
    });
    this.connector = new Connector({
      role,
      server: options.server,
      page: options.page,
      relayOnly: options.relayOnly,
      ...place,
      kept: !this.companion,
      events: {
        handOver: (lane, channel, news) => this.port.handOver(lane, channel, news),
        changed: () => this.changed(),
        met: (unasked) => {
          this.other.meeting += 1;
          this.other.unasked = unasked;
          this.other.returned = false;
          this.#remembering.begin();
          this.onMet();
        },
        keepBond: ({ device, bond }) => keepBond(device, bond),
        forgetBond: (device) => forgetDevice(device),
        connected: () => this.onConnected(),
        disconnected: () => {
          this.#remembering.disconnected();
          this.port.post({ type: 'disconnected' });
        },
        lost: () => this.port.post({ type: 'lost' }),
        laneOpen: (lane) => this.port.post({ type: 'lane-open', lane }),
        laneClosed: (lane) => this.port.post({ type: 'lane-closed', lane }),
        packet: (lane, bytes) => {
          if (lane !== CONTROL_LANE || !isRemember(bytes)) {
            this.port.packet(lane, bytes);
            return;
          }
          this.#remembering.hear(bytes);
          this.changed();
        },
        backlog: (lane, byteLength) => this.port.backlog(lane, byteLength),
      },
    });
    this.#remembering = new Remembering({
      random: (length) => crypto.getRandomValues(new Uint8Array(length)),
      say: (message) => void this.connector.transport?.send(CONTROL_LANE, message),
      party: () => this.connector.view.party,
      bond: () => deviceOf(this.connector.view.device)?.bond,
      agreed: (bond) => this.#remember(bond),
      forgotten: () => {
        const { device } = this.connector.view;
        this.connector.remembered(undefined);
        if (device !== undefined) forgetDevice(device);
      },
    });
    this.#doubt = new ConnectionDoubt((silent) => this.connector.silent(silent));
    this.#unwatch = [
      watchDevices(() => this.#onDevices()),
      // A page that goes away closes its connections, so that the other side knows within a moment instead of
      // after a time-out; it returns by rejoining (from the back-forward cache here, after a reload through
      // session storage).
      watchPageLife(
        (forGood) => this.connector.suspend(forGood),
        () => this.connector.wake(),
      ),
    ];
  }

  snapshot(): SessionSnapshot {
    return this.#published.snapshot();
  }

  #makeSnapshot(): SessionSnapshot {
    const { connector, other } = this;
    const { view } = connector;
    return {
      role: this.#role,
      connection: view.connection,
      ...(view.problem === undefined ? {} : { problem: view.problem }),
      ...(view.searchUntil === undefined ? {} : { searchUntil: view.searchUntil }),
      ...(view.canContinue ? { canContinue: true } : {}),
      ...(view.waitsAtDoor ? { waitsAtDoor: true } : {}),
      serverOnline: view.serverOnline,
      ...(other.name === undefined ? {} : { peerName: other.name }),
      ...(view.room === undefined ? {} : { room: view.room }),
      ...(view.path === undefined ? {} : { path: view.path }),
      ...(view.fingerprint === undefined ? {} : { fingerprint: view.fingerprint }),
      ...(view.connection === 'connected' ? { remembered: this.#remembering.by } : {}),
      ...(view.device === undefined ? {} : { device: view.device }),
      lanes: connector.transport?.figures().lanesOpen ?? 0,
      ...this.extras(),
      transfers: [...this.transfers.values()],
    };
  }

  subscribe(listener: () => void): () => void {
    return this.#published.subscribe(listener);
  }

  openRoom(): void {
    this.connector.open();
  }

  join(code: string): void {
    this.connector.join(code);
  }

  continue(): void {
    this.connector.continue();
  }

  call(call: DeviceCall): void {
    const known = deviceOf(call.device);
    if (known !== undefined) this.connector.call({ device: known.id, bond: known.bond }, call);
  }

  remember(wanted: boolean): void {
    this.#remembering.want(wanted);
    this.changed();
  }

  closeRoom(): void {
    this.connector.closeRoom();
  }

  cancel(transfer: string): void {
    this.port.post({ type: 'cancel', id: transfer });
  }

  pause(transfer: string, paused: boolean): void {
    this.port.post({ type: 'pause', id: transfer, paused });
  }

  chunkMap(transfer: string): ChunkMap | undefined {
    return this.transfers.chunkMap(transfer);
  }

  chunkLog(transfer: string): ChunkLog | undefined {
    return this.transfers.chunkLog(transfer);
  }

  history(transfer: string): readonly HistorySample[] {
    return this.transfers.history(transfer);
  }

  meet({ party, secret, meeting, returned }: CompanionPlace): void {
    if (this.other.meeting !== meeting) {
      this.other.meeting = meeting;
      this.other.name = undefined;
      this.onMet(returned);
    }
    this.connector.resume({ party, current: secret });
  }

  part(): void {
    this.connector.part();
  }

  hangUp(): void {
    this.sayGoodbye(() => this.connector.dismiss());
  }

  leave(): void {
    // At once: a page that is loaded anew does not look for someone to whom it said goodbye.
    if (!this.companion) forgetRejoin(this.memory);
    this.sayGoodbye(() => {
      this.#doubt.stop();
      for (const unwatch of this.#unwatch) unwatch();
      this.connector.leave();
      this.port.close();
    });
  }

  /**
   * The goodbye has to leave the worker and the control channel first. A page that goes away has no time for
   * that: it still closes its connections.
   */
  protected sayGoodbye(then: () => void): void {
    this.port.post({ type: 'bye' });
    setTimeout(then, 100);
  }

  /** Goes back to the session of before a reload. */
  protected resumeWith(rejoin: RejoinState): void {
    const known = deviceOf(recallRejoinDevice(this.memory));
    this.connector.resume(rejoin, known && { device: known.id, bond: known.bond });
  }

  /** Opens the room of before a reload again; `false`: there was none. */
  protected reopen(): boolean {
    const room = recallRoom(this.memory);
    if (room !== undefined) this.connector.reopen(room);
    return room !== undefined;
  }

  /** Both persons want it. */
  #remember(bond: Bond): void {
    const { device = newDeviceId() } = this.connector.view;
    const { name = this.other.name ?? '', acceptAll = false } = deviceOf(device) ?? {};
    if (keepDevice({ id: device, name, acceptAll, bond })) this.connector.remembered({ device, bond });
    // Storage is off, or the list is full: of no use to the other side alone.
    else this.#remembering.forget();
  }

  /** It may be this session's device that was forgotten, here or in another tab. */
  #onDevices(): void {
    const { device } = this.connector.view;
    if (device !== undefined && deviceOf(device) === undefined) {
      this.connector.remembered(undefined);
      this.#remembering.forget();
    }
    this.refuseForgotten();
    this.changed();
  }

  /** Without what is shared with a device no one can meet it. */
  protected refuseForgotten(): void {
    for (const [visitor, device] of Object.entries(this.connector.view.callers))
      if (deviceOf(device) === undefined) this.connector.refuse(visitor);
  }

  protected abstract onMessage(message: FromEngine): void;

  /** What one role shows beside the rest. */
  protected extras(): Partial<SessionSnapshot> {
    return {};
  }

  protected changed(): void {
    this.#published.changed();
  }

  protected show(snapshot: TransferSnapshot): void {
    this.transfers.show(snapshot);
    this.changed();
  }

  protected forget(id: string): void {
    this.transfers.forget(id);
    this.changed();
  }

  protected patch(id: string, part: Partial<TransferSnapshot>): void {
    if (this.transfers.patch(id, part) !== undefined) this.changed();
  }

  #onEngine(message: Exclude<FromEngine, LinkNews>): void {
    switch (message.type) {
      case 'update':
        this.#onUpdate(message.update);
        return;
      case 'chunks':
        this.transfers.addChunks(message.id, message.map, message.order);
        return;
      case 'peer':
        this.other.name = message.name;
        this.changed();
        return;
      case 'peer-left':
        this.connector.peerLeft();
        return;
      case 'flooded':
        this.connector.flooded();
        return;
      case 'silent':
        this.#doubt.engineFinds(message.silent);
        return;
      default:
        this.onMessage(message);
    }
  }

  #onUpdate(update: TransferUpdate): void {
    const shown = this.transfers.update(update);
    if (shown === undefined) return;
    this.changed();
    if (update.state !== undefined) this.stateChanged(shown);
  }

  /** Called after the snapshot shows it. */
  protected stateChanged(_transfer: TransferSnapshot): void {}

  /** What the worker would say, since the other side should not wait for this one. */
  #goWithoutWorker(): void {
    this.connector.transport?.send(0, encodeControl({ type: 'bye' }));
    this.connector.giveUp('page-outdated');
  }

  /** Another person than before: whatever was permitted to that one ends. */
  protected onMet(_returned = false): void {}

  /** Where a companion of this session begins with this nonce. */
  protected placeOf(nonce: Uint8Array): CompanionPlace | undefined {
    const place = this.connector.companion(nonce);
    const { meeting, returned } = this.other;
    return place && { ...place, meeting, returned, beside: this.memory };
  }

  /** `meeting`, while the person of it is there. */
  protected met(): Partial<SessionSnapshot> {
    const { connection } = this.connector.view;
    if (connection !== 'connected' && connection !== 'reconnecting') return {};
    const { meeting, unasked } = this.other;
    return { meeting, ...(unasked ? { unasked } : {}) };
  }

  protected onConnected(): void {
    if (this.#workerMissing) {
      this.#goWithoutWorker();
      return;
    }
    const { meeting, unasked } = this.other;
    this.port.post({
      type: 'connected',
      name: this.#name,
      meeting,
      companion: this.companion,
      ...(unasked ? { unasked } : {}),
    });
    this.#remembering.connected();
    // It may have been forgotten while it was called.
    this.#onDevices();
  }

  #engineFailed(problem: Problem): void {
    for (const transfer of this.transfers.values()) {
      if (isFinal(transfer)) continue;
      this.patch(transfer.id, { state: 'failed', problem });
    }
  }
}
