import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { errorMonitor } from 'node:events';
import { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Clock } from '../base/clock.ts';
import type { Guard } from '../base/guard.ts';
import type { CostMeter } from '../base/cost-meter.ts';
import { InheritedPatch } from './method-patch.ts';
import { noteMissingFeature } from './node-features.ts';
import { noteUnwatchedAnswer } from './request-starts.ts';
import { hasNoBody, isBehindAnother, writtenBytes } from './sent-bytes.ts';
import { idleMillis } from './stall-messages.ts';
import { LONG_CHUNK_BYTES, UnsentBytes } from './unsent-bytes.ts';

/** Published by Node when the last byte was handed to the system, before the response is detached from its socket. */
const RESPONSE_FINISH = 'http.server.response.finish';
/** The last chunk, which is empty, and its line break. */
const CHUNKED_END_BYTES = 5;
/** Two line breaks per chunk. */
const CHUNK_BREAK_BYTES = 4;

const WATCH = Symbol('response watch');
type WatchedResponse = ServerResponse & { [WATCH]?: ResponseWatch };
/** Property of a socket: watched responses that wait for it. */
const WAITING = Symbol('waiting responses');
type WaitedForSocket = Socket & { [WAITING]?: Set<WatchedResponse> };

export interface ResponseWatchSource {
  readonly clock: Clock;
  readonly guard: Guard;
  readonly cost?: CostMeter | undefined;
}

/** Observations of one response in progress. It is stored on the response and outlives it, so it must not reference it. */
export abstract class ResponseWatch {
  // Declared, not defined: a defined field is written twice, and every request creates one.
  /** Monotonic; NaN if the clock failed. */
  declare readonly startNanos: number;
  /** For how long the event loop had slept until then. */
  declare readonly idleBeforeMillis: number;
  /** When the first byte was handed to the socket; undefined until then, NaN if the clock failed. */
  declare firstByteNanos: number | undefined;
  /** Body bytes handed to the response, by length only. */
  declare bodyBytes: number;
  /** Bytes of chunk sizes and line breaks, with chunked transfer. */
  declare framingBytes: number;
  /** Bytes written to the socket before this response; undefined before its first, NaN if the socket does not count. */
  declare socketBytesBefore: number | undefined;
  /** True if it is written in parts, or its head was sent ahead. */
  declare isStreamed: boolean;
  /** True if the open socket accepted the last byte. */
  declare isFinished: boolean;
  /** Set for a chunk so long that an abort may cut it. */
  declare unsent: UnsentBytes | undefined;
  /** The `error` event of the response. */
  declare error: unknown;
  declare isClosed: boolean;
  declare readonly source: ResponseWatchSource;

  constructor(source: ResponseWatchSource, startNanos: number) {
    this.source = source;
    this.startNanos = startNanos;
    this.idleBeforeMillis = idleMillis();
    this.firstByteNanos = undefined;
    this.bodyBytes = 0;
    this.framingBytes = 0;
    this.socketBytesBefore = undefined;
    this.isStreamed = false;
    this.isFinished = false;
    this.unsent = undefined;
    this.error = undefined;
    this.isClosed = false;
  }

  /** Called once, when the response closes. What it throws is counted. */
  abstract onClose(response: ServerResponse): void;
}

/** Observes the response from now on; needs `enableResponseWatches`. */
export function watchResponse(response: ServerResponse, watch: ResponseWatch): void {
  // With two active instrumentations, one count serves both.
  if (watchOf(response) !== undefined) return;
  users++;
  (response as WatchedResponse)[WATCH] = watch;
  response.on('close', onClose);
  if (isBehindAnother(response)) closeWithSocket(response);
}

/** Node 22 does not close a response that still waits for its socket when that closes. One listener per socket, however many wait. */
function closeWithSocket(response: WatchedResponse): void {
  const socket = response.req.socket as WaitedForSocket;
  let waiting = socket[WAITING];
  if (waiting === undefined) {
    waiting = socket[WAITING] = new Set();
    socket.once('close', onSocketClose);
  }
  waiting.add(response);
}

function onSocketClose(this: WaitedForSocket): void {
  for (const response of this[WAITING] ?? []) if (response.socket === null) onClose.call(response);
}

export function watchOf(response: ServerResponse): ResponseWatch | undefined {
  return (response as WatchedResponse)[WATCH];
}

/** Number of users of the wrappers: instrumentations, and watched responses in progress. */
let users = 0;
const methods = new InheritedPatch<'write' | 'end' | 'flushHeaders'>(ServerResponse.prototype, () => ({
  write: watchedWrite,
  end: watchedEnd,
  flushHeaders: watchedFlushHeaders,
}));
const { natives } = methods;

/**
 * Counts bytes where Koa, streams and compression hand them over: `write`, `end` and `flushHeaders` of all responses read the length of what passes
 * if the response is watched, and call the original. Nothing is read, copied or inserted. On the prototype, because three more properties per
 * response cost more than all the counting.
 */
export function enableResponseWatches(): void {
  if (users++ > 0) return;
  subscribe(RESPONSE_FINISH, onFinish);
  methods.apply();
}

/**
 * Restores Node's methods once no instrumentation needs them and the watched responses have closed. If someone else has wrapped them since, they
 * stay and only call through.
 */
export function disableResponseWatches(): void {
  if (--users > 0) return;
  unsubscribe(RESPONSE_FINISH, onFinish);
  methods.restore();
}

function watchedWrite(this: WatchedResponse, ...args: unknown[]): boolean {
  const watch = this[WATCH];
  if (watch === undefined) return Reflect.apply(natives.write, this, args) as boolean;
  const canWrite = beforeStream(this, watch, !hasNoBody(this));
  const isMoreWanted = Reflect.apply(natives.write, this, args) as boolean;
  if (canWrite) addChunk(this, watch, args[0], args[1]);
  return isMoreWanted;
}

function watchedEnd(this: WatchedResponse, ...args: unknown[]): ServerResponse {
  const watch = this[WATCH];
  if (watch === undefined) {
    noteUnwatchedAnswer(this);
    return Reflect.apply(natives.end, this, args) as ServerResponse;
  }
  const canWrite = beforeBytes(this, watch);
  const result = Reflect.apply(natives.end, this, args) as ServerResponse;
  if (canWrite) {
    addChunk(this, watch, args[0], args[1]);
    if (this.chunkedEncoding) watch.framingBytes += CHUNKED_END_BYTES;
  }
  return result;
}

function watchedFlushHeaders(this: WatchedResponse): void {
  const watch = this[WATCH];
  if (watch !== undefined) beforeStream(this, watch, true);
  natives.flushHeaders.call(this);
}

/** Streams may fail midway and report it only by an event; a response that ends in one call passes its error to `destroy`, if any. */
function beforeStream(response: WatchedResponse, watch: ResponseWatch, isSent: boolean): boolean {
  const canWrite = isSent ? beforeBytes(response, watch) : isOpen(response);
  if (!watch.isStreamed && canWrite) {
    watch.isStreamed = true;
    response.on(errorMonitor, onError);
  }
  return canWrite;
}

/** False if Node will reject the bytes. */
function beforeBytes(response: WatchedResponse, watch: ResponseWatch): boolean {
  try {
    if (!isOpen(response)) return false;
    if (watch.firstByteNanos !== undefined) return true;
    // Bytes written before the response has its socket are sent once it gets it.
    if (response.socket === null) response.once('socket', onSocket);
    else noteFirstByte(watch, response.socket);
    return true;
  } catch (error) {
    watch.source.guard.report('response bytes', error);
    return false;
  }
}

function isOpen(response: WatchedResponse): boolean {
  return !response.writableEnded && !response.destroyed;
}

/** Emitted by Node before it writes what was buffered. */
function onSocket(this: WatchedResponse, socket: Socket): void {
  const watch = this[WATCH]!;
  try {
    if (watch.firstByteNanos === undefined) noteFirstByte(watch, socket);
  } catch (error) {
    watch.source.guard.report('response bytes', error);
  }
}

function noteFirstByte(watch: ResponseWatch, socket: Socket): void {
  watch.firstByteNanos = firstByteNanos(watch);
  watch.socketBytesBefore = writtenBytes(socket);
}

function firstByteNanos({ startNanos, source }: ResponseWatch): number {
  try {
    return Number.isNaN(startNanos) ? NaN : source.clock.monotonicNanos();
  } catch (error) {
    source.guard.report('http clock', error);
    return NaN;
  }
}

function addChunk(response: WatchedResponse, watch: ResponseWatch, chunk: unknown, encoding: unknown): void {
  try {
    const bytes = byteLength(chunk, encoding);
    if (bytes === 0) return;
    watch.bodyBytes += bytes;
    if (bytes >= LONG_CHUNK_BYTES && response.socket !== null)
      watch.unsent ??= new UnsentBytes(response.socket);
    if (response.chunkedEncoding) watch.framingBytes += bytes.toString(16).length + CHUNK_BREAK_BYTES;
  } catch (error) {
    watch.source.guard.report('response bytes', error);
  }
}

function byteLength(chunk: unknown, encoding: unknown): number {
  if (typeof chunk === 'string')
    return Buffer.byteLength(chunk, typeof encoding === 'string' ? (encoding as BufferEncoding) : 'utf8');
  return chunk instanceof Uint8Array ? chunk.byteLength : 0;
}

/** `finish` also follows a write that a dying socket gave up on; the socket is then destroyed already, or has its error. */
function onFinish(message: unknown): void {
  const { response } = message as { readonly response: WatchedResponse };
  const watch = response[WATCH];
  if (watch === undefined) return;
  const { socket } = response;
  watch.isFinished = socket === null || (!socket.destroyed && !socket.errored);
}

/** For a Node version that no longer publishes it. */
function finishUnpublished(response: WatchedResponse, watch: ResponseWatch): void {
  if (watch.isFinished || !response.writableFinished || response.req.socket.destroyed !== false) return;
  watch.isFinished = true;
  noteMissingFeature(
    `channel ${RESPONSE_FINISH}`,
    'a response that closes with its connection is not complete',
  );
}

function onError(this: WatchedResponse, error: unknown): void {
  this[WATCH]!.error = error;
}

function onClose(this: WatchedResponse): void {
  const watch = this[WATCH]!;
  if (watch.isClosed) return;
  watch.isClosed = true;
  finishUnpublished(this, watch);
  (this.req.socket as WaitedForSocket)[WAITING]?.delete(this);
  const { cost } = watch.source;
  const since = cost?.requestEnd.begin() ?? 0;
  try {
    watch.unsent?.stop();
    watch.onClose(this);
    // These reference sockets and errors of the app.
    watch.unsent = undefined;
    watch.error = undefined;
  } catch (error) {
    watch.source.guard.report('http close', error);
  }
  disableResponseWatches();
  if (since !== 0) cost?.requestEnd.end(since);
}
