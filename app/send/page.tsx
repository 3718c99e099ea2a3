/** The route `/send`. */
import { SenderRoom } from './sender-room.tsx';

export const metadata = { title: 'Send · Tessera' };

export default function Page() {
  return <SenderRoom />;
}
