import { createServer as createHttpServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createHttp2Server } from 'node:http2';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import { once } from 'node:events';
import { buffer } from 'node:stream/consumers';
import { decodeSpans, type DecodedSpan } from '../otel/export/decode-otlp.ts';

/** What a receiver does with a whole request; it returns the spans that it takes. */
export type Answer = (
  response: ServerResponse,
  spans: readonly DecodedSpan[],
  request: IncomingMessage,
) => readonly DecodedSpan[];

/** What a receiver does: with requests, or with connections themselves. */
export type Behaviour = { readonly answer: Answer } | { readonly connection: (socket: Socket) => void };

export const HONEST: Behaviour = {
  answer: (response, spans) => {
    response.end();
    return spans;
  },
};

const http2 = createHttp2Server();
/** As a port for gRPC does. */
export const SPEAKS_HTTP_2: Behaviour = { connection: (socket) => void http2.emit('connection', socket) };

/** A receiver of spans on one port whose behaviour changes under its sender. */
export class ChangingReceiver {
  readonly taken: DecodedSpan[] = [];
  readonly #sockets = new Set<Socket>();
  readonly #http = createHttpServer((request, response) => {
    // A request is answered as the receiver was when it began.
    const behaviour = this.#behaviour;
    buffer(request).then(
      (body) => {
        if ('answer' in behaviour && !response.destroyed)
          this.taken.push(...behaviour.answer(response, decodeSpans(body), request));
        else response.destroy();
      },
      () => response.destroy(),
    );
  });
  // A half-open end is one of the lies.
  readonly #server = createServer({ allowHalfOpen: true }, (socket) => {
    this.#sockets.add(socket);
    socket.on('error', () => {}).on('close', () => this.#sockets.delete(socket));
    if ('connection' in this.#behaviour) this.#behaviour.connection(socket);
    else this.#http.emit('connection', socket);
  });
  #behaviour: Behaviour = HONEST;

  static async start(): Promise<ChangingReceiver> {
    const receiver = new ChangingReceiver();
    receiver.#server.listen(0, '127.0.0.1');
    await once(receiver.#server, 'listening');
    return receiver;
  }

  /** For OTEL_EXPORTER_OTLP_TRACES_ENDPOINT. */
  get endpoint(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/v1/traces`;
  }

  /** From now on; connections that are open are broken, so that nothing is kept alive into it. */
  become(behaviour: Behaviour): void {
    this.#behaviour = behaviour;
    for (const socket of this.#sockets) socket.destroy();
  }

  async stop(): Promise<void> {
    this.become(HONEST);
    this.#server.close();
    await once(this.#server, 'close');
  }
}
