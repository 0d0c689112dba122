import type { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

/** Node's own count of what its handle took; private, but older than its diagnostics channels. */
type CountingSocket = Socket & { readonly _bytesDispatched?: unknown };

/** Bytes written to a socket so far, what still waits in node's own buffers included; NaN for one that does not count. */
export function writtenBytes(socket: Socket): number {
  return socket.bytesWritten ?? NaN;
}

/** Bytes that have left node so far: what is corked, or behind a write that is under way, is not among them. NaN for one that does not count. */
export function dispatchedBytes(socket: Socket): number {
  const { _bytesDispatched: dispatched } = socket as CountingSocket;
  return typeof dispatched === 'number' ? dispatched : writtenBytes(socket) - socket.writableLength;
}

/** True when node keeps what is written back until the end, as nothing of it is sent. */
export function hasNoBody({ req, statusCode }: ServerResponse): boolean {
  return req.method === 'HEAD' || statusCode === 204 || statusCode === 304 || statusCode < 200;
}

/** A response whose socket is answering another one, so that it has to wait for its own. */
export function isBehindAnother(response: ServerResponse): boolean {
  const { socket } = response.req as { readonly socket: { readonly _httpMessage?: unknown } };
  return (
    socket._httpMessage !== undefined && socket._httpMessage !== null && socket._httpMessage !== response
  );
}
