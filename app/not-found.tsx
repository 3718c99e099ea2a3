import { Nothing } from './ui/nothing.tsx';

export const metadata = { title: 'Tessera' };

export default function NotFound() {
  return <Nothing />;
}
