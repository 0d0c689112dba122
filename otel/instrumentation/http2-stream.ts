import type { IncomingHttpHeaders, ServerHttp2Stream } from 'node:http2';
import { ROOT_CONTEXT, context } from '@opentelemetry/api';
import { isEventStream, NO_STATUS } from '../spans/operation-type.ts';
import { errorTypeOf } from './error-facts.ts';
import { errorTypeOfAnswer, type HttpOutcome, isClientGoneError, STOPPED } from './http-outcome.ts';
import type { RequestHead } from './incoming-request.ts';
import { idleMillis } from './stall-messages.ts';

/**
 * Published by Node (at least 22.23 and 24.22) inside a session's callback, before the server emits `stream` and, for its `request` API, `request`.
 */
export const STREAM_START = 'http2.server.stream.start';
/** Published when the response head is handed to the session. */
export const STREAM_HEAD = 'http2.server.stream.finish';

export interface StreamMessage {
  readonly stream: ServerHttp2Stream;
  readonly headers: IncomingHttpHeaders;
}

/** False for server pushes and for tunnels, which are not requests with a response. */
export function isStreamOfRequest({ stream, headers }: StreamMessage): boolean {
  return stream.id !== undefined && stream.id % 2 === 1 && headers[':method'] !== 'CONNECT';
}

/** The request in the shape of HTTP/1. */
export function requestHeadOf({ stream, headers }: StreamMessage): RequestHead {
  return {
    method: headers[':method'] ?? 'GET',
    url: headers[':path'] ?? '/',
    httpVersion: '2',
    headers: { ...headers, host: headers[':authority'] ?? headers.host },
    // The session's proxy of it; properties that the proxy forbids are not read.
    socket: stream.session!.socket,
  };
}

/** True if a body may follow, whose listeners have to be bound. */
export function mayHaveBody({ headers }: StreamMessage): boolean {
  return headers[':method'] !== 'GET' && headers[':method'] !== 'HEAD';
}

/** Observes the response on one stream. */
export class StreamWatch {
  readonly #stream: ServerHttp2Stream;
  #statusCode: number | undefined;
  #contentType: string | undefined;
  #headNanos = NaN;
  readonly #idleBeforeMillis = idleMillis();
  /** The session sends what it was handed after the current turn. */
  #hasLeft = false;

  constructor(stream: ServerHttp2Stream) {
    this.#stream = stream;
  }

  /** @param nanos Monotonic; NaN if the clock failed. */
  head(headers: IncomingHttpHeaders, nanos: number): void {
    this.#statusCode = Number(headers[':status']);
    this.#contentType = headers['content-type'];
    this.#headNanos = nanos;
    context.with(ROOT_CONTEXT, () => setImmediate(() => (this.#hasLeft ||= !this.#stream.destroyed)));
  }

  /** Call at the stream's `close`. */
  outcome(startNanos: number): { readonly outcome: HttpOutcome; readonly error: unknown } {
    const stream = this.#stream;
    const isWhole = stream.rstCode === 0 && stream.writableFinished && stream.errored === null;
    const error = isWhole ? undefined : failureOf(stream.errored);
    const statusCode = isWhole || this.#hasLeft ? this.#statusCode : undefined;
    const firstByte = this.#headNanos - startNanos;
    return {
      error,
      outcome: {
        outcome: isWhole
          ? 'complete'
          : error !== undefined
            ? 'failed'
            : isStopped(stream)
              ? 'cut'
              : 'aborted',
        // Bytes per stream are not counted anywhere.
        bodyBytes: undefined,
        statusCode,
        timeToFirstByteNanos: statusCode === undefined || Number.isNaN(firstByte) ? undefined : firstByte,
        loopIdleMillis: idleMillis() - this.#idleBeforeMillis,
        errorType: errorTypeOfAnswer(error, statusCode ?? NO_STATUS, false),
        eventStream:
          statusCode !== undefined && isEventStream(this.#contentType) ? this.#contentType : undefined,
      },
    };
  }
}

function isStopped({ errored }: ServerHttp2Stream): boolean {
  return errored !== null && errorTypeOf(errored) === STOPPED;
}

/** Undefined if the peer reset the stream or disconnected, or the server stopped. */
function failureOf(errored: Error | null): unknown {
  if (errored === null || isClientGoneError(errored)) return undefined;
  const type = errorTypeOf(errored);
  return type === STOPPED || type.startsWith('ERR_HTTP2_') ? undefined : errored;
}
