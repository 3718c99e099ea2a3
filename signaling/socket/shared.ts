/** What a node shares with others, so that the two sides of a pair may be at any two of them. */
import type { ServerOptions } from 'socket.io';
import type { Outcome } from '../rooms/events.ts';
import type { Doors } from '../rooms/doors.ts';
import type { Presence } from '../rooms/presence.ts';
import type { Limits } from '../rooms/attempts.ts';
import type { SocketId } from '../rooms/meeting.ts';
import type { Rooms } from '../rooms/rooms.ts';

/** What the nodes of one service share. */
export interface Shared {
  /** This node's name, which begins the names of its sockets. */
  readonly node: string;
  readonly rooms: Rooms<Promise<Outcome>>;
  readonly doors: Doors;
  readonly presence: Presence;
  limits(onAlarm: () => void): Limits;
  /** Hands to the sockets of other nodes what is said to them here. */
  readonly adapter: NonNullable<ServerOptions['adapter']>;
  /** What is shared answers at this moment. */
  available(): boolean;
  /**
   * To be called once a second. `lost`: sockets whose node has died without saying so. `forgotten`: no socket
   * of this node has its place any more.
   */
  beat(clock: number): Promise<{ lost: SocketId[]; forgotten: boolean }>;
  close(): Promise<void>;
}
