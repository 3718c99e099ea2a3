/** What the pages use of Next.js, for a page that Next.js did not build. */
import { createElement, type ReactNode } from 'react';

export function usePathname(): string {
  return `/${new URL(window.location.href).searchParams.get('page') ?? ''}`;
}

interface LinkProps {
  href: string;
  className?: string;
  'aria-current'?: 'page';
  children?: ReactNode;
}

export default function Link({ href, className, children, ...rest }: LinkProps): ReactNode {
  return createElement('a', { href, className, 'aria-current': rest['aria-current'] }, children);
}
