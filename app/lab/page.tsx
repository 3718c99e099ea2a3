/** The route `/lab`. */
import { LaboratoryPage } from './laboratory-page.tsx';

export const metadata = { title: 'Laboratory · Tessera' };

export default function Page() {
  return <LaboratoryPage />;
}
