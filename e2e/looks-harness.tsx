/**
 * The pages' components with a session that replays a scripted state (`?page=…&state=…`), without a build and
 * without a second browser: what `looks.spec.ts` photographs.
 */
import { createElement, type ReactNode } from 'react';
import { createRoot } from 'react-dom/client';
import '../app/tokens.css';
import { ReceiverRoom } from '../app/receive/receiver-room.tsx';
import { SenderRoom } from '../app/send/sender-room.tsx';
import { Home } from '../app/ui/shell/home.tsx';
import { Shell } from '../app/ui/shell/shell.tsx';

const pages: Record<string, () => ReactNode> = {
  home: () => createElement(Home),
  send: () => createElement(SenderRoom),
  receive: () => createElement(ReceiverRoom),
};

const page = new URL(window.location.href).searchParams.get('page') ?? 'home';
const place = document.createElement('div');
document.body.append(place);
createRoot(place).render(createElement(Shell, undefined, pages[page]?.()));
