import { describe, expect, it } from '@jest/globals';
import { ROOT_CONTEXT, SpanKind, type Span } from '@opentelemetry/api';
import { decodeThreshold, probabilityOf } from '../../../otel/sampling/consistent-threshold.ts';
import {
  fail,
  type FakeExporter,
  noteStatement,
  processorsOfEachTest,
  remoteParent,
  type startProcessor,
  thOf,
} from './processor-fixture.ts';
import { randomOf } from './random.ts';

const HTTP = { kind: SpanKind.SERVER, attributes: { 'http.request.method': 'GET', 'http.route': '/' } };
const REQUESTS = 4000;
const STATEMENTS = 3;

type Options = Parameters<typeof startProcessor>[0];
type Run = ReturnType<typeof startProcessor>;
const start = processorsOfEachTest();

interface Load {
  readonly share?: number;
  readonly says?: boolean;
  /** One request in this many fails. */
  readonly failures?: number;
  /** Time between two requests. */
  readonly millis?: number;
}

function play(options: Options, { share, says = true, failures = 0, millis = 0 }: Load = {}): Run {
  const run = start(options);
  const random = randomOf(20);
  for (let i = 0; i < REQUESTS; i++) {
    const parent = share === undefined ? ROOT_CONTEXT : remoteParent(random, share, says);
    const request = run.tracer.startSpan('GET', HTTP, parent);
    for (let n = 0; n < STATEMENTS; n++) noteStatement(run, request, 1e6);
    (failures > 0 && i % failures === 0 ? fail(request) : request).end();
    run.clock.millis += millis;
  }
  return run;
}

/** Adjusted count of a type in the exported spans, and the standard deviation of that estimate. */
function estimate({ spans }: FakeExporter, type: 'http' | 'database') {
  let sum = 0;
  let variance = 0;
  let unknown = 0;
  // All spans of a trace share its randomness, so they are kept or dropped together.
  const byTrace = new Map<string, number>();
  for (const span of spans.filter(({ operationType }) => operationType === type)) {
    const th = thOf(span);
    if (th === undefined) {
      unknown++;
      continue;
    }
    const probability = probabilityOf(decodeThreshold(th)!);
    sum += 1 / probability;
    const before = byTrace.get(span.traceId) ?? 0;
    byTrace.set(span.traceId, before + 1);
    variance += ((1 - probability) / probability ** 2) * (2 * before + 1);
  }
  return { sum, sigma: Math.sqrt(variance), unknown };
}

/** R >= th for every span with a threshold. */
function contradictions({ spans }: FakeExporter): number {
  return spans.filter((span) => {
    const th = thOf(span);
    return th !== undefined && span.traceId.slice(18) < th.padEnd(14, '0');
  }).length;
}

function expectUnbiased(run: Run, truth: number, type: 'http' | 'database'): void {
  const { sum, sigma } = estimate(run.exported, type);
  expect(Math.abs(sum - truth)).toBeLessThanOrEqual(3 * sigma);
  expect(contradictions(run.exported)).toBe(0);
}

describe.each(['own', 'stock'] as const)('the weights of exported spans (%s)', (spans) => {
  it.each<[string, Options['rates']]>([
    ['equal rates', 0.1],
    ['a rate of statements alone', { database: 0.1 }],
    ['a rate of requests alone', { http: 0.1 }],
    ['two unequal rates', { http: 0.5, database: 0.05 }],
  ])('add up to the true count, with %s', (_name, rates) => {
    const run = play({ rates, exportRates: rates, spans });
    expectUnbiased(run, REQUESTS, 'http');
    expectUnbiased(run, REQUESTS * STATEMENTS, 'database');
  });

  it('add up to the true count when the upstream has sampled a quarter', () => {
    for (const rates of [1, 0.5, 0.1]) {
      const run = play({ rates, exportRates: rates, spans }, { share: 0.25 });
      expectUnbiased(run, REQUESTS, 'http');
      expectUnbiased(run, REQUESTS * STATEMENTS, 'database');
    }
  });

  it('exist for no ordinary span of a trace that the upstream has not sampled', () => {
    const run = play({ rates: 1, exportRates: 1, spans }, { share: 0 });
    expect(run.exported.spans).toEqual([]);
    expect(run.local.spans).toHaveLength(REQUESTS * (1 + STATEMENTS));
  });

  it('are unknown if the upstream has sampled without stating a threshold', () => {
    const run = play({ rates: 1, exportRates: 1, spans }, { share: 0.25, says: false });
    const { sum, unknown } = estimate(run.exported, 'http');
    expect([sum, unknown > REQUESTS / 5]).toEqual([0, true]);
  });

  it('are one for failures, whatever was sampled, and for everything kept with them', () => {
    const load = { share: 0.25, failures: 20, millis: 1 };
    for (const exportRates of [0, 0.1, 1]) {
      const run = play({ rates: 0, exportRates, spans, wholeTrace: true }, load);
      const failed = run.exported.spans.filter(({ keepReason }) => keepReason === 'error');
      expect(failed).toHaveLength(REQUESTS / 20);
      for (const span of failed) expect(span.spanContext().traceState?.get('ot')).toContain('th:0');
      const ids = new Set(failed.map(({ traceId }) => traceId));
      const along = run.exported.spans.filter(({ traceId }) => ids.has(traceId));
      expect(along).toHaveLength((REQUESTS / 20) * (1 + STATEMENTS));
      for (const span of along) expect(span.spanContext().traceState?.get('ot')).toContain('th:0');
      expectUnbiased(run, exportRates === 0 ? REQUESTS / 20 : REQUESTS, 'http');
      expectUnbiased(run, (exportRates === 0 ? REQUESTS / 20 : REQUESTS) * STATEMENTS, 'database');
    }
  });

  it('count failures once in a storm, whether the budget or the rate kept them', () => {
    for (const rates of [0.5, 1]) {
      const limits = { maxMustKeepSpansPerSecond: 100, maxStormExamplesPerMinute: 0 };
      const run = play({ rates, exportRates: rates, spans, limits }, { failures: 1 });
      expectUnbiased(run, REQUESTS, 'http');
      expect(
        run.exported.spans.filter(({ operationType }) => operationType === 'http').length,
      ).toBeGreaterThan(REQUESTS * rates * 0.9);
    }
  });

  it('of what the process keeps follow its own rate', () => {
    const run = play({ rates: { http: 0.5, database: 0.2 }, exportRates: 1, spans }, { share: 0.25 });
    const weights = (type: string): unknown[] => [
      ...new Set(
        run.local.spans
          .filter(({ operationType, keepReason }) => operationType === type && keepReason === 'probability')
          .map(
            (span: Pick<Span, 'spanContext'>) =>
              /th:[0-9a-f]+/.exec(span.spanContext().traceState?.get('ot') ?? '')?.[0],
          ),
      ),
    ];
    expect([weights('http'), weights('database')]).toEqual([['th:8'], ['th:cccccccccccccc']]);
  });
});
