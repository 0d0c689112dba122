import { STATUS_CODES, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Socket } from 'node:net';
import { ROOT_CONTEXT, SpanKind, trace } from '@opentelemetry/api';
import { MAX_HEAD_BYTES } from './request-limits.ts';
import type { RequestTurns } from './request-turns.ts';

interface Refusal {
  readonly status: number;
  readonly words: string;
}

const TOO_SLOW = 'ERR_HTTP_REQUEST_TIMEOUT';
const REFUSALS: Readonly<Record<string, Refusal>> = {
  [TOO_SLOW]: { status: 408, words: 'The request did not arrive in time. Send it again.' },
  HPE_HEADER_OVERFLOW: {
    status: 431,
    words: `The address and the headers are longer than ${MAX_HEAD_BYTES / 1000} kB together. Send less, or clear the cookies of this site.`,
  },
  HPE_CHUNK_EXTENSIONS_OVERFLOW: { status: 413, words: 'The extensions of a chunk are too long.' },
};
const MALFORMED: Refusal = { status: 400, words: 'Malformed HTTP request.' };
const NO_TUNNEL: Refusal = { status: 405, words: 'This server is not a proxy.' };

/**
 * Answers requests that Node refuses before or while the app handles them: malformed, too large a head, too slow. Earlier
 * requests of the connection are answered first. They count as client errors.
 */
export function refuseWhatNodeRefuses(server: Server, turns: RequestTurns): void {
  const refused = new WeakSet<Duplex>();

  server.on('clientError', (error: NodeJS.ErrnoException, duplex: Duplex) => {
    const socket = duplex as Socket;
    const code = error.code ?? '';
    // The connection is broken or closed.
    if (code !== TOO_SLOW && !code.startsWith('HPE_')) return void socket.destroy(error);
    // Browsers open connections in advance; this one never sent a request.
    if (code === TOO_SLOW && socket.bytesRead === 0) return void socket.destroy();
    // While its requests wait, the socket is not read, so the client is not late.
    if (refused.has(socket) || (code === TOO_SLOW && turns.isHeld(socket))) return;
    refused.add(socket);
    const refusal = REFUSALS[code] ?? MALFORMED;
    const response = turns.answering(socket);
    // The rest of a request that was already answered.
    if (response === undefined && turns.isReading(socket)) return socket.destroySoon();
    if (response === undefined || response.req.complete)
      turns.whenAnswered(socket, () => refuse(socket, refusal));
    else if (!response.headersSent) answer(response, refusal);
    else socket.destroy(new BrokenByClient());
  });

  server.on('connect', (_request: IncomingMessage, duplex: Duplex) => refuse(duplex as Socket, NO_TUNNEL));
}

/** The error the app sees for a request whose body broke off. */
class BrokenByClient extends Error {
  override readonly name = 'BrokenByClient';
  readonly code = 'ECONNABORTED';
  constructor() {
    super('The rest of the request could not be read.');
  }
}

/** Answers a request whose target is neither a path nor a URL. */
export function refuseTarget(response: ServerResponse): void {
  answer(response, MALFORMED);
}

/** Answers in place of the app; the request's span has the status. */
function answer(response: ServerResponse, { status, words }: Refusal): void {
  const text = `${status} ${words}\n`;
  for (const name of response.getHeaderNames()) response.removeHeader(name);
  response.writeHead(status, {
    Connection: 'close',
    'Content-Type': 'text/plain; charset=utf-8',
    'Cache-Control': 'no-store',
    'Content-Length': Buffer.byteLength(text),
  });
  // Node drops a request after its response; the app may still wait for the body.
  response.once('finish', () => response.req.destroy(new BrokenByClient()));
  response.end(text);
}

/** There is no request and so no span; this creates one, so that it is counted. */
function refuse(socket: Socket, { status, words }: Refusal): void {
  const text = `${status} ${words}\n`;
  if (socket.writable)
    socket.end(
      `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\nConnection: close\r\nContent-Type: text/plain; charset=utf-8\r\n` +
        `Cache-Control: no-store\r\nContent-Length: ${Buffer.byteLength(text)}\r\n\r\n${text}`,
    );
  socket.destroySoon();
  const attributes = {
    'http.request.method': '_OTHER',
    'http.response.status_code': status,
    'operation.outcome': 'refused',
  };
  trace
    .getTracer('glasshouse/http')
    .startSpan('HTTP', { kind: SpanKind.SERVER, attributes }, ROOT_CONTEXT)
    .end();
}
