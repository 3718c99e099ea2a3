import { Home } from './ui/shell/home.tsx';

export default function Page() {
  return <Home />;
}
