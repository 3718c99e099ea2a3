import { Home } from './ui/home.tsx';

export default function Page() {
  return <Home />;
}
