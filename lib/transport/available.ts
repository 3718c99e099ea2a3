/**
 * Whether this browser can connect at all. One that has WebRTC switched off leaves the name out, or what it
 * is for.
 */
export function webRtcAvailable(): boolean {
  return typeof RTCPeerConnection === 'function' && 'createDataChannel' in RTCPeerConnection.prototype;
}
