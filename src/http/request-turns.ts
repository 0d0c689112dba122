import { AsyncLocalStorage } from 'node:async_hooks';
import { channel } from 'node:diagnostics_channel';
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { REQUEST_TURN_CHANNEL, WAITS_FOR_TURN } from '../../otel/kit.ts';

/** Tells telemetry to start the span of a waiting request at its turn. */
const TURN = channel(REQUEST_TURN_CHANNEL);
/**
 * Requests waiting on all sockets together, some 2 kB each. Beyond it, a socket that sends more is closed; a client that pipelines must
 * expect that (RFC 9112 section 9.3.2).
 */
const MAX_WAITING = 40_000;

/** Its code tells telemetry that the server closed the connection because of the client. */
class TooManyWaiting extends Error {
  override readonly name = 'TooManyWaiting';
  readonly code = 'ECONNABORTED';
  constructor() {
    super('The connection pipelined more requests than the limit.');
  }
}

interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
}

type BusySocket = Socket & { [WAITS_FOR_TURN]?: boolean };

export interface RequestTurns {
  /** Pass this listener to `createServer`. */
  readonly listener: RequestListener;
  /** The number of requests that wait for their turn. */
  readonly waiting: number;
  /** Calls `work` after all earlier requests of the socket are answered; at once if there are none. */
  whenAnswered(socket: Socket, work: () => void): void;
  /** The response of the socket's request that the app handles now; undefined if there is none. */
  answering(socket: Socket): ServerResponse | undefined;
  /** True while the body of the latest request is incomplete. */
  isReading(socket: Socket): boolean;
  /** True while requests wait and the socket is not read. */
  isHeld(socket: Socket): boolean;
  /**
   * Closes the socket after the request that the app handles now; at once if there is none. The response says `Connection: close` if its
   * head is not sent yet. Waiting requests are dropped: the client may send them again on another connection.
   */
  finish(socket: Socket): void;
}

/**
 * Passes one request per socket to the app at a time. Node parses all requests of a packet at once (HTTP/1.1 pipelining) and would start
 * them all before it serves another socket. Here, later ones wait until the one before is answered, their socket is not read meanwhile,
 * and per turn of the event loop one waiting request of all sockets starts. A request on an idle socket starts at once.
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
  /** A turn must not inherit the async context of the previous request. */
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

/** The waiting requests of one socket, in order of arrival. */
class Line {
  readonly socket: BusySocket;
  /** The response of the request that the app handles now. */
  answering: ServerResponse | undefined;
  /** The latest request, until it is answered and its body is complete. */
  last: IncomingMessage | undefined;
  /** No further request of this socket is answered. */
  isLast = false;
  /** Runs when no request waits any more. */
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
      // Node's parser and every ended request resume the socket.
      this.socket.on('resume', () => this.#hold());
    }
    this.#hold();
  }

  take(): Exchange | undefined {
    const first = this.#waiting.shift();
    if (this.#waiting.length === 0) this.socket.resume();
    return first;
  }

  /** Drops the waiting requests of a closed socket; returns how many. */
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
