/** The page of an address that does not exist. */
import { Nothing } from './ui/shell/nothing.tsx';

export const metadata = { title: 'Tessera' };

export default function NotFound() {
  return <Nothing />;
}
