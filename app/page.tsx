/** The route `/`: the way to both rooms. */
import { Home } from './ui/shell/home.tsx';

export default function Page() {
  return <Home />;
}
