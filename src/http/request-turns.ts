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
  handle: Handle,
  { maxWaiting = MAX_WAITING }: { readonly maxWaiting?: number } = {},
): RequestTurns {
  return new Turns(handle, maxWaiting);
}

type Handle = (request: IncomingMessage, response: ServerResponse) => void;

class Turns implements RequestTurns {
  readonly #handle: Handle;
  readonly #maxWaiting: number;
  readonly #lines = new WeakMap<Socket, Line>();
  readonly #ready: Line[] = [];
  /** A turn must not inherit the context of the request before it. */
  readonly #outside = AsyncLocalStorage.snapshot();
  #waiting = 0;
  #isScheduled = false;

  constructor(handle: Handle, maxWaiting: number) {
    this.#handle = handle;
    this.#maxWaiting = maxWaiting;
  }

  readonly listener: RequestListener = (request, response) => {
    const line = this.#lineOf(request.socket);
    line.last = request;
    if (!line.isBusy) return this.#start(line, { request, response });
    if (this.#waiting >= this.#maxWaiting) {
      request.socket.destroy(new TooManyWaiting());
      return;
    }
    this.#waiting++;
    line.add({ request, response });
  };

  get waiting(): number {
    return this.#waiting;
  }

  readonly whenAnswered = (socket: Socket, work: () => void): void => {
    const line = this.#lines.get(socket);
    if (line === undefined || !line.isBusy) work();
    else line.lastWork = work;
  };

  readonly answering = (socket: Socket): ServerResponse | undefined => this.#lines.get(socket)?.answering;

  readonly isReading = (socket: Socket): boolean => this.#lines.get(socket)?.last?.complete === false;

  readonly isHeld = (socket: Socket): boolean => (this.#lines.get(socket)?.length ?? 0) > 0;

  readonly finish = (socket: Socket): void => {
    const line = this.#lines.get(socket);
    if (line?.answering === undefined) return socket.destroySoon();
    line.isLast = true;
    if (!line.answering.headersSent) line.answering.setHeader('Connection', 'close');
  };

  #lineOf(socket: Socket): Line {
    let line = this.#lines.get(socket);
    if (line === undefined) this.#lines.set(socket, (line = new Line(socket)));
    return line;
  }

  #start(line: Line, { request, response }: Exchange): void {
    line.answering = response;
    line.markBusy();
    response.once('close', () => {
      line.answering = undefined;
      if (request.complete && line.last === request) line.last = undefined;
      if (line.isLast) line.socket.destroySoon();
      if (line.isLast || line.socket.destroyed) this.#waiting -= line.clear();
      else if (line.length > 0) this.#schedule(line);
      else line.goIdle();
    });
    this.#handle(request, response);
  }

  #schedule(line: Line): void {
    this.#ready.push(line);
    this.#scheduleRound();
  }

  #scheduleRound(): void {
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    this.#outside(setImmediate, this.#nextTurn);
  }

  readonly #nextTurn = (): void => {
    this.#isScheduled = false;
    const line = this.#ready.shift();
    if (this.#ready.length > 0) this.#scheduleRound();
    if (line === undefined) return;
    if (line.socket.destroyed) {
      this.#waiting -= line.clear();
      return;
    }
    const exchange = line.take();
    if (exchange === undefined) return;
    this.#waiting--;
    TURN.publish(exchange);
    this.#start(line, exchange);
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
