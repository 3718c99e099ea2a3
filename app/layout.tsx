/** What every page has around it: the head, the shell and the language. */
import type { Metadata, Viewport } from 'next';
import type { ReactNode } from 'react';
import { THEME_SCRIPT } from './theme.ts';
import './tokens.css';
import { basePath } from './base-path.ts';
import { Shell } from './ui/shell/shell.tsx';

export const metadata: Metadata = {
  title: 'Tessera',
  description: 'Send pictures from one browser to another, byte for byte, over networks that lose packets.',
  applicationName: 'Tessera',
  manifest: `${basePath}/manifest.webmanifest`,
  icons: {
    icon: [{ url: `${basePath}/icons/tessera.svg`, type: 'image/svg+xml' }],
    apple: `${basePath}/icons/tessera-180.png`,
  },
  robots: { index: true, follow: false },
  // A number in a room code is not a telephone number.
  formatDetection: { telephone: false, address: false, email: false },
};

export const viewport: Viewport = {
  width: 'device-width',
  initialScale: 1,
  themeColor: [
    { media: '(prefers-color-scheme: light)', color: '#f7f5f1' },
    { media: '(prefers-color-scheme: dark)', color: '#151614' },
  ],
};

export default function Layout({ children }: { children: ReactNode }) {
  return (
    <html lang="en" suppressHydrationWarning>
      <head>
        <script dangerouslySetInnerHTML={{ __html: THEME_SCRIPT }} />
      </head>
      <body>
        <Shell>{children}</Shell>
      </body>
    </html>
  );
}
