/** The route `/about`. */
import { AboutPage } from './about-page.tsx';

export const metadata = { title: 'About · Tessera' };

export default function Page() {
  return <AboutPage />;
}
