import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer as createNetServer } from 'node:net';
import type { AddressInfo, Server, Socket } from 'node:net';
import { buffer } from 'node:stream/consumers';

/** A receiver on loopback that may misbehave. */
export interface Receiver extends AsyncDisposable {
  readonly url: string;
  /** Bodies received completely, by path. */
  readonly bodies: { readonly path: string; readonly body: Uint8Array }[];
  readonly headers: IncomingMessage['headers'][];
  /** Maximum of concurrent requests, or connections if no request is read. */
  readonly maxConcurrent: () => number;
  readonly connections: () => number;
  /** Resolves when a client has connected. */
  connected(): Promise<void>;
  /** Resolves when this many bodies have arrived. */
  received(count: number): Promise<void>;
}

/** Answers each complete request with `answer`; by default 200 and an empty body. */
export async function httpReceiver(
  answer: (response: ServerResponse, count: number) => void = (response) => response.end(),
): Promise<Receiver> {
  const bodies: Receiver['bodies'] = [];
  const headers: Receiver['headers'] = [];
  const waiting: { count: number; resolve: () => void }[] = [];
  let running = 0;
  let max = 0;
  const server = createServer((request, response) => {
    max = Math.max(max, ++running);
    response.on('close', () => running--);
    headers.push(request.headers);
    buffer(request).then(
      (body) => {
        bodies.push({ path: request.url ?? '', body });
        for (const { count, resolve } of waiting) if (bodies.length >= count) resolve();
        answer(response, bodies.length);
      },
      () => response.destroy(),
    );
  });
  return {
    ...(await listening(server)),
    bodies,
    headers,
    maxConcurrent: () => max,
    received: (count) =>
      bodies.length >= count ? Promise.resolve() : new Promise((resolve) => waiting.push({ count, resolve })),
  };
}

/** Accepts connections and then only calls `onConnection`; by default does nothing, ever. */
export async function socketReceiver(
  onConnection: (socket: Socket) => void = () => {},
  options: { allowHalfOpen?: boolean } = {},
): Promise<Receiver> {
  let running = 0;
  let max = 0;
  const server = createNetServer(options, (socket) => {
    max = Math.max(max, ++running);
    socket.on('close', () => running--);
    socket.on('error', () => {});
    // Without reading, the end of the connection would go unnoticed.
    socket.resume();
    onConnection(socket);
  });
  return {
    ...(await listening(server)),
    bodies: [],
    headers: [],
    maxConcurrent: () => max,
    received: () => Promise.reject(new Error('nothing is read here')),
  };
}

/** A URL without a listener. */
export async function refusingUrl(): Promise<string> {
  await using receiver = await socketReceiver();
  return receiver.url;
}

async function listening(server: Server) {
  const sockets = new Set<Socket>();
  let connections = 0;
  const first = Promise.withResolvers<void>();
  server.on('connection', (socket) => {
    connections++;
    first.resolve();
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    connections: () => connections,
    connected: () => first.promise,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
