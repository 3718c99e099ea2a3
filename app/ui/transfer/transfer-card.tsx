'use client';
/** The card of a picture, the same on both pages. */
import type { ReactNode } from 'react';
import type { TransferState } from '../../../lib/session/model.ts';
import css from './transfer-card.module.css';

interface Props {
  side: 'sender' | 'receiver';
  name: string;
  /** The one it will be saved under, where that is another. */
  savedAs?: string;
  /** Those it was picked with. */
  folders?: readonly string[];
  state: TransferState;
  /** Type, dimensions, bytes. */
  about: string;
  said: string;
  verified: ReactNode;
  picture: ReactNode;
  /** The picture is an icon, and takes no more room than one. */
  compact?: boolean;
  /** Beside the picture. */
  children: ReactNode;
  /** Under both, over the whole width. */
  below: ReactNode;
}

/** One picture, on either side. */
export function TransferCard({
  side,
  name,
  savedAs = name,
  folders = [],
  state,
  about,
  said,
  verified,
  picture,
  compact = false,
  children,
  below,
}: Props) {
  return (
    <article
      className={css.card}
      data-testid="transfer"
      data-name={name.slice(name.lastIndexOf('/') + 1)}
      data-path={name}
      data-state={state}
      data-side={side}
      data-compact={compact}
      tabIndex={-1}
      data-keeps-focus
      aria-label={savedAs}
    >
      <div className={css.top}>
        <div className={css.picture}>{picture}</div>
        <div className={css.body}>
          <h3 className={css.name}>
            {folders.length > 0 && <bdi className={css.folders}>{folders.join('/')}/</bdi>}
            <bdi>{savedAs}</bdi>
          </h3>
          <p className={css.about}>{about}</p>
          <p className={css.state} data-tone={toneOf(state)}>
            <span>{said}</span>
            {verified}
          </p>
          {children}
        </div>
      </div>
      {below}
    </article>
  );
}

export function Verified({ label, hint }: { label: string; hint: string }) {
  return (
    <span className={css.verified} data-testid="verified" title={hint}>
      <svg viewBox="0 0 16 16" width="14" height="14" aria-hidden="true">
        <path
          d="M3 8.5l3.2 3L13 4.5"
          fill="none"
          stroke="currentColor"
          strokeWidth="2.4"
          strokeLinecap="round"
        />
      </svg>
      {label}
    </span>
  );
}

function toneOf(state: TransferState): 'good' | 'bad' | 'busy' | 'plain' {
  switch (state) {
    case 'done':
      return 'good';
    case 'failed':
      return 'bad';
    case 'sending':
    case 'receiving':
    case 'verifying':
      return 'busy';
    case 'queued':
    case 'held':
    case 'offered':
    case 'paused':
    case 'cancelled':
    case 'declined':
      return 'plain';
  }
}
