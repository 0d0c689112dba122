import { describe, expect, it } from '@jest/globals';
import { ROOT_CONTEXT, SpanKind, trace } from '@opentelemetry/api';
import { KEEP_ALL, REJECT_ALL, thresholdOf } from '../../../otel/sampling/consistent-threshold.ts';
import type { Policy } from '../../../otel/sampling/policy.ts';
import { fail, noteStatement, processorsOfEachTest, type startProcessor } from './processor-fixture.ts';

const PAGES = 2600;
const HTTP = { kind: SpanKind.SERVER, attributes: { 'http.request.method': 'GET', 'http.route': '/:slug' } };
const RENDER = { attributes: { 'render.template': 'post' } };

type Run = ReturnType<typeof startProcessor>;
const start = processorsOfEachTest();

/** All within one second: no budget may bound what an app's policy keeps. */
function playPages(policies: readonly Policy[], spans: 'own' | 'stock', statements = 1): Run {
  const run = start({ rates: 0, exportRates: 0, policies, spans, deferredSpans: 256 });
  for (let i = 0; i < PAGES; i++) {
    const page = run.tracer.startSpan('GET', HTTP, ROOT_CONTEXT);
    page.setAttribute('page', i);
    const inside = trace.setSpan(ROOT_CONTEXT, page);
    for (let n = 0; n < statements; n++) noteStatement(run, page, 1e6);
    run.tracer.startSpan('render', RENDER, inside).end();
    run.tracer.startSpan('job', {}, inside).end();
    page.end();
  }
  run.processor.settle();
  return run;
}

const reasons = ({ spans }: Run['local']): Record<string, number> => {
  const counts: Record<string, number> = {};
  for (const { operationType, keepReason } of spans)
    counts[`${operationType} ${keepReason}`] = (counts[`${operationType} ${keepReason}`] ?? 0) + 1;
  return counts;
};

describe.each(['own', 'stock'] as const)('an added policy (%s)', (spans) => {
  it.each(['http', 'database', 'render', 'other'] as const)('for %s is obeyed at rate 0', (type) => {
    const every: Policy = {
      name: `every ${type}`,
      keep: (operation) => (operation.type === type ? KEEP_ALL : undefined),
    };
    const run = playPages([every], spans);
    const ancestors = type === 'http' ? {} : { 'http ancestor': PAGES };
    expect(reasons(run.local)).toEqual({ [`${type} policy`]: PAGES, ...ancestors });
    expect(reasons(run.exported)).toEqual(reasons(run.local));
    expect(run.processor.sampling().named).toEqual([
      { name: `every ${type}`, seen: PAGES, kept: PAGES, dropped: 0 },
    ]);
    expect(run.processor.counts()).toMatchObject({ started: PAGES * 4, live: 0, kept: { policy: PAGES } });
  });

  it('on the whole trace is obeyed at rate 0', () => {
    const many: Policy = {
      name: 'more than 50 statements',
      keep: (_, { operations }) =>
        operations.filter(({ type }) => type === 'database').length > 50 ? KEEP_ALL : undefined,
    };
    const few = start({ rates: 0, policies: [many], spans });
    for (const statements of [50, 51]) {
      const page = few.tracer.startSpan('GET', HTTP, ROOT_CONTEXT);
      for (let n = 0; n < statements; n++) noteStatement(few, page, 1e6);
      page.end();
    }
    expect(reasons(few.local)).toEqual({ 'database policy': 51, 'http policy': 1 });
  });

  it('sees attributes, and its own share is the weight of what it keeps', () => {
    const half = thresholdOf(0.5);
    const odd: Policy = {
      name: 'odd pages',
      keep: ({ span: { attributes } }) => (Number(attributes['page']) % 2 === 1 ? half : undefined),
    };
    const run = playPages([odd], spans);
    expect(Object.keys(reasons(run.local))).toEqual(['http policy']);
    const kept = run.local.spans.length;
    expect(Math.abs(kept - PAGES / 4)).toBeLessThan(4 * Math.sqrt(PAGES / 8));
    expect(new Set(run.exported.spans.map((span) => span.spanContext().traceState?.get('ot')))).toEqual(
      new Set(['th:8']),
    );
  });

  it('that rejects is obeyed at rate 1, and leaves failures to the policies before it', () => {
    const never: Policy = {
      name: 'no renders',
      reason: 'rule',
      keep: ({ type }) => (type === 'render' ? REJECT_ALL : undefined),
    };
    const run = start({ rates: 1, policies: [never], spans });
    const page = run.tracer.startSpan('GET', HTTP, ROOT_CONTEXT);
    run.tracer.startSpan('render', RENDER, trace.setSpan(ROOT_CONTEXT, page)).end();
    fail(run.tracer.startSpan('render', RENDER, trace.setSpan(ROOT_CONTEXT, page))).end();
    page.end();
    expect(reasons(run.local)).toEqual({ 'render error': 1, 'http probability': 1 });
    expect(run.processor.counts().dropped).toMatchObject({ rule: 1, probability: 0 });
  });
});

describe.each(['own', 'stock'] as const)('a failure at rate 1 (%s)', (spans) => {
  it.each([false, true])('is never dropped where a success is kept, slow ones included: %s', (isSlow) => {
    const run = start({ rates: 1, exportRates: 1, spans });
    if (isSlow) {
      const { slowThresholdNanos } = run.state.settings;
      run.state.settings = {
        ...run.state.settings,
        slowThresholdNanos: { ...slowThresholdNanos, database: 0 },
      };
    }
    for (let i = 0; i < 6000; i++) {
      const page = run.tracer.startSpan('GET', HTTP, ROOT_CONTEXT);
      if (isSlow) noteStatement(run, page, 1000);
      (i % 2 === 0 && !isSlow ? fail(page) : page).end();
    }
    expect(run.processor.counts().dropped).toMatchObject({ storm: 0, probability: 0 });
    expect(run.local.spans).toHaveLength(isSlow ? 12_000 : 6000);
    expect(run.exported.spans).toHaveLength(isSlow ? 12_000 : 6000);
  });
});
