import { describe, expect, it } from '@jest/globals';
import { SpanKind } from '@opentelemetry/api';
import { Guard } from '../../../otel/base/guard.ts';
import { InProcessSpanExporter } from '../../../otel/store/in-process-span-exporter.ts';
import type { TraceRing } from '../../../otel/store/trace-ring.ts';
import { fail, noteStatement, processorsOfEachTest, type Rates } from '../sampling/processor-fixture.ts';
import { HistoryFolder } from './history-fixture.ts';

const REQUESTS = 2000;
const STATEMENTS = 2;
const HTTP = { kind: SpanKind.SERVER, attributes: { 'http.request.method': 'GET', 'http.route': '/' } };

const start = processorsOfEachTest();

/** Adjusted count of a type in the ring, and how far chance takes it: the spans of a trace share their randomness. */
function estimate(ring: TraceRing, type: 'http' | 'database') {
  let sum = 0;
  let variance = 0;
  for (const { spans } of ring.values()) {
    const weights = spans.filter((span) => span.type === type).flatMap(({ weight }) => weight ?? []);
    sum += weights.reduce((all, weight) => all + weight, 0);
    const widest = Math.max(1, ...weights);
    variance += weights.length ** 2 * (widest - 1) * widest;
  }
  return { sum, sigma: Math.sqrt(variance) };
}

describe('the weights of kept traces', () => {
  it.each<[string, Rates]>([
    ['one rate', 0.1],
    ['unequal rates', { http: 0.5, database: 0.05 }],
    ['a rate of statements alone', { database: 0.1 }],
  ])('add up to the true counts in memory and after a restart, with %s', (_name, rates) => {
    const folder = new HistoryFolder();
    const before = folder.start({ maxTraces: REQUESTS });
    const sink = new InProcessSpanExporter({ ring: before.ring, guard: new Guard() });
    const run = start({ rates, sinks: [sink], wholeTrace: true });
    for (let i = 0; i < REQUESTS; i++) {
      const request = run.tracer.startSpan('GET', HTTP);
      for (let n = 0; n < STATEMENTS; n++) noteStatement(run, request, 1e6);
      (i % 50 === 0 ? fail(request) : request).end();
      run.clock.millis += 10;
    }
    folder.clock.millis = run.clock.millis;
    before.history.close();
    const after = folder.start({ maxTraces: REQUESTS });
    expect(after.ring.facts().traces).toBe(before.ring.facts().traces);
    for (const ring of [before.ring, after.ring]) {
      const requests = estimate(ring, 'http');
      expect(Math.abs(requests.sum - REQUESTS)).toBeLessThanOrEqual(3 * requests.sigma);
      const statements = estimate(ring, 'database');
      expect(Math.abs(statements.sum - REQUESTS * STATEMENTS)).toBeLessThanOrEqual(3 * statements.sigma);
    }
    expect(estimate(after.ring, 'database')).toEqual(estimate(before.ring, 'database'));
  });
});
