import { type Context, context, type Span, trace } from '@opentelemetry/api';
import type { ReadableSpan } from '@opentelemetry/sdk-trace';
import type { StallHolder } from '../base/stall.ts';
import { ATTR_THREAD_NAME } from '../base/semconv.ts';
import type { EndedSpan, Operation } from '../spans/operation.ts';
import { operationTypeOf, seriesOf } from '../spans/operation-type.ts';
import type { ActiveRequest } from './active-requests.ts';
import type { Probed } from './pending-stall.ts';
import type { SeenRequest } from './seen-request.ts';
import type { Runner } from './stall-turns.ts';

/** Part of a stall that a synchronous operation has to cover to have caused it. */
export const COVERED = 0.6;

/** A statement or render that took long. */
export interface LongOperation extends Pick<Operation, 'type' | 'series' | 'caller'> {
  readonly traceId: string;
  readonly spanId: string;
  /** Of its span. */
  readonly name: string;
  /** Epoch milliseconds. */
  readonly startMillis: number;
  readonly endMillis: number;
}

/** The span that is active where the main thread was interrupted. */
export function activeSpan(active: Context = context.active()): Span | undefined {
  return trace.getSpan(active);
}

/** Returns true for statements and renders, but not for a statement that ran in another thread. */
export function mayBlock({ type, span }: Pick<EndedSpan, 'type' | 'span'>): boolean {
  if (type !== 'database' && type !== 'render') return false;
  return span.attributes[ATTR_THREAD_NAME] === undefined;
}

/** What is remembered of one. */
export function longOperation(operation: EndedSpan): LongOperation {
  const { durationNanos, type, series, caller, endMillis, span, spanId } = operation;
  const { traceId } = span.spanContext();
  const startMillis = endMillis - durationNanos / 1e6;
  return { traceId, spanId, name: span.name, type, series, caller, startMillis, endMillis };
}

/** A stall on both clocks. */
export interface StallTimes {
  /** Epoch milliseconds. */
  readonly startMillis: number;
  readonly endMillis: number;
  /** Monotonic. */
  readonly startNanos: number;
  readonly endNanos: number;
}

/**
 * The operation that blocked the loop: the statement that covers most of the stall, else the span that was active in it, else the only operation
 * that it can have been, else the request that the loop ran for by its beginning or its answer, else the only request that it can have been.
 *
 * @param probed What the probe found. Native code is not interrupted: the probe may run after it, and then for another request.
 */
export function holderOf(
  stall: StallTimes,
  probed: Pick<Probed, 'span'> | undefined,
  long: readonly LongOperation[],
  requests: readonly SeenRequest[],
  runner?: Runner,
): StallHolder | undefined {
  const active = probed?.span;
  const covering = long.filter((each) => coveredPart(each, stall) >= COVERED);
  const suspects = requests.filter((each) => mayHaveHeld(each, stall)).map(({ request }) => request);
  const all = requests.map(({ request }) => request);
  const span = active !== undefined && isLater(active, all, suspects) ? undefined : active;
  const traceId = span?.spanContext().traceId;
  const mine = covering.filter((each) => traceId === undefined || each.traceId === traceId);
  const statement = mine.find(({ type }) => type === 'database');
  if (statement !== undefined) return holderOfOperation(statement, all, stall);
  const [only, ...others] = mine;
  if (span !== undefined) {
    const { spanId } = span.spanContext();
    const itself = mine.find((each) => each.spanId === spanId);
    return itself === undefined ? holderOfSpan(span, all) : holderOfOperation(itself, all, stall);
  }
  if (only !== undefined && others.length === 0) return holderOfOperation(only, all, stall);
  // A timer ran.
  const isNobody = probed !== undefined && active === undefined;
  if (runner !== undefined && !isNobody)
    return 'request' in runner ? holderOfSpan(runner.request.span, all) : undefined;
  const [suspect, ...more] = suspects;
  // Without a request, a timer was active, or nothing was found.
  const isAlone = active !== undefined && suspect !== undefined && more.length === 0;
  return isAlone ? holderOfSpan(suspect.span, all) : undefined;
}

/** It was there when the stall began; by samples that is known to some milliseconds. */
function mayHaveHeld({ request, ended }: SeenRequest, stall: StallTimes): boolean {
  const middle = (stall.startNanos + stall.endNanos) / 2;
  return request.startNanos < middle && (ended?.nanos ?? Infinity) > middle;
}

function isLater(active: Span, all: readonly ActiveRequest[], suspects: readonly ActiveRequest[]): boolean {
  const request = requestOf(active.spanContext().traceId, all);
  return request !== undefined && !suspects.includes(request);
}

function coveredPart({ startMillis, endMillis }: LongOperation, stall: StallTimes): number {
  const common = Math.min(endMillis, stall.endMillis) - Math.max(startMillis, stall.startMillis);
  return common / Math.max(1, stall.endMillis - stall.startMillis);
}

function holderOfOperation(
  operation: LongOperation,
  requests: readonly ActiveRequest[],
  stall: StallTimes,
): StallHolder {
  const { traceId, spanId, type, series, name, caller } = operation;
  const route = routeIn(requests, traceId) ?? caller;
  const coveredShare = Math.min(1, coveredPart(operation, stall));
  return { traceId, spanId, type, series, name, route, coveredShare };
}

function holderOfSpan(span: Span, requests: readonly ActiveRequest[]): StallHolder | undefined {
  const { traceId, spanId } = span.spanContext();
  if (!isReadable(span)) return undefined;
  const type = operationTypeOf(span);
  const { name } = span;
  const series = seriesOf(type, span);
  return { traceId, spanId, type, series, name, route: routeIn(requests, traceId), coveredShare: 0 };
}

function routeIn(requests: readonly ActiveRequest[], traceId: string): string | undefined {
  const request = requestOf(traceId, requests);
  return request === undefined ? undefined : seriesOfRequest(request.span);
}

function requestOf(traceId: string, requests: readonly ActiveRequest[]): ActiveRequest | undefined {
  return requests.find(({ span }) => span.spanContext().traceId === traceId);
}

export function seriesOfRequest(span: Span): string {
  return isReadable(span) ? seriesOf('http', span) : '';
}

/** Spans of the kit and of the SDK are; the API does not say so. */
export function isReadable(span: Span): span is Span & ReadableSpan {
  return 'attributes' in span && 'kind' in span;
}
