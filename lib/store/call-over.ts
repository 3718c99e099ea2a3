import type { Session } from '../session/model.ts';

/** Resolves when a call of a remembered device has led somewhere: to a connection, to none, or to a door. */
export function callOver(session: Session): Promise<void> {
  return new Promise((resolve) => {
    const look = (): void => {
      const { connection, waitsAtDoor } = session.snapshot();
      if (connection === 'connecting' && waitsAtDoor !== true) return;
      unsubscribe();
      resolve();
    };
    const unsubscribe = session.subscribe(look);
    look();
  });
}
