import { SpanKind } from '@opentelemetry/api';
import type { Clock } from '../base/clock.ts';
import { OWN_CODE_MILLIS, type OwnCode, type UnaskedRequests } from '../base/own-code.ts';
import type { EndedSpan } from '../spans/operation.ts';
import type { ActiveRequest, ActiveRequests, RequestListener } from './active-requests.ts';
import { AloneTimes, type OwnTimes, type Stretch } from './alone-times.ts';
import { commonStretches, nanosIn, ownStretches } from './own-stretches.ts';
import { type AskedRequest, monotonicMicros, type ReadRequest } from './stall-messages.ts';

/** Long requests that ended, and whose traces are not complete yet: after so long, they were decided without what still runs in them. */
const MAX_ENDED = 1000;
const MAX_ENDED_NANOS = 10e9;
/** Whose samples are awaited, some 2 KB each: five a second, as the samples of a minute are read at once. */
const MAX_AWAITED = 300;
/** Of those beyond it. */
const MAX_ROUTES = 100;
const OTHER_ROUTES = 'other routes';
const NOTHING_SAID = { samples: 0, idle: 0, shared: 0, others: 0, functions: [] } as const;

interface Ended extends OwnTimes {
  readonly startNanos: number;
  readonly endNanos: number;
}

type Awaited = Pick<OwnCode, 'traceId' | 'spanId' | 'route' | 'atMillis' | 'durationMillis' | 'ownMillis'>;

export interface OwnCodeWatchOptions {
  readonly clock: Clock;
  readonly active: ActiveRequests;
  readonly onRead: (request: OwnCode) => void;
  readonly onUnasked: (requests: UnaskedRequests) => void;
  readonly maxAwaited?: number;
}

/**
 * Asks the thread that samples this one about requests that ended with much time of their own. It wakes nothing and replaces no profile: requests are
 * sent at a turn of the timer, and their samples are read when the profile is replaced anyway.
 */
export class OwnCodeWatch {
  readonly #options: OwnCodeWatchOptions;
  readonly #maxAwaited: number;
  #times: AloneTimes;
  /** By their spans. */
  readonly #ended = new Map<object, Ended>();
  readonly #awaited = new Map<number, Awaited>();
  #untold: AskedRequest[] = [];
  #unasked = new Map<
    string,
    { readonly route: string; readonly fromMillis: number; toMillis: number; requests: number }
  >();
  #lastId = 0;

  constructor(options: OwnCodeWatchOptions) {
    this.#options = options;
    this.#maxAwaited = options.maxAwaited ?? MAX_AWAITED;
    this.#times = new AloneTimes(options.active.open);
  }

  /** Requests of the trace whose samples are not read yet, by their span ids. */
  awaitedOf(traceId: string): readonly string[] {
    return [...this.#awaited.values()].filter((each) => each.traceId === traceId).map(({ spanId }) => spanId);
  }

  /** Listens together with `other`, from now on. */
  with(other: RequestListener): RequestListener {
    this.#times = new AloneTimes(this.#options.active.open);
    return {
      began: (request) => {
        this.#times.began(request, request.startNanos);
        other.began(request);
      },
      ended: (request) => {
        this.#onEnd(request);
        other.ended(request);
      },
      passed: (path, isAnswered) => {
        this.#times.passed(isAnswered, this.#options.clock.monotonicNanos());
        other.passed(path, isAnswered);
      },
    };
  }

  /** A turn of the loop. @param tell Undefined while nothing is sampled. */
  turn(nanos: number, tell: ((asked: readonly AskedRequest[]) => void) | undefined): void {
    this.#times.look(nanos);
    for (const [span, { endNanos }] of this.#ended) {
      if (nanos - endNanos < MAX_ENDED_NANOS) break;
      this.#ended.delete(span);
    }
    const untold = this.#untold.splice(0);
    if (tell === undefined) {
      for (const { id } of untold) this.#awaited.delete(id);
      this.#unasked.clear();
    } else if (untold.length > 0) tell(untold);
  }

  /** The operations of a complete trace. */
  complete(operations: readonly EndedSpan[]): void {
    if (this.#ended.size === 0) return;
    for (const operation of operations) {
      const { span, type, durationNanos } = operation;
      if (type !== 'http' || durationNanos < OWN_CODE_MILLIS * 1e6 || span.kind !== SpanKind.SERVER) continue;
      const ended = this.#ended.get(span);
      if (ended === undefined) continue;
      this.#ended.delete(span);
      const own = ownStretches(operation, operations, ended.startNanos);
      if (nanosIn(own) >= OWN_CODE_MILLIS * 1e6) this.#ask(operation, own, ended);
    }
  }

  /** The thread has read a profile. */
  receive(read: readonly ReadRequest[]): void {
    for (const { id, ...said } of read) {
      const awaited = this.#awaited.get(id);
      this.#awaited.delete(id);
      if (awaited !== undefined) this.#options.onRead({ ...awaited, ...said });
    }
    this.#tellUnasked();
  }

  /** Nobody will read the samples of those that are awaited. */
  lost(reason: string): void {
    this.#untold = [];
    for (const awaited of this.#awaited.values())
      this.#options.onRead({ ...awaited, everyMillis: 0, ...NOTHING_SAID, unread: reason });
    this.#awaited.clear();
    this.#tellUnasked();
  }

  #onEnd(request: ActiveRequest): void {
    const { startNanos, span } = request;
    const nanos = this.#options.clock.monotonicNanos();
    const times = this.#times.ended(request, nanos);
    if (!(nanos - startNanos >= OWN_CODE_MILLIS * 1e6)) return;
    this.#ended.set(span, { startNanos, endNanos: nanos, ...times });
    if (this.#ended.size <= MAX_ENDED) return;
    const [oldest] = this.#ended.keys();
    if (oldest !== undefined) this.#ended.delete(oldest);
  }

  #ask(operation: EndedSpan, own: readonly Stretch[], { alone, latest }: OwnTimes): void {
    const { series: route, endMillis: atMillis, durationNanos, span, spanId } = operation;
    if (this.#awaited.size >= this.#maxAwaited) return this.#leaveOut(route, atMillis);
    const id = ++this.#lastId;
    const { traceId } = span.spanContext();
    this.#awaited.set(id, {
      traceId,
      spanId,
      route,
      atMillis,
      durationMillis: durationNanos / 1e6,
      ownMillis: nanosIn(own) / 1e6,
    });
    const [micros, nanos] = [monotonicMicros(), this.#options.clock.monotonicNanos()];
    const inMicros = (stretches: readonly Stretch[]): readonly number[] =>
      stretches.flatMap(({ fromNanos, toNanos }) =>
        [fromNanos, toNanos].map((each) => micros - (nanos - each) / 1000),
      );
    this.#untold.push({
      id,
      own: inMicros(own),
      alone: inMicros(commonStretches(own, alone)),
      latest: inMicros(commonStretches(own, [latest])),
    });
  }

  #leaveOut(series: string, atMillis: number): void {
    const isKnown = this.#unasked.has(series) || this.#unasked.size < MAX_ROUTES;
    const route = isKnown ? series : OTHER_ROUTES;
    const known = this.#unasked.get(route);
    if (known === undefined)
      this.#unasked.set(route, { route, fromMillis: atMillis, toMillis: atMillis, requests: 1 });
    else {
      known.requests++;
      known.toMillis = Math.max(known.toMillis, atMillis);
    }
  }

  #tellUnasked(): void {
    for (const requests of this.#unasked.values()) this.#options.onUnasked(requests);
    this.#unasked.clear();
  }
}
