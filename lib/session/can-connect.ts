/** For the pages, which ask before a code is shown or used up; without the weight of a session. */
export { webRtcAvailable as canConnect } from '../transport/available.ts';
