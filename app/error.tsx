'use client';
/** Shown in place of a page that threw. */
import { Notice } from './ui/kit/notice.tsx';
import { useText } from './text/text.tsx';

export default function PageError() {
  const { t } = useText();
  return <Notice kind="bad">{t.app.broken}</Notice>;
}
