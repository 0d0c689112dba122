import { errorMonitor } from 'node:events';
import type { ServerResponse } from 'node:http';
import type { Span } from '@opentelemetry/api';
import type { RPCMetadata } from '@opentelemetry/core';
import type { Clock } from '../clock.ts';
import type { Guard } from '../guard.ts';
import { LONG_CHUNK_BYTES, UnsentBytes } from './unsent-bytes.ts';

/** What is seen of one response while it is made. It hangs on the response, and goes with it. */
export interface ResponseWatch {
  readonly span: Span;
  /** Where routers of the OpenTelemetry world leave the route. */
  readonly rpc: RPCMetadata | undefined;
  /** Monotonic; NaN when the clock was broken. */
  readonly startNanos: number;
  /** The first byte was handed to the socket; undefined until then, NaN when the clock was broken. */
  firstByteNanos: number | undefined;
  /** Bytes of body handed to the response, by their length alone. */
  bodyBytes: number;
  /** Sizes of chunks and their line breaks, when the transfer is chunked. */
  framingBytes: number;
  /** `socket.bytesWritten` before anything of this response; undefined while an earlier response of the socket is under way. */
  socketBytesBefore: number | undefined;
  /** The last byte was taken by the socket while it was open. */
  isFinished: boolean;
  /** Of a chunk so long that an abort may cut it. */
  unsent: UnsentBytes | undefined;
  /** What the response emitted as `error`. */
  error: unknown;
}

export interface ResponseWatchOptions {
  readonly span: Span;
  readonly rpc: RPCMetadata | undefined;
  readonly startNanos: number;
  readonly clock: Clock;
  readonly guard: Guard;
  /** Called once, when the response closes. What it throws is counted. */
  readonly onClose: (response: ServerResponse, watch: ResponseWatch) => void;
}

interface Watched {
  [WATCH]?: State;
}
interface State extends ResponseWatch, ResponseWatchOptions {
  readonly write: ServerResponse['write'];
  readonly end: ServerResponse['end'];
  readonly flushHeaders: ServerResponse['flushHeaders'];
}
type WatchedResponse = ServerResponse & Watched;

const WATCH = Symbol('glasshouse.response-watch');
/** The last chunk, which is empty, and the line break behind it. */
const CHUNKED_END_BYTES = 5;
/** Two line breaks per chunk. */
const CHUNK_BREAK_BYTES = 4;

/**
 * Counts a response where Koa, streams and compression hand over its bytes: `write` and `end` of this one response look at the length of
 * what passes and call the original. Nothing is read, copied or put in between.
 */
export function watchResponse(response: ServerResponse, options: ResponseWatchOptions): void {
  // Two instrumentations may be at work; one count serves both.
  if (watchOf(response) !== undefined) return;
  const watch: State = {
    ...options,
    firstByteNanos: undefined,
    bodyBytes: 0,
    framingBytes: 0,
    socketBytesBefore: response.socket?.bytesWritten,
    isFinished: false,
    unsent: undefined,
    error: undefined,
    write: response.write,
    end: response.end,
    flushHeaders: response.flushHeaders,
  };
  (response as WatchedResponse)[WATCH] = watch;
  response.write = watchedWrite as ServerResponse['write'];
  response.end = watchedEnd as ServerResponse['end'];
  response.flushHeaders = watchedFlushHeaders;
  // Before node's own listener, which takes the response off its socket.
  response.prependListener('finish', onFinish);
  response.on(errorMonitor, onError);
  response.on('close', onClose);
}

export function watchOf(response: ServerResponse): ResponseWatch | undefined {
  return (response as WatchedResponse)[WATCH];
}

function watchedWrite(this: WatchedResponse, ...args: unknown[]): boolean {
  const watch = this[WATCH];
  if (watch === undefined) return Reflect.apply(nativeMethods(this).write, this, args);
  const canWrite = beforeBytes(this, watch);
  const isMoreWanted = Reflect.apply(watch.write, this, args);
  if (canWrite) addChunk(this, watch, args[0], args[1]);
  return isMoreWanted;
}

function watchedEnd(this: WatchedResponse, ...args: unknown[]): ServerResponse {
  const watch = this[WATCH];
  if (watch === undefined) return Reflect.apply(nativeMethods(this).end, this, args);
  const canWrite = beforeBytes(this, watch);
  const result = Reflect.apply(watch.end, this, args);
  if (canWrite) {
    addChunk(this, watch, args[0], args[1]);
    if (this.chunkedEncoding) watch.framingBytes += CHUNKED_END_BYTES;
  }
  return result;
}

function watchedFlushHeaders(this: WatchedResponse): void {
  const watch = this[WATCH];
  if (watch === undefined) return nativeMethods(this).flushHeaders.call(this);
  beforeBytes(this, watch);
  watch.flushHeaders.call(this);
}

/** For a response that borrowed the methods of a watched one. */
function nativeMethods(response: ServerResponse): ServerResponse {
  return Object.getPrototypeOf(response) as ServerResponse;
}

/** False when node will refuse what comes. */
function beforeBytes(response: WatchedResponse, watch: State): boolean {
  try {
    if (response.writableEnded || response.destroyed) return false;
    watch.firstByteNanos ??= firstByteNanos(watch);
    watch.socketBytesBefore ??= response.socket?.bytesWritten;
    return true;
  } catch (error) {
    watch.guard.report('response bytes', error);
    return false;
  }
}

function firstByteNanos(watch: State): number {
  try {
    return Number.isNaN(watch.startNanos) ? NaN : watch.clock.monotonicNanos();
  } catch (error) {
    watch.guard.report('response clock', error);
    return NaN;
  }
}

function addChunk(response: WatchedResponse, watch: State, chunk: unknown, encoding: unknown): void {
  try {
    const bytes = byteLength(chunk, encoding);
    if (bytes === 0) return;
    watch.bodyBytes += bytes;
    if (bytes >= LONG_CHUNK_BYTES && response.socket !== null)
      watch.unsent ??= new UnsentBytes(response.socket);
    if (response.chunkedEncoding) watch.framingBytes += bytes.toString(16).length + CHUNK_BREAK_BYTES;
  } catch (error) {
    watch.guard.report('response bytes', error);
  }
}

function byteLength(chunk: unknown, encoding: unknown): number {
  if (typeof chunk === 'string')
    return Buffer.byteLength(chunk, typeof encoding === 'string' ? (encoding as BufferEncoding) : 'utf8');
  return chunk instanceof Uint8Array ? chunk.byteLength : 0;
}

/** A write that a dying socket gave up on also ends in `finish`; then the socket is destroyed already. */
function onFinish(this: WatchedResponse): void {
  const watch = this[WATCH]!;
  watch.isFinished = this.socket?.destroyed !== true;
  if (watch.isFinished) watch.unsent?.stop();
}

function onError(this: WatchedResponse, error: unknown): void {
  this[WATCH]!.error = error;
}

function onClose(this: WatchedResponse): void {
  const watch = this[WATCH]!;
  try {
    watch.unsent?.stop();
    watch.onClose(this, watch);
  } catch (error) {
    watch.guard.report('http close', error);
  }
}
