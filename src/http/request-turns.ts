import { AsyncLocalStorage } from 'node:async_hooks';
import { channel } from 'node:diagnostics_channel';
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { REQUEST_TURN_CHANNEL, WAITS_FOR_TURN } from '../../otel/kit.ts';

/** Telemetry starts the span of a request that waited at its turn. */
const TURN = channel(REQUEST_TURN_CHANNEL);
/**
 * Requests waiting on all sockets together, some 2 kB each. Beyond it, a socket that sends more is closed: a client that pipelines has to
 * expect that (RFC 9112 section 9.3.2).
 */
const MAX_WAITING = 40_000;

/** Its code tells telemetry that the connection was given up because of what the client did. */
class TooManyWaiting extends Error {
  override readonly name = 'TooManyWaiting';
  readonly code = 'ECONNABORTED';
  constructor() {
    super('The connection sent more requests at once than are kept waiting.');
  }
}

interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
}

type BusySocket = Socket & { [WAITS_FOR_TURN]?: boolean };

export interface RequestTurns {
  /** For `createServer`, instead of the listener it was made of. */
  readonly listener: RequestListener;
  /** Requests that have arrived and wait for their turn. */
  readonly waiting: number;
  /** Calls `work` once every request that arrived at the socket before has been answered; at once where there is none. */
  whenAnswered(socket: Socket, work: () => void): void;
  /** The response of its request that is in the app; undefined when there is none. */
  answering(socket: Socket): ServerResponse | undefined;
  /** True while the body of the last request that arrived is still to come. */
  isReading(socket: Socket): boolean;
  /** True while requests wait, so that nothing is read from the socket. */
  isHeld(socket: Socket): boolean;
  /**
   * Closes the socket behind the request that is in the app, and at once where there is none. Its client is told `Connection: close` if the
   * head has not left yet. What waits is forgotten: its client may send it again elsewhere.
   */
  finish(socket: Socket): void;
}

/**
 * Lets one request of a socket into the app at a time. Node parses all requests of one packet at once (HTTP/1.1 pipelining) and would start
 * them all before it looks at another socket. Here the ones behind the first wait until the one before is answered, nothing more is read
 * from their socket, and of all sockets one of them starts in each round of the event loop. What arrives at an idle socket starts at once.
 */
export function takeTurns(
  handle: (request: IncomingMessage, response: ServerResponse) => void,
  { maxWaiting = MAX_WAITING }: { readonly maxWaiting?: number } = {},
): RequestTurns {
  const lines = new WeakMap<Socket, Line>();
  const ready: Line[] = [];
  // A turn must not inherit the context of the request before it.
  const outside = AsyncLocalStorage.snapshot();
  let waiting = 0;
  let isScheduled = false;

  function lineOf(socket: Socket): Line {
    let line = lines.get(socket);
    if (line === undefined) lines.set(socket, (line = new Line(socket)));
    return line;
  }

  function arrive(request: IncomingMessage, response: ServerResponse): void {
    const line = lineOf(request.socket);
    line.last = request;
    if (!line.isBusy) return start(line, { request, response });
    if (waiting >= maxWaiting) {
      request.socket.destroy(new TooManyWaiting());
      return;
    }
    waiting++;
    line.add({ request, response });
  }

  function start(line: Line, { request, response }: Exchange): void {
    line.answering = response;
    line.markBusy();
    response.once('close', () => {
      line.answering = undefined;
      if (request.complete && line.last === request) line.last = undefined;
      if (line.isLast) line.socket.destroySoon();
      if (line.isLast || line.socket.destroyed) waiting -= line.clear();
      else if (line.length > 0) schedule(line);
      else line.goIdle();
    });
    handle(request, response);
  }

  function schedule(line: Line): void {
    ready.push(line);
    scheduleRound();
  }

  function scheduleRound(): void {
    if (isScheduled) return;
    isScheduled = true;
    outside(setImmediate, nextTurn);
  }

  function nextTurn(): void {
    isScheduled = false;
    const line = ready.shift();
    if (ready.length > 0) scheduleRound();
    if (line === undefined) return;
    if (line.socket.destroyed) {
      waiting -= line.clear();
      return;
    }
    const exchange = line.take();
    if (exchange === undefined) return;
    waiting--;
    TURN.publish(exchange);
    start(line, exchange);
  }

  return {
    listener: arrive,
    get waiting() {
      return waiting;
    },
    whenAnswered(socket, work) {
      const line = lines.get(socket);
      if (line === undefined || !line.isBusy) work();
      else line.lastWork = work;
    },
    answering: (socket) => lines.get(socket)?.answering,
    isReading: (socket) => lines.get(socket)?.last?.complete === false,
    isHeld: (socket) => (lines.get(socket)?.length ?? 0) > 0,
    finish(socket) {
      const line = lines.get(socket);
      if (line?.answering === undefined) return socket.destroySoon();
      line.isLast = true;
      if (!line.answering.headersSent) line.answering.setHeader('Connection', 'close');
    },
  };
}

/** The requests of one socket that wait, in the order in which they came. */
class Line {
  readonly socket: BusySocket;
  /** Of the request that is in the app. */
  answering: ServerResponse | undefined;
  /** The newest that arrived, until it is answered and its body is here. */
  last: IncomingMessage | undefined;
  /** Nothing of this socket is answered any more after that. */
  isLast = false;
  /** To be done when nothing waits any more. */
  lastWork: (() => void) | undefined;
  #waiting: Exchange[] = [];
  #isHeld = false;

  constructor(socket: Socket) {
    this.socket = socket;
  }

  get length(): number {
    return this.#waiting.length;
  }

  get isBusy(): boolean {
    return this.answering !== undefined || this.#waiting.length > 0;
  }

  markBusy(): void {
    this.socket[WAITS_FOR_TURN] = true;
  }

  goIdle(): void {
    this.socket[WAITS_FOR_TURN] = false;
    this.lastWork?.();
    this.lastWork = undefined;
  }

  add(exchange: Exchange): void {
    this.#waiting.push(exchange);
    if (!this.#isHeld) {
      this.#isHeld = true;
      // Node's parser and every request that ends ask for more to be read.
      this.socket.on('resume', () => this.#hold());
    }
    this.#hold();
  }

  take(): Exchange | undefined {
    const first = this.#waiting.shift();
    if (this.#waiting.length === 0) this.socket.resume();
    return first;
  }

  /** Forgets what waits, as its socket is gone; answers how many. */
  clear(): number {
    const { length } = this.#waiting;
    this.#waiting = [];
    this.lastWork = undefined;
    return length;
  }

  #hold(): void {
    if (this.#waiting.length > 0) this.socket.pause();
  }
}
