import type { IncomingMessage, ServerResponse } from 'node:http';
import { errorTypeOf } from './error-facts.ts';
import type { ResponseWatch } from './response-watch.ts';
import { idleMillis } from './stall-messages.ts';
import { dispatchedBytes, hasNoBody } from './sent-bytes.ts';

/** Outcome of a response, from facts of its socket (G9). */
export interface HttpOutcome {
  readonly outcome: 'complete' | 'aborted' | 'cut' | 'failed' | 'refused';
  /**
   * Body bytes sent, after compression, without headers and framing; for an aborted response, those the system accepted. Undefined if not counted.
   */
  readonly bodyBytes: number | undefined;
  /** Undefined if nothing was sent, so there is no status to report. */
  readonly statusCode: number | undefined;
  /** Nanoseconds from the request to the first byte; undefined if none was sent or its time is unknown. */
  readonly timeToFirstByteNanos: number | undefined;
  /** For how long the event loop slept since the request began. */
  readonly loopIdleMillis: number;
  /** `error.type`; undefined unless the response failed or its status is 5xx. */
  readonly errorType: string | undefined;
  /** `Content-Type` of an event stream, which is meant to be long. */
  readonly eventStream: string | undefined;
}

const EVENT_STREAM = /\r\ncontent-type: *(text\/event-stream *(?:;[^\r]*)?)\r/i;

/** Errors that only mean that the peer has disconnected. */
const CLIENT_GONE = new Set([
  'ECONNRESET',
  'EPIPE',
  'ECONNABORTED',
  'ETIMEDOUT',
  'ERR_STREAM_PREMATURE_CLOSE',
  'ERR_STREAM_DESTROYED',
  'ABORT_ERR',
]);

/** Error code with which a stopping server destroys connections in use. */
export const STOPPED = 'ESHUTDOWN';

/** Returns true for an error that only means that the peer has disconnected. */
export function isClientGoneError(error: unknown): boolean {
  return CLIENT_GONE.has(errorTypeOf(error));
}

/** Call at the response's `close`. @param error Result of `failureOf`. */
export function httpOutcome(
  request: IncomingMessage,
  response: ServerResponse,
  watch: ResponseWatch,
  error: unknown,
): HttpOutcome {
  const { firstByteNanos = NaN, startNanos } = watch;
  const isBroken = isBrokenByClient(request);
  const isStatusSent = response.headersSent && hasBegun(request, watch);
  const { statusCode } = response;
  return {
    outcome: wordFor(request, watch, error, isBroken),
    bodyBytes: bodyBytesOf(request, response, watch),
    // `response.statusCode` has a default that may never have been sent.
    statusCode: isStatusSent ? statusCode : undefined,
    timeToFirstByteNanos:
      isStatusSent && !Number.isNaN(firstByteNanos) ? firstByteNanos - startNanos : undefined,
    loopIdleMillis: idleMillis() - watch.idleBeforeMillis,
    errorType: errorTypeOfAnswer(error, statusCode, (isBroken || isCutByStop(request)) && !watch.isFinished),
    eventStream: isStatusSent && watch.isStreamed ? eventStreamTypeOf(response) : undefined,
  };
}

/** Returns true if some of it was sent: what is written to a socket that is destroyed in the same turn never is. */
function hasBegun({ socket }: IncomingMessage, watch: ResponseWatch): boolean {
  if (watch.isFinished) return true;
  const { firstByteNanos, socketBytesBefore } = watch;
  if (firstByteNanos === undefined || socketBytesBefore === undefined) return false;
  // A socket that does not count bytes gets the benefit of the doubt.
  return !(dispatchedBytes(socket) <= socketBytesBefore);
}

function eventStreamTypeOf(response: ServerResponse): string | undefined {
  return EVENT_STREAM.exec(headOf(response))?.[1];
}

function wordFor(
  request: IncomingMessage,
  watch: ResponseWatch,
  error: unknown,
  isBroken: boolean,
): HttpOutcome['outcome'] {
  if (watch.isFinished) return isBroken ? 'refused' : 'complete';
  if (error !== undefined) return 'failed';
  return isCutByStop(request) ? 'cut' : 'aborted';
}

function isCutByStop({ socket }: IncomingMessage): boolean {
  return socket.errored !== null && errorTypeOf(socket.errored) === STOPPED;
}

/** If the request broke off, whatever the app answers is not a failure of the app, and nobody receives it. */
export function errorTypeOfAnswer(error: unknown, statusCode: number, isUnsent: boolean): string | undefined {
  if (error !== undefined) return errorTypeOf(error);
  return statusCode >= 500 && !isUnsent ? String(statusCode) : undefined;
}

/** The client did not send the complete request, or not as HTTP. */
function isBrokenByClient({ complete, errored }: IncomingMessage): boolean {
  return !complete && errored !== null && isClientGoneError(errored);
}

/** Why a response is incomplete; undefined if it is complete, or if the client disconnected. */
export function failureOf(request: IncomingMessage, response: ServerResponse, watch: ResponseWatch): unknown {
  if (watch.isFinished || isCutByStop(request)) return undefined;
  const given = response.errored ?? watch.error;
  if (given !== undefined && given !== null)
    return isClientGoneError(given) && isClientGone(request) ? undefined : given;
  return isClientGone(request) ? undefined : new ResponseDestroyed();
}

/** The client closed its side, or the connection broke. */
function isClientGone({ socket }: IncomingMessage): boolean {
  return socket.readableEnded || (socket.errored !== null && isClientGoneError(socket.errored));
}

/** For a response that the app destroyed without an error. */
class ResponseDestroyed extends Error {
  override readonly name = 'ResponseDestroyed';
  constructor() {
    super('The response was destroyed before its end.');
  }
}

function bodyBytesOf(request: IncomingMessage, response: ServerResponse, watch: ResponseWatch): number {
  if (hasNoBody(response)) return 0;
  if (watch.isFinished) return watch.bodyBytes;
  if (watch.socketBytesBefore === undefined || Number.isNaN(watch.socketBytesBefore)) return 0;
  const wireBytes = dispatchedBytes(request.socket) - watch.socketBytesBefore;
  const left = wireBytes - headOf(response).length - watch.framingBytes - (watch.unsent?.bytes ?? 0);
  return Math.max(0, Math.min(watch.bodyBytes, left));
}

/** Node keeps the head of a response as it was sent under this name; it is latin-1, so its length is its size. */
function headOf(response: ServerResponse): string {
  return (response as ServerResponse & { readonly _header?: string | null })._header ?? '';
}
