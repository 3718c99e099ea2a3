/**
 * Runs in the page before its own scripts: the other side's addresses are replaced by the
 * relay's ports, so that every peer connection goes through the relay and the page under test knows nothing
 * of it. Must be self-contained: it crosses to the browser as text.
 */
export function rewriteRemoteCandidates(): void {
  const page = window as unknown as { standInsOf(ports: number[]): Promise<number[]> };
  const prototype = RTCPeerConnection.prototype;
  const known = new Map<number, Promise<number>>();
  let batch: { ports: number[]; answer: Promise<number[]> } | undefined;

  /** One crossing to the test for all ports asked for in the same turn. */
  function standIn(port: number): Promise<number> {
    const earlier = known.get(port);
    if (earlier) return earlier;
    if (!batch) {
      const ports: number[] = [];
      const answer = Promise.resolve().then(() => {
        batch = undefined;
        return page.standInsOf(ports);
      });
      batch = { ports, answer };
    }
    const index = batch.ports.push(port) - 1;
    const found = batch.answer.then((answers) => answers[index]!);
    known.set(port, found);
    // Ports are used again by later connections, and may then be elsewhere.
    setTimeout(() => known.delete(port), 1000);
    return found;
  }

  /** The candidate line with the relay's port, or `undefined` if it is not UDP on 127.0.0.1. */
  async function rewrite(line: string): Promise<string | undefined> {
    const fields = line.split(' ');
    if (fields[2]?.toLowerCase() !== 'udp' || fields[4] !== '127.0.0.1') return undefined;
    fields[5] = String(await standIn(Number(fields[5])));
    return fields.join(' ');
  }

  /**
   * `setRemoteDescription` and `addIceCandidate` of one connection keep the order in which they were called.
   */
  const chains = new WeakMap<RTCPeerConnection, Promise<unknown>>();
  function inOrder<T>(connection: RTCPeerConnection, step: () => Promise<T>): Promise<T> {
    const done = (chains.get(connection) ?? Promise.resolve()).then(step);
    chains.set(
      connection,
      done.catch(() => undefined),
    );
    return done;
  }

  // oxlint-disable-next-line typescript/unbound-method -- called with the connection below
  const addIceCandidate = prototype.addIceCandidate as (candidate?: RTCIceCandidateInit) => Promise<void>;
  prototype.addIceCandidate = function (this: RTCPeerConnection, candidate?: RTCIceCandidateInit | null) {
    return inOrder(this, async () => {
      if (!candidate?.candidate) return addIceCandidate.call(this, candidate ?? undefined);
      const line = await rewrite(candidate.candidate);
      if (line === undefined) return;
      const { sdpMid, sdpMLineIndex, usernameFragment } = candidate;
      const rewritten = { candidate: line, sdpMid, sdpMLineIndex, usernameFragment } as RTCIceCandidateInit;
      return addIceCandidate.call(this, rewritten);
    });
  };

  // oxlint-disable-next-line typescript/unbound-method -- called with the connection below
  const setRemoteDescription = prototype.setRemoteDescription;
  prototype.setRemoteDescription = function (
    this: RTCPeerConnection,
    description: RTCSessionDescriptionInit,
  ): Promise<void> {
    return inOrder(this, async () => {
      const lines: (string | undefined)[] = await Promise.all(
        (description.sdp ?? '')
          .split('\r\n')
          .map(async (line) => (line.startsWith('a=candidate:') ? rewrite(line) : line)),
      );
      const sdp = lines.filter((line) => line !== undefined).join('\r\n');
      await Reflect.apply(setRemoteDescription, this, [{ type: description.type, sdp }]);
    });
  };
}
