import { describe, expect, it } from '@jest/globals';
import type { OwnCode, UnaskedRequests } from '../../../otel/base/own-code.ts';
import { type ActiveRequest, ActiveRequests } from '../../../otel/instrumentation/active-requests.ts';
import { OwnCodeWatch } from '../../../otel/instrumentation/own-code-watch.ts';
import type { AskedRequest, ReadRequest } from '../../../otel/instrumentation/stall-messages.ts';
import type { EndedSpan } from '../../../otel/spans/operation.ts';
import { seen } from './seen-requests.ts';

const NOTHING = { began: () => {}, ended: () => {}, passed: () => {} };
const said = (id: number): ReadRequest => ({
  id,
  everyMillis: 40,
  samples: 2,
  idle: 2,
  shared: 0,
  others: 0,
  functions: [],
});

/** A watch with a clock that the test moves, whose thread is the test. */
class Watched {
  readonly read: OwnCode[] = [];
  readonly unasked: UnaskedRequests[] = [];
  readonly asked: AskedRequest[] = [];
  readonly watch: OwnCodeWatch;
  readonly #active = new ActiveRequests();
  /** Of the wall; that of the process is apart. */
  wallMillis = 1_000_000;
  #millis = 0;

  constructor(maxAwaited?: number) {
    this.watch = new OwnCodeWatch({
      clock: { now: () => this.wallMillis + this.#millis, monotonicNanos: () => this.#millis * 1e6 },
      active: this.#active,
      onRead: (request) => this.read.push(request),
      onUnasked: (requests) => this.unasked.push(requests),
      ...(maxAwaited !== undefined && { maxAwaited }),
    });
    this.#active.listener = this.watch.with(NOTHING);
    this.turn();
  }

  pass(millis: number): void {
    this.#millis += millis;
  }

  turn(): void {
    this.watch.turn(this.#millis * 1e6, (asked) => this.asked.push(...asked));
  }

  begin(name = 'listening'): ActiveRequest {
    const { request } = seen({ from: this.#millis, name });
    this.#active.begin(request);
    return request;
  }

  /** Ends it; its trace is complete when the returned function is called. */
  endLater(request: ActiveRequest): () => void {
    this.#active.open.delete(request);
    this.#active.listener?.ended(request);
    const operation = operationOf(request, this.wallMillis + request.startNanos / 1e6, 100);
    return () => this.watch.complete([operation]);
  }

  /** Ends it, with one child span from and to these times of it. */
  end(request: ActiveRequest, child?: readonly [number, number]): void {
    const startMillis = this.#millis - (this.#millis - request.startNanos / 1e6);
    this.#active.open.delete(request);
    this.#active.listener?.ended(request);
    const operation = operationOf(request, this.wallMillis + startMillis, this.#millis - startMillis);
    const children = child === undefined ? [] : [childOf(operation, child)];
    this.watch.complete([...children, operation]);
  }

  /** What was asked of the last request: lengths of its own time and of that in which it was alone. */
  get lengths(): readonly (readonly number[])[] {
    const last = this.asked.at(-1);
    const lengthsOf = (pairs: readonly number[] = []): readonly number[] =>
      pairs.flatMap((from, index) =>
        index % 2 === 0 ? [Math.round((pairs[index + 1]! - from) / 1000)] : [],
      );
    return [lengthsOf(last?.own), lengthsOf(last?.alone)];
  }
}

function operationOf({ span }: ActiveRequest, startMillis: number, millis: number): EndedSpan {
  const ended: unknown = span;
  return {
    span: ended as EndedSpan['span'],
    spanId: span.spanContext().spanId,
    parentSpanId: undefined,
    type: 'http',
    series: 'GET /listening',
    endMillis: startMillis + millis,
    durationNanos: millis * 1e6,
    slownessNanos: 0,
    failed: false,
    clientError: false,
    aborted: false,
    countedMillis: 0,
  };
}

function childOf(parent: EndedSpan, [from, to]: readonly [number, number]): EndedSpan {
  const began = parent.endMillis - parent.durationNanos / 1e6;
  return {
    ...parent,
    type: 'database',
    spanId: 'c'.repeat(16),
    parentSpanId: parent.spanId,
    endMillis: began + to,
    durationNanos: (to - from) * 1e6,
  };
}

describe('a request with much time of its own', () => {
  it('is asked about once, at a turn of the loop, less its child spans; then its answer is told', () => {
    const watched = new Watched();
    const request = watched.begin();
    watched.pass(100);
    watched.end(request, [20, 40]);
    expect(watched.asked).toEqual([]);
    watched.turn();
    watched.turn();
    expect(watched.asked).toHaveLength(1);
    expect(watched.lengths).toEqual([
      [20, 60],
      [20, 60],
    ]);
    const { traceId, spanId } = request.span.spanContext();
    expect(watched.watch.awaitedOf(traceId)).toEqual([spanId]);
    watched.watch.receive([said(watched.asked[0]!.id)]);
    watched.watch.receive([said(watched.asked[0]!.id)]);
    expect(watched.read).toMatchObject([
      { traceId, spanId, route: 'GET /listening', durationMillis: 100, ownMillis: 80, idle: 2 },
    ]);
    expect(watched.watch.awaitedOf(traceId)).toEqual([]);
  });

  it('is not asked about with less than 50 ms of its own, however long it is', () => {
    const watched = new Watched();
    for (const [millis, child] of [
      [49, undefined],
      [300, [10, 290]],
    ] as const) {
      const request = watched.begin();
      watched.pass(millis);
      watched.end(request, child);
    }
    watched.turn();
    expect(watched.asked).toEqual([]);
  });

  it('is never given the time of another that was open, and neither is the other', () => {
    const watched = new Watched();
    const first = watched.begin();
    watched.pass(60);
    const second = watched.begin();
    watched.pass(100);
    watched.end(second);
    watched.turn();
    expect(watched.lengths).toEqual([[100], []]);
    watched.pass(30);
    watched.end(first);
    watched.turn();
    expect(watched.lengths).toEqual([[190], [60, 30]]);
  });

  it('is not asked about if its trace is not complete within ten seconds, nor kept for it', () => {
    const watched = new Watched();
    const [soon, late] = [9000, 11_000].map((millis) => {
      const request = watched.begin();
      watched.pass(100);
      const complete = watched.endLater(request);
      watched.pass(millis);
      watched.turn();
      complete();
      watched.turn();
      return watched.asked.length;
    });
    expect([soon, late]).toEqual([1, 1]);
  });

  it('is placed by the clock that is not set: a step changes nothing', () => {
    const lengths = [0, 3_600_000, -3_600_000].map((step) => {
      const watched = new Watched();
      const request = watched.begin();
      watched.pass(30);
      watched.wallMillis += step;
      watched.pass(70);
      // As a span has it: its end is its start and what passed.
      watched.wallMillis -= step;
      watched.end(request, [20, 40]);
      watched.wallMillis += step;
      watched.turn();
      return watched.lengths;
    });
    expect(new Set(lengths.map((each) => JSON.stringify(each))).size).toBe(1);
  });
});

describe('more requests than are asked about', () => {
  it('are counted by route, and after an answer others are asked: also after the first fill', () => {
    const watched = new Watched(5);
    for (let round = 1; round <= 3; round++) {
      for (let count = 0; count < 12; count++) {
        const request = watched.begin();
        watched.pass(60);
        watched.end(request);
        watched.turn();
      }
      expect(watched.asked).toHaveLength(5 * round);
      watched.watch.receive(watched.asked.slice(-5).map(({ id }) => said(id)));
      expect(watched.read).toHaveLength(5 * round);
      expect(watched.unasked.map(({ route, requests }) => [route, requests])).toEqual(
        Array.from({ length: round }, () => ['GET /listening', 7]),
      );
    }
  });
});

describe('requests whose samples nobody reads', () => {
  it('say why, once; nothing is asked until something samples again', () => {
    const watched = new Watched();
    const ask = (): void => {
      const request = watched.begin();
      watched.pass(60);
      watched.end(request);
      watched.turn();
    };
    ask();
    watched.watch.lost('telemetry was stopped');
    watched.watch.lost('telemetry was stopped');
    expect(watched.read).toMatchObject([{ samples: 0, unread: 'telemetry was stopped' }]);
    watched.watch.receive([said(1)]);
    expect(watched.read).toHaveLength(1);
    const request = watched.begin();
    watched.pass(60);
    watched.end(request);
    watched.watch.turn(0, undefined);
    expect(watched.watch.awaitedOf(request.span.spanContext().traceId)).toEqual([]);
    watched.turn();
    expect(watched.asked).toHaveLength(1);
    ask();
    expect(watched.asked).toHaveLength(2);
  });
});
