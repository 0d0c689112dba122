import type { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

/** Node's count of bytes its handle accepted; private, but older than the diagnostics channels. */
type CountingSocket = Socket & { readonly _bytesDispatched?: unknown };

/** Bytes written to a socket so far, Node's own buffers included; NaN if it does not count. */
export function writtenBytes(socket: Socket): number {
  return socket.bytesWritten ?? NaN;
}

/** Bytes that have left Node so far, without corked ones and those behind a write in progress. NaN if the socket does not count. */
export function dispatchedBytes(socket: Socket): number {
  const { _bytesDispatched: dispatched } = socket as CountingSocket;
  return typeof dispatched === 'number' ? dispatched : writtenBytes(socket) - socket.writableLength;
}

/** True if Node buffers writes until the end because none of them is sent. */
export function hasNoBody({ req, statusCode }: ServerResponse): boolean {
  return req.method === 'HEAD' || statusCode === 204 || statusCode === 304 || statusCode < 200;
}

/** True if the socket is still sending another response. */
export function isBehindAnother(response: ServerResponse): boolean {
  const { socket } = response.req as { readonly socket: { readonly _httpMessage?: unknown } };
  return (
    socket._httpMessage !== undefined && socket._httpMessage !== null && socket._httpMessage !== response
  );
}
