'use client';
/** Accessible names of controls that occur once for each picture of a list. */
import { createContext, type ReactNode, use, useCallback } from 'react';

const Name = createContext('');

/** What the controls inside belong to: a list has an Accept for each of its pictures. */
export function Named({ name, children }: { name: string; children: ReactNode }) {
  return <Name value={name}>{children}</Name>;
}

/** Names a control after what it does and, inside a list, after what it does it to. */
export function useNamed(): (label: string) => string {
  const name = use(Name);
  return useCallback((label) => (name === '' ? label : `${label}: ${name}`), [name]);
}
