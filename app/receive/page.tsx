/** The route `/receive`. */
import { ReceiverRoom } from './receiver-room.tsx';

export const metadata = { title: 'Receive · Tessera' };

export default function Page() {
  return <ReceiverRoom />;
}
