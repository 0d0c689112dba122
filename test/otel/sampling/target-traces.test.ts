import { describe, expect, it } from '@jest/globals';
import { ROOT_CONTEXT, type Span, SpanKind, trace } from '@opentelemetry/api';
import { decodeThreshold, probabilityOf } from '../../../otel/sampling/consistent-threshold.ts';
import { parseSamplingRules } from '../../../otel/settings/sampling-rules.ts';
import {
  fail,
  type FakeExporter,
  noteStatement,
  processorsOfEachTest,
  remoteParent,
  settingsOf,
  type startProcessor,
  thOf,
} from './processor-fixture.ts';
import { randomOf } from './random.ts';

type Run = ReturnType<typeof startProcessor>;
const startOne = processorsOfEachTest();

const STATEMENTS = 3;
const PER_SECOND = 40;

function start(spans: 'own' | 'stock', { target = 0, rate = 0, rules = 'none' }): Run {
  const run = startOne({ rates: rate, exportRates: rate, spans });
  run.state.settings = { ...settingsOf(rate), target, rules: parseSamplingRules(rules) };
  return run;
}

/** A request with its statements; the upstream has sampled a share and states it. */
function request(run: Run, route: string, random?: () => number): Span {
  const context = random === undefined ? ROOT_CONTEXT : remoteParent(random, 0.5);
  const attributes = { 'http.request.method': 'GET', 'http.route': route, 'http.response.status_code': 200 };
  const span = run.tracer.startSpan('GET', { kind: SpanKind.SERVER, attributes }, context);
  for (let i = 0; i < STATEMENTS; i++) noteStatement(run, span, 1e6);
  return span;
}

function play(run: Run, seconds: number, route = '/', random?: () => number): number {
  for (let i = 0; i < seconds * PER_SECOND; i++) {
    request(run, route, random).end();
    run.clock.millis += 1000 / PER_SECOND;
  }
  return seconds * PER_SECOND;
}

/** Deviation of the weights of these spans from the true count, in standard deviations; they come in whole traces. */
function zOf({ spans }: Pick<FakeExporter, 'spans'>, truth: number, perTrace: number): number {
  let sum = 0;
  let variance = 0;
  for (const span of spans) {
    const probability = probabilityOf(decodeThreshold(thOf(span)!)!);
    sum += 1 / probability;
    variance += (perTrace * (1 - probability)) / probability ** 2;
  }
  return Math.abs(sum - truth) / Math.sqrt(variance);
}

function expectWhole({ spans }: FakeExporter): number {
  const traces = Map.groupBy(spans, ({ traceId }) => traceId);
  for (const [traceId, parts] of traces) {
    expect(parts).toHaveLength(1 + STATEMENTS);
    const [th, ...others] = new Set(parts.map(thOf));
    expect(others).toEqual([]);
    expect(traceId.slice(18) >= th!.padEnd(14, '0')).toBe(true);
  }
  return traces.size;
}

describe.each(['own', 'stock'] as const)('a target (%s)', (spans) => {
  it('keeps whole traces, in the process and for export alike, with one true weight', () => {
    const run = start(spans, { target: 4 });
    const requests = play(run, 120);
    const traces = expectWhole(run.local);
    expect(expectWhole(run.exported)).toBe(traces);
    expect(Math.abs(traces / 120 / 4 - 1)).toBeLessThan(0.2);
    expect(new Set(run.local.spans.map(({ keepReason }) => keepReason))).toEqual(new Set(['target']));
    expect(zOf(run.exported, requests * (1 + STATEMENTS), 1 + STATEMENTS)).toBeLessThanOrEqual(3);
    const { kept, dropped, started: all, live } = run.processor.counts();
    expect([kept.target, dropped.target, live]).toEqual([
      run.local.spans.length,
      all - run.local.spans.length,
      0,
    ]);
    const [named] = run.processor.sampling().named;
    expect(named).toEqual({ name: 'target', seen: all, kept: kept.target, dropped: dropped.target });
  });

  it('and a rate: the lower threshold decides', () => {
    const run = start(spans, { target: 4, rate: 0.5 });
    const requests = play(run, 60);
    expect(zOf(run.exported, requests * (1 + STATEMENTS), 1 + STATEMENTS)).toBeLessThanOrEqual(3);
    const weights = new Set(run.exported.spans.slice(-400).map(thOf));
    expect(weights).toEqual(new Set(['8']));
  });

  it('exports by the stricter of the upstream threshold and its own', () => {
    const run = start(spans, { target: 4 });
    const requests = play(run, 120, '/', randomOf(3));
    expectWhole(run.exported);
    expect(zOf(run.exported, requests * (1 + STATEMENTS), 1 + STATEMENTS)).toBeLessThanOrEqual(3);
  });

  it('is decided once per trace: late spans follow it, whatever arrives meanwhile', () => {
    const run = start(spans, { target: 4 });
    play(run, 30);
    const roots = Array.from({ length: 300 }, () => {
      const root = request(run, '/');
      const late = run.tracer.startSpan('late', {}, trace.setSpan(ROOT_CONTEXT, root));
      return { root, late };
    });
    for (const { root } of roots) root.end();
    run.clock.millis += 3000;
    run.processor.decideOverdue();
    const decided = new Set(run.local.spans.map(({ traceId }) => traceId));
    const weights = new Map(run.local.spans.map((span) => [span.traceId, thOf(span)]));
    // Almost nothing arrives: now each would be kept.
    run.clock.millis += 600_000;
    run.local.batches.length = run.exported.batches.length = 0;
    for (const { late } of roots) late.end();
    const kept = roots.map(({ root }) => root.spanContext().traceId).filter((id) => decided.has(id));
    expect(kept.length).toBeGreaterThan(0);
    for (const { spans: ended } of [run.local, run.exported]) {
      expect(ended.map(({ traceId }) => traceId).toSorted()).toEqual(kept.toSorted());
      for (const span of ended) expect(thOf(span)).toBe(weights.get(span.traceId));
    }
  });

  it('does not bound must-keep traces', () => {
    const run = start(spans, { target: 4 });
    for (let i = 0; i < 400; i++) {
      fail(request(run, '/')).end();
      run.clock.millis += 10;
    }
    expect(run.local.spans.filter(({ keepReason }) => keepReason === 'error')).toHaveLength(400);
  });

  it('of a rule counts each trace once, however many of its operations match', () => {
    const run = start(spans, { rules: 'type=database: target 4; *: 0' });
    const requests = play(run, 120);
    const statements = run.local.spans.filter(({ operationType }) => operationType === 'database');
    expect(Math.abs(statements.length / STATEMENTS / 120 / 4 - 1)).toBeLessThan(0.2);
    expect(new Set(statements.map(({ keptBy }) => keptBy))).toEqual(new Set(['type=database: target 4']));
    expect(zOf({ spans: statements }, requests * STATEMENTS, STATEMENTS)).toBeLessThanOrEqual(3);
    // Another rule matches its local root, so nothing is exported.
    expect(run.exported.spans).toEqual([]);
  });
});
