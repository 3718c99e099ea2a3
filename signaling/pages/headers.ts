/** The response headers of every page and file. */
import type { IncomingMessage, ServerResponse } from 'node:http';

/**
 * What Tessera uses is allowed for its own pages; everything else a browser offers is off. `web-share` is
 * left at its default, which is the same: naming it makes browsers without it warn on every page.
 */
const permissions = [
  'camera=(self)',
  'clipboard-write=(self)',
  'screen-wake-lock=(self)',
  ...[
    'accelerometer',
    'autoplay',
    'clipboard-read',
    'display-capture',
    'encrypted-media',
    'fullscreen',
    'gamepad',
    'geolocation',
    'gyroscope',
    'hid',
    'idle-detection',
    'local-fonts',
    'magnetometer',
    'microphone',
    'midi',
    'payment',
    'picture-in-picture',
    'publickey-credentials-get',
    'serial',
    'storage-access',
    'usb',
    'window-management',
    'xr-spatial-tracking',
  ].map((feature) => `${feature}=()`),
].join(', ');

/**
 * @param https whether the page was asked for over TLS
 * @param host its Host header: localhost is not bound to TLS
 */
export function setSecurityHeaders(response: ServerResponse, https: boolean, host: string | undefined): void {
  response.setHeader('X-Content-Type-Options', 'nosniff');
  response.setHeader('Cross-Origin-Opener-Policy', 'same-origin');
  response.setHeader('Cross-Origin-Resource-Policy', 'same-origin');
  response.setHeader('Referrer-Policy', 'no-referrer');
  response.setHeader('Permissions-Policy', permissions);
  response.setHeader('X-Frame-Options', 'DENY');
  // Not for localhost: it would force https on everything else a developer runs there.
  if (https && host !== undefined && !/^localhost(:|$)/.test(host)) {
    response.setHeader('Strict-Transport-Security', 'max-age=31536000');
  }
}

/** Whether the person's browser speaks https to us, or to the trusted proxy in front of us. */
export function overHttps(request: IncomingMessage, trustedProxies: number): boolean {
  if ('encrypted' in request.socket) return true;
  const claimed = request.headers['x-forwarded-proto'];
  const protocol = Array.isArray(claimed) ? claimed.at(-1) : claimed?.split(',').at(-1);
  return trustedProxies > 0 && protocol?.trim() === 'https';
}

/**
 * The host as the browser wrote it: what a trusted proxy says of it, or what the request says. Anybody can
 * write both; see `nameAllowed`.
 */
export function hostOf(request: IncomingMessage, trustedProxies: number): string | undefined {
  const forwarded = trustedProxies > 0 ? request.headers['x-forwarded-host'] : undefined;
  // The last proxy is the one we know.
  const last = (Array.isArray(forwarded) ? forwarded.at(-1) : forwarded)?.split(',').at(-1);
  return last?.trim() ?? request.headers.host;
}
