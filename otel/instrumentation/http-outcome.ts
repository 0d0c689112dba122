import type { IncomingMessage, ServerResponse } from 'node:http';
import { errorTypeOf } from './error-facts.ts';
import type { ResponseWatch } from './response-watch.ts';
import { dispatchedBytes, hasNoBody } from './sent-bytes.ts';

/** What became of a response, as facts of its socket (G9). */
export interface HttpOutcome {
  readonly outcome: 'complete' | 'aborted' | 'cut' | 'failed' | 'refused';
  /** Body bytes that left, after compression, without headers and framing; of an aborted one, those the system took. Undefined where nobody counts them. */
  readonly bodyBytes: number | undefined;
  /** Undefined: nothing was sent, so there is no status to claim. */
  readonly statusCode: number | undefined;
  /** Nanoseconds from the request to the first byte; undefined when none was sent, or its time is not known. */
  readonly timeToFirstByteNanos: number | undefined;
  /** `error.type`; undefined unless it failed or the status says so. */
  readonly errorType: string | undefined;
  /** Its `Content-Type`, of an event stream: it is meant to be long. */
  readonly eventStream: string | undefined;
}

const EVENT_STREAM = /\r\ncontent-type: *(text\/event-stream *(?:;[^\r]*)?)\r/i;

/** Errors that only say the other side has gone. */
const CLIENT_GONE = new Set([
  'ECONNRESET',
  'EPIPE',
  'ECONNABORTED',
  'ETIMEDOUT',
  'ERR_STREAM_PREMATURE_CLOSE',
  'ERR_STREAM_DESTROYED',
  'ABORT_ERR',
]);

/** The code of an error by which a server that stops destroys what is still under way. */
export const STOPPED = 'ESHUTDOWN';

/** An error that only says the other side has gone. */
export function isClientGoneError(error: unknown): boolean {
  return CLIENT_GONE.has(errorTypeOf(error));
}

/** Read at the response's `close`. `error` is what `failureOf` answers. */
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
    // `response.statusCode` has a default that nobody was sent.
    statusCode: isStatusSent ? statusCode : undefined,
    timeToFirstByteNanos:
      isStatusSent && !Number.isNaN(firstByteNanos) ? firstByteNanos - startNanos : undefined,
    errorType: errorTypeOfAnswer(error, statusCode, (isBroken || isCutByStop(request)) && !watch.isFinished),
    eventStream: isStatusSent && watch.isStreamed ? eventStreamTypeOf(response) : undefined,
  };
}

/** Something of it has left: what was written to a socket that is destroyed in the same turn never does. */
function hasBegun({ socket }: IncomingMessage, watch: ResponseWatch): boolean {
  if (watch.isFinished) return true;
  const { firstByteNanos, socketBytesBefore } = watch;
  if (firstByteNanos === undefined || socketBytesBefore === undefined) return false;
  // Of a socket that does not count, it is believed.
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

/** What an app makes of a request that broke off under it is no failure of the app, and nobody is told of it. */
export function errorTypeOfAnswer(error: unknown, statusCode: number, isUnsent: boolean): string | undefined {
  if (error !== undefined) return errorTypeOf(error);
  return statusCode >= 500 && !isUnsent ? String(statusCode) : undefined;
}

/** The client did not send the request to its end, or not as HTTP. */
function isBrokenByClient({ complete, errored }: IncomingMessage): boolean {
  return !complete && errored !== null && isClientGoneError(errored);
}

/** Why a response is not whole; undefined when it is, or when it was the client who left. */
export function failureOf(request: IncomingMessage, response: ServerResponse, watch: ResponseWatch): unknown {
  if (watch.isFinished || isCutByStop(request)) return undefined;
  const given = response.errored ?? watch.error;
  if (given !== undefined && given !== null)
    return isClientGoneError(given) && isClientGone(request) ? undefined : given;
  return isClientGone(request) ? undefined : new ResponseDestroyed();
}

/** The client closed its side, or the connection broke under us. */
function isClientGone({ socket }: IncomingMessage): boolean {
  return socket.readableEnded || (socket.errored !== null && isClientGoneError(socket.errored));
}

/** Stands for a response that the app destroyed without saying why. */
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

/** Node keeps the head of a response, as it was sent, under this name; it is latin-1, so its length is its size. */
function headOf(response: ServerResponse): string {
  return (response as ServerResponse & { readonly _header?: string | null })._header ?? '';
}
