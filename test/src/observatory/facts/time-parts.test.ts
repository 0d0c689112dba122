import { describe, expect, it } from '@jest/globals';
import type { SampledSpan, SampledTrace } from '../../../../otel/query.ts';
import { type TimePart, timeParts, type WeighedTrace } from '../../../../src/observatory/facts/time-parts.ts';
import { selfTimeTree } from '../../../../src/observatory/trace/span-tree.ts';
import { randomOf } from '../../../otel/sampling/random.ts';

type Sketch = Partial<SampledSpan> & Pick<SampledSpan, 'type' | 'series' | 'durationMillis'>;
const NO_WAITS = () => () => [];

function traceOf(id: string, spans: readonly Sketch[]): SampledTrace {
  return {
    traceId: id,
    spans: spans.map((span, index) => ({
      spanId: `${id}.${index}`,
      parentSpanId: index === 0 ? undefined : `${id}.0`,
      name: span.series,
      startMillis: 0,
      status: 'unset',
      weight: 1,
      attributes: [],
      events: [],
      ...span,
    })),
  };
}

const request = (durationMillis: number, more: Partial<SampledSpan> = {}): Sketch => ({
  type: 'http',
  series: 'GET /a',
  durationMillis,
  ...more,
});
const weighed = (trace: SampledTrace, weight = 1, unit = trace.spans[0]): WeighedTrace => ({
  trace,
  unit,
  weight,
  nodes: selfTimeTree(trace.spans),
});
const alone = (trace: SampledTrace): readonly WeighedTrace[] => [weighed(trace)];
const millisOf = (parts: readonly TimePart[]): Readonly<Record<string, number>> =>
  Object.fromEntries(
    parts.map(({ kind, series, millis }) => [kind === 'own' ? kind : `${kind} ${series}`, millis]),
  );
const sum = (parts: readonly TimePart[], of: 'millis' | 'share'): number =>
  parts.reduce((all, part) => all + part[of], 0);

describe('timeParts', () => {
  it('tells apart what the request waited for while the event loop slept, without what its spans may have waited for', () => {
    const slept = (seconds: number, firstByte = 0.1): readonly TimePart[] =>
      timeParts(
        alone(
          traceOf('a', [
            request(100, {
              attributes: ['operation.loop_idle', seconds, 'operation.time_to_first_byte', firstByte],
            }),
            { type: 'database', series: 'SELECT', startMillis: 10, durationMillis: 5 },
            { type: 'other', series: 'fetch', startMillis: 30, durationMillis: 20 },
          ]),
        ),
        NO_WAITS,
      );
    expect(millisOf(slept(0.07))).toEqual({
      'asleep GET /a': 50,
      own: 25,
      'span fetch': 20,
      'statement SELECT': 5,
    });
    // All of it may have been in the span.
    expect(millisOf(slept(0.02))).toEqual({ own: 75, 'span fetch': 20, 'statement SELECT': 5 });
    // Nor is it twice what it took to send.
    expect(millisOf(slept(0.07, 0.06))).toEqual({
      'sending GET /a': 40,
      own: 25,
      'span fetch': 20,
      'asleep GET /a': 10,
      'statement SELECT': 5,
    });
    expect(sum(slept(0.2), 'millis')).toBe(100);
  });

  it('tells apart statements, renders, other spans, other threads, sending, waiting, and the rest', () => {
    const trace = traceOf('a', [
      request(100, { attributes: ['operation.time_to_first_byte', 0.09] }),
      { type: 'database', series: 'SELECT', startMillis: 10, durationMillis: 5 },
      { type: 'render', series: 'post', startMillis: 20, durationMillis: 6 },
      { type: 'other', series: 'fetch', startMillis: 30, durationMillis: 7 },
      {
        type: 'other',
        series: 'search thread',
        startMillis: 40,
        durationMillis: 8,
        attributes: ['thread.name', 'search'],
      },
    ]);
    const parts = timeParts(
      alone(trace),
      () => (span) => (span.type === 'http' ? [{ startMillis: 50, durationMillis: 9, by: 'other' }] : []),
    );
    expect(millisOf(parts)).toEqual({
      'statement SELECT': 5,
      'render post': 6,
      'span fetch': 7,
      'thread search thread': 8,
      'waiting GET /a': 9,
      'sending GET /a': 10,
      own: 55,
    });
    expect([sum(parts, 'millis'), sum(parts, 'share')]).toEqual([100, expect.closeTo(1)]);
  });

  it('does not count as waiting what a thread did meanwhile', () => {
    const thread = { startMillis: 0, durationMillis: 80, attributes: ['thread.name', 'search'] } as const;
    const trace = traceOf('a', [request(100), { type: 'other', series: 'search thread', ...thread }]);
    const parts = timeParts(
      alone(trace),
      () => (span) => (span.type === 'http' ? [{ startMillis: 0, durationMillis: 90, by: 'other' }] : []),
    );
    expect(millisOf(parts)).toEqual({ 'thread search thread': 80, 'waiting GET /a': 10, own: 10 });
  });

  it('adds up by adjusted counts to the ledger of what happened, at different rates of requests and statements', () => {
    const random = randomOf(31);
    const [ofRequests, ofStatements] = [0.5, 0.1];
    let [ledger, inStatements] = [0, 0];
    const kept = Array.from({ length: 20_000 }, (_, index) => {
      const r = random() / 2 ** 32;
      const [whole, statement] = [20 + (index % 7), 5 + (index % 3)];
      ledger += whole;
      inStatements += statement;
      const spans = [
        request(whole, { weight: 1 / ofRequests }),
        { type: 'database' as const, series: 'SELECT', durationMillis: statement, weight: 1 / ofStatements },
      ];
      return r >= ofRequests ? [] : [traceOf(String(index), r < ofStatements ? spans : spans.slice(0, 1))];
    }).flat();
    const used = kept.map((trace) => weighed(trace, 1 / kept.length));
    const parts = timeParts(used, NO_WAITS);
    const [whole, statement] = [ledger / 20_000, inStatements / 20_000];
    // Within four standard deviations of two thousand.
    expect(Math.abs(sum(parts, 'millis') / whole - 1)).toBeLessThan(0.02);
    const found = parts.find(({ kind }) => kind === 'statement')!;
    expect(Math.abs(found.millis / statement - 1)).toBeLessThan(4 * Math.sqrt(0.8 / 2000));
    expect(sum(parts, 'share')).toBeCloseTo(1);
    expect(parts.every(({ millis }) => millis >= 0)).toBe(true);
  });

  it('leaves out what goes on after the request, and the requests around it', () => {
    const later = { startMillis: 90, durationMillis: 5000 };
    const trace = traceOf('a', [
      { type: 'http', series: 'GET /caller', durationMillis: 300 },
      request(100),
      { type: 'other', series: 'mail', parentSpanId: 'a.1', ...later },
      { type: 'database', series: 'SELECT', startMillis: 200, durationMillis: 50 },
    ]);
    const parts = timeParts([weighed(trace, 1, trace.spans[1])], NO_WAITS);
    expect(millisOf(parts)).toEqual({ 'span mail': 10, own: 90 });
  });

  it('is nothing without traces', () => {
    expect(timeParts([], NO_WAITS)).toEqual([]);
  });
});
