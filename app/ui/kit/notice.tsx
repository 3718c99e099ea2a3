'use client';
/** Boxes that say what happened. */
import type { ReactNode } from 'react';
import type { Problem } from '../../../lib/session/model.ts';
import { useText } from '../../text/text.tsx';
import ui from './ui.module.css';

export function Notice({ kind, children }: { kind: 'good' | 'warn' | 'bad' | 'plain'; children: ReactNode }) {
  return (
    <div className={ui.notice} data-kind={kind} role={kind === 'bad' ? 'alert' : undefined}>
      {children}
    </div>
  );
}

/** One sentence: what happened and what to do. The detail is for the log and not shown. */
export function ProblemNotice({ problem }: { problem: Problem }) {
  const { t } = useText();
  return (
    <div className={ui.notice} data-kind="bad" data-problem={problem.code} role="alert">
      {t.problems[problem.code]}
    </div>
  );
}
