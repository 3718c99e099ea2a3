import { CONTROL_LANE } from '../../protocol/endpoint.ts';
import { CHUNK_LENGTH } from '../../protocol/limits.ts';
import { encodeControl } from '../../protocol/wire/control-message.ts';
import { Connector, type ConnectorOptions } from '../connection/connector.ts';
import { forgetRejoin, recallRejoinDevice } from '../connection/rejoin-memory.ts';
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
import { EnginePort, type LinkNews } from './engine-port.ts';
import { watchNetwork } from './network-watch.ts';
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

/** Samples of one transfer's history: 90 minutes, as the engines publish one every 300 ms. */
const MAX_HISTORY = 18_000;

/**
 * A connection that is being made may carry the goodbye of a page without a worker; for this long it is
 * waited for.
 */
const GOODBYE_MS = 10_000;

/**
 * How long a change of this side's network puts the connection in doubt. The other side notices a dead path
 * within two seconds while a picture crosses, within ten by itself.
 */
const NETWORK_DOUBT_MS = 15_000;

interface Views {
  map: ChunkMap | undefined;
  order: Uint32Array;
  logged: number;
  readonly history: HistorySample[];
}

/**
 * The page's half of a session: a connector, an engine in a worker, and what the pages show of both. Decides
 * nothing about bytes.
 */
export abstract class SessionBase<M> implements Session {
  protected readonly connector: Connector;
  protected readonly port: EnginePort<M>;
  protected readonly transfers = new Map<string, TransferSnapshot>();
  readonly #views = new Map<string, Views>();
  readonly #listeners = new Set<() => void>();
  readonly #role: Role;
  /** Under which name the way back is kept. */
  readonly #memory: string;
  readonly #name: string;
  /** What the other side calls itself. */
  protected peerName: string | undefined;
  /** Counts the codes by which this page met others. */
  protected meeting = 0;
  /** The other side has rung, and no one has pressed anything here. */
  #unasked = false;
  /** This page was loaded anew since it met the other side. */
  protected returned = false;
  protected readonly companion: boolean;
  #current: SessionSnapshot | undefined;
  #notifying = false;
  #workerMissing = false;
  /** The engine finds that nothing arrives. */
  #silent = false;
  readonly #unwatchNetwork: () => void;
  readonly #unwatchDevices: () => void;
  readonly #remembering: Remembering;
  #networkTimer: ReturnType<typeof setTimeout> | undefined;

  constructor(
    role: Role,
    options: SessionOptions,
    worker: Worker,
    place: Pick<ConnectorOptions, 'several' | 'memory'> = {},
  ) {
    this.#role = role;
    this.#memory = place.memory ?? role;
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
        if (this.connector.connection === 'connecting') setTimeout(() => this.#goWithoutWorker(), GOODBYE_MS);
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
          this.meeting += 1;
          this.#unasked = unasked;
          this.returned = false;
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
      party: () => this.connector.party,
      bond: () => deviceOf(this.connector.device)?.bond,
      agreed: (bond) => this.#remember(bond),
      forgotten: () => {
        const { device } = this.connector;
        this.connector.remembered(undefined);
        if (device !== undefined) forgetDevice(device);
      },
    });
    this.#unwatchDevices = watchDevices(() => this.#onDevices());
    this.#unwatchNetwork = watchNetwork(this.#onNetwork);
    addEventListener('pagehide', this.#onPageHide);
    addEventListener('pageshow', this.#onPageShow);
  }

  /**
   * A page that goes away closes its connections, so that the other side knows within a moment instead of
   * after a time-out; it returns by rejoining (from the back-forward cache here, after a reload through
   * session storage).
   */
  readonly #onPageHide = (): void => this.connector.suspend();
  readonly #onPageShow = (event: PageTransitionEvent): void => {
    if (event.persisted) this.connector.wake();
  };

  /** This side's address may be another one now: the old connection leads nowhere, and does not say so. */
  readonly #onNetwork = (): void => {
    this.connector.silent(true);
    clearTimeout(this.#networkTimer);
    this.#networkTimer = setTimeout(() => !this.#silent && this.connector.silent(false), NETWORK_DOUBT_MS);
  };

  snapshot(): SessionSnapshot {
    const { connector } = this;
    this.#current ??= {
      role: this.#role,
      connection: connector.connection,
      ...(connector.problem === undefined ? {} : { problem: connector.problem }),
      ...(connector.searchUntil === undefined ? {} : { searchUntil: connector.searchUntil }),
      ...(connector.canContinue ? { canContinue: true } : {}),
      ...(connector.waitsAtDoor ? { waitsAtDoor: true } : {}),
      serverOnline: connector.serverOnline,
      ...(this.peerName === undefined ? {} : { peerName: this.peerName }),
      ...(connector.room === undefined ? {} : { room: connector.room }),
      ...(connector.path === undefined ? {} : { path: connector.path }),
      ...(connector.fingerprint === undefined ? {} : { fingerprint: connector.fingerprint }),
      ...(connector.connection === 'connected' ? { remembered: this.#remembering.by } : {}),
      ...(connector.device === undefined ? {} : { device: connector.device }),
      lanes: connector.transport?.figures().lanesOpen ?? 0,
      ...this.extras(),
      transfers: [...this.transfers.values()],
    };
    return this.#current;
  }

  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
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
    return this.#views.get(transfer)?.map;
  }

  chunkLog(transfer: string): ChunkLog | undefined {
    const views = this.#views.get(transfer);
    const snapshot = this.transfers.get(transfer);
    if (views === undefined || snapshot === undefined) return undefined;
    return {
      order: views.order.subarray(0, views.logged),
      chunkLength: CHUNK_LENGTH,
      byteLength: snapshot.byteLength,
    };
  }

  history(transfer: string): readonly HistorySample[] {
    return this.#views.get(transfer)?.history ?? [];
  }

  meet({ party, secret, meeting, returned }: CompanionPlace): void {
    if (this.meeting !== meeting) {
      this.meeting = meeting;
      this.peerName = undefined;
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
    // At once: a page that is loaded anew does not look for someone who was told goodbye.
    if (!this.companion) forgetRejoin(this.#memory);
    this.sayGoodbye(() => {
      this.#unwatchNetwork();
      this.#unwatchDevices();
      clearTimeout(this.#networkTimer);
      removeEventListener('pagehide', this.#onPageHide);
      removeEventListener('pageshow', this.#onPageShow);
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
    const known = deviceOf(recallRejoinDevice(this.#memory));
    this.connector.resume(rejoin, known && { device: known.id, bond: known.bond });
  }

  /** Both persons want it. */
  #remember(bond: Bond): void {
    const { device = newDeviceId() } = this.connector;
    const { name = this.peerName ?? '', acceptAll = false } = deviceOf(device) ?? {};
    if (keepDevice({ id: device, name, acceptAll, bond })) this.connector.remembered({ device, bond });
    // Storage is off, or the list is full: of no use to the other side alone.
    else this.#remembering.forget();
  }

  /** It may be this session's device that was forgotten, here or in another tab. */
  #onDevices(): void {
    const { device } = this.connector;
    if (device !== undefined && deviceOf(device) === undefined) {
      this.connector.remembered(undefined);
      this.#remembering.forget();
    }
    this.changed();
  }

  protected abstract onMessage(message: FromEngine): void;

  /** What one role shows beside the rest. */
  protected extras(): Partial<SessionSnapshot> {
    return {};
  }

  protected changed(): void {
    this.#current = undefined;
    if (this.#notifying) return;
    this.#notifying = true;
    // Several changes of one turn are one snapshot.
    queueMicrotask(() => {
      this.#notifying = false;
      for (const listener of this.#listeners) listener();
    });
  }

  protected show(snapshot: TransferSnapshot): void {
    this.transfers.set(snapshot.id, snapshot);
    this.#views.set(snapshot.id, { map: undefined, order: new Uint32Array(0), logged: 0, history: [] });
    this.changed();
  }

  protected forget(id: string): void {
    this.transfers.delete(id);
    this.#views.delete(id);
    this.changed();
  }

  protected patch(id: string, part: Partial<TransferSnapshot>): void {
    const known = this.transfers.get(id);
    if (known === undefined) return;
    this.transfers.set(id, { ...known, ...part });
    this.changed();
  }

  #onEngine(message: Exclude<FromEngine, LinkNews>): void {
    switch (message.type) {
      case 'update':
        this.#onUpdate(message.update);
        return;
      case 'chunks':
        this.#onChunks(message);
        return;
      case 'peer':
        this.peerName = message.name;
        this.changed();
        return;
      case 'peer-left':
        this.connector.peerLeft();
        return;
      case 'flooded':
        this.connector.flooded();
        return;
      case 'silent':
        this.#silent = message.silent;
        this.connector.silent(message.silent);
        return;
      default:
        this.onMessage(message);
    }
  }

  #onUpdate({ id, ...part }: TransferUpdate): void {
    const known = this.transfers.get(id);
    if (known === undefined) return;
    const { figures } = part;
    if (figures !== undefined) {
      const history = this.#views.get(id)?.history ?? [];
      if (history.length < MAX_HISTORY) {
        const { seconds, rate, lossPercent, roundTrip, lanes } = figures;
        history.push({
          seconds,
          rate,
          lossPercent,
          lanes,
          ...(roundTrip === undefined ? {} : { roundTrip }),
        });
      }
    }
    const { problem, ...rest } = known;
    // A picture that goes on has no problem any more.
    const before = part.state === undefined && problem !== undefined ? { ...rest, problem } : rest;
    this.transfers.set(id, { ...before, ...part });
    this.changed();
    if (part.state !== undefined) this.stateChanged(this.transfers.get(id) as TransferSnapshot);
  }

  /** Called after the snapshot shows it. */
  protected stateChanged(_transfer: TransferSnapshot): void {}

  #onChunks({ id, map, order }: Extract<FromEngine, { type: 'chunks' }>): void {
    const views = this.#views.get(id);
    if (views === undefined) return;
    if (map.chunksPerCell > 0) views.map = map;
    if (views.logged + order.length > views.order.length) {
      const larger = new Uint32Array(Math.max(views.logged + order.length, views.order.length * 2));
      larger.set(views.order.subarray(0, views.logged));
      views.order = larger;
    }
    views.order.set(order, views.logged);
    views.logged += order.length;
  }

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
    return place && { ...place, meeting: this.meeting, returned: this.returned, beside: this.#memory };
  }

  /** `meeting`, while the person of it is there. */
  protected met(): Partial<SessionSnapshot> {
    const { connection } = this.connector;
    if (connection !== 'connected' && connection !== 'reconnecting') return {};
    return { meeting: this.meeting, ...(this.#unasked ? { unasked: true } : {}) };
  }

  protected onConnected(): void {
    if (this.#workerMissing) {
      this.#goWithoutWorker();
      return;
    }
    const { companion, meeting } = this;
    const unasked = this.#unasked ? { unasked: true } : {};
    this.port.post({ type: 'connected', name: this.#name, meeting, companion, ...unasked });
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
