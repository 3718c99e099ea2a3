'use client';
import { useState } from 'react';
import { useText } from '../../text/text.tsx';

/** Copies a text, and says whether that went well. */
export function useCopy(): { copy: (text: string) => void; said: string } {
  const { t } = useText();
  const [said, setSaid] = useState('');
  const write = async (text: string) => {
    try {
      await navigator.clipboard.writeText(text);
      setSaid(t.room.copied);
    } catch {
      setSaid(t.room.copyByHand);
    }
  };
  return { copy: (text) => void write(text), said };
}
