import { MemoryStore } from './memory-store.ts';
import { roomsContract } from './rooms.contract.ts';
import { Rooms } from './rooms.ts';

roomsContract(() => new Rooms(new MemoryStore()), 1000);
