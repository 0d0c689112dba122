import { afterAll, afterEach, describe, expect, it } from '@jest/globals';
import { type Attributes, ROOT_CONTEXT, type Span, SpanKind, trace } from '@opentelemetry/api';
import { fc } from '../../fixtures/properties.ts';
import { OPERATION_TYPES, type OperationType } from '../../../otel/query.ts';
import { NO_RULES } from '../../../otel/settings/sampling-rule.ts';
import { parseSamplingRules } from '../../../otel/settings/sampling-rules.ts';
import { fail, settingsOf, startProcessor } from './processor-fixture.ts';

type Mode = 'own' | 'stock';
type Run = ReturnType<typeof startProcessor>;
const started: Run[] = [];
const stop = async (): Promise<void> => {
  await Promise.all(started.splice(0).map(({ processor }) => processor.shutdown()));
};

interface Sketch {
  readonly type: OperationType;
  readonly failed: boolean;
  readonly seconds: number;
  readonly tier: string | undefined;
  /** Number of the parent operation, which precedes it. */
  readonly parent: number;
}
interface TraceSketch {
  readonly route: string | undefined;
  readonly status: number;
  readonly agent: string | undefined;
  readonly operations: readonly Sketch[];
}
interface Wish {
  readonly route?: string | undefined;
  readonly status?: string | undefined;
  readonly agent?: string | undefined;
  readonly type?: OperationType | undefined;
  readonly seconds?: number | undefined;
  readonly tier?: string | undefined;
  readonly action: string;
}

const maybe = <T>(...values: readonly T[]) =>
  fc.oneof(
    { weight: 2, arbitrary: fc.constant(undefined) },
    { weight: 1, arbitrary: fc.constantFrom(...values) },
  );
const wishes = fc.record({
  route: maybe('/feed*', '/feed.rss', '/', 'unknown paths', '*s', '*'),
  status: maybe('200', '2xx', '5xx', '404'),
  agent: maybe('bot', 'Mozilla'),
  type: maybe(...OPERATION_TYPES),
  seconds: maybe(0.1, 0.2),
  tier: maybe('gold', '*'),
  action: fc.constantFrom('0', '0.25', '0.5', '1', 'always', 'never', 'target 1000000'),
});
const traces = fc.record({
  route: maybe('/feed.rss', '/feed.atom', '/', '/posts'),
  status: fc.constantFrom(200, 204, 404, 500),
  agent: maybe('Mozilla/5.0', 'a robot', 'BotMaster'),
  operations: fc.array(
    fc.record({
      type: fc.constantFrom(...OPERATION_TYPES),
      failed: fc.integer({ min: 0, max: 6 }).map((n) => n === 0),
      seconds: fc.constantFrom(0.05, 0.1, 0.24),
      tier: maybe('gold', 'free'),
      parent: fc.nat(),
    }),
    { minLength: 1, maxLength: 6 },
  ),
});

function textOf({ route, status, agent, type, seconds, tier, action }: Wish): string {
  const words = [
    route !== undefined && `route=${JSON.stringify(route)}`,
    status !== undefined && `status=${status}`,
    agent !== undefined && `user_agent~${agent}`,
    type !== undefined && `type=${type}`,
    seconds !== undefined && `duration>=${seconds}`,
    tier !== undefined && `attribute.tier=${tier}`,
  ].filter((word) => word !== false);
  return `${words.length === 0 ? '*' : words.join(' ')}: ${action}`;
}

/** Leaves out rules that can never match, because they are an error. */
function readable(all: readonly Wish[]): readonly Wish[] {
  let kept: readonly Wish[] = [];
  for (const wish of all) {
    try {
      parseSamplingRules([...kept, wish].map(textOf).join('\n'));
      kept = [...kept, wish];
    } catch {
      // Skipped.
    }
  }
  return kept;
}

/** Reference: the action of the first matching rule. */
function ruled(
  rules: readonly Wish[],
  { route = 'unknown paths', status, agent = '', operations }: TraceSketch,
  at: number,
) {
  const isRequest = operations[0]!.type === 'http';
  const { type, seconds, tier } = operations[at]!;
  const like = (glob: string, value: string): boolean =>
    new RegExp(`^${glob.replaceAll('.', '\\.').replaceAll('*', '.*')}$`).test(value);
  return rules.find(
    (rule) =>
      (isRequest || (rule.route ?? rule.status ?? rule.agent) === undefined) &&
      (rule.route === undefined || like(rule.route, route)) &&
      (rule.status === undefined || like(rule.status.replace('xx', '*'), String(status))) &&
      (rule.agent === undefined || agent.toLowerCase().includes(rule.agent.toLowerCase())) &&
      (rule.type === undefined || rule.type === type) &&
      (rule.seconds === undefined || seconds >= rule.seconds) &&
      (rule.tier === undefined || (tier !== undefined && like(rule.tier, tier))),
  )?.action;
}

function reasonOf(
  action: string | undefined,
  failed: boolean,
  rate: number,
  randomness: number,
): string | undefined {
  if (action === 'always') return 'rule';
  if (action === 'never') return undefined;
  if (failed) return 'error';
  const share = action === undefined ? rate : action.startsWith('target') ? 1 : Number(action);
  if (randomness < 1 - share) return undefined;
  return action === undefined ? 'probability' : 'rule';
}

const KINDS: Readonly<Record<OperationType, SpanKind>> = {
  http: SpanKind.SERVER,
  database: SpanKind.CLIENT,
  render: SpanKind.INTERNAL,
  other: SpanKind.INTERNAL,
};

function attributesOf({ route, status, agent }: TraceSketch, { type, tier }: Sketch): Attributes {
  const known: Attributes = { ...(tier !== undefined && { tier }) };
  if (type === 'http')
    return {
      ...known,
      'http.request.method': 'GET',
      'http.response.status_code': status,
      ...(route !== undefined && { 'http.route': route }),
      ...(agent !== undefined && { 'user_agent.original': agent }),
    };
  if (type === 'database') return { ...known, 'db.system.name': 'sqlite', 'db.query.text': 'SELECT 1' };
  return type === 'render' ? { ...known, 'render.template': 'post' } : known;
}

/** Children end before their parents; returns the trace's randomness, 0–1, and the span ids. */
function play(
  { tracer }: Run,
  sketch: TraceSketch,
): { readonly randomness: number; readonly ids: readonly string[] } {
  const spans: Span[] = [];
  for (const [i, operation] of sketch.operations.entries()) {
    const parent = i === 0 ? ROOT_CONTEXT : trace.setSpan(ROOT_CONTEXT, spans[operation.parent % i]!);
    const attributes = attributesOf(sketch, operation);
    const span = tracer.startSpan(
      `span ${i}`,
      { kind: KINDS[operation.type], startTime: [10, 0], attributes },
      parent,
    );
    spans.push(operation.failed ? fail(span) : span);
  }
  for (const [i, span] of [...spans.entries()].toReversed())
    span.end([10, sketch.operations[i]!.seconds * 1e9]);
  const { traceId } = spans[0]!.spanContext();
  return {
    randomness: parseInt(traceId.slice(18), 16) / 2 ** 56,
    ids: spans.map((span) => span.spanContext().spanId),
  };
}

const keptOf = ({ spans }: Run['local']): Record<string, string> =>
  Object.fromEntries(
    spans.filter(({ keepReason }) => keepReason !== 'ancestor').map((span) => [span.spanId, span.keepReason]),
  );

describe.each<Mode>(['own', 'stock'])('rules (%s)', (spans) => {
  const run = startProcessor({ rates: 1, exportRates: 1, spans, limits: { maxMustKeepSpansPerSecond: 1e6 } });
  afterAll(() => run.processor.shutdown());

  it('agree with the reference, five hundred random sets of them, in the process and for export', () => {
    let matched = 0;
    fc.assert(
      fc.property(
        fc.array(wishes, { maxLength: 7 }),
        fc.array(traces, { minLength: 1, maxLength: 6 }),
        fc.constantFrom(0, 0.5, 1),
        (all, played, rate) => {
          const rules = readable(all);
          const before = new Map(run.processor.tally().named());
          run.state.settings = {
            ...settingsOf(rate),
            rules: parseSamplingRules(rules.map(textOf).join(';') || 'none'),
          };
          for (const sketch of played) {
            run.local.batches.length = run.exported.batches.length = 0;
            const { randomness, ids } = play(run, sketch);
            const expected: Record<string, string> = {};
            const exported: Record<string, string> = {};
            const ofTrace = reasonOf(ruled(rules, sketch, 0), false, rate, randomness);
            for (const [i, { failed }] of sketch.operations.entries()) {
              const action = ruled(rules, sketch, i);
              if (action !== undefined) matched++;
              const reason = reasonOf(action, failed, rate, randomness);
              if (reason !== undefined) expected[ids[i]!] = reason;
              const own = reasonOf(action, failed, 0, -1);
              const outward = action === 'never' ? undefined : (own ?? ofTrace);
              if (outward !== undefined) exported[ids[i]!] = outward;
            }
            expect([keptOf(run.local), keptOf(run.exported)]).toEqual([expected, exported]);
          }
          // One expectation for all: the tally has the rules of every set before.
          const tally = [...run.processor.tally().named()];
          expect(tally.filter(([, { seen, kept, dropped }]) => kept + dropped !== seen)).toEqual([]);
          const added = tally.map(([name]) => name).filter((name) => !before.has(name));
          expect([...run.state.settings.rules.map(({ text }) => text), 'other rules']).toEqual(
            expect.arrayContaining(added),
          );
          const { started: begun, live, kept, dropped } = run.processor.counts();
          const sum = [kept, dropped].flatMap((each) => Object.values(each)).reduce((a, b) => a + b, live);
          expect(sum).toBe(begun);
        },
      ),
      { numRuns: 500 },
    );
    expect(matched).toBeGreaterThan(500);
  });
});

const HTTP = (route: string, status = 200): { kind: SpanKind; attributes: Attributes } => ({
  kind: SpanKind.SERVER,
  attributes: { 'http.request.method': 'GET', 'http.route': route, 'http.response.status_code': status },
});

describe.each<Mode>(['own', 'stock'])('a rule (%s)', (spans) => {
  afterEach(stop);
  const start = (rules: string, options: Partial<Parameters<typeof startProcessor>[0]> = {}): Run => {
    const run = startProcessor({ rates: 1, exportRates: 1, spans, ...options });
    run.state.settings = { ...run.state.settings, rules: parseSamplingRules(rules) };
    started.push(run);
    return run;
  };
  const page = ({ tracer }: Run, route: string, status?: number): Span =>
    tracer.startSpan('GET', HTTP(route, status), ROOT_CONTEXT);
  const inside = ({ tracer }: Run, parent: Span, name = 'job'): Span =>
    tracer.startSpan(name, {}, trace.setSpan(ROOT_CONTEXT, parent));

  it('never drops even what failed, with all of its trace', () => {
    const run = start('route=/health: never');
    for (const route of ['/health', '/']) {
      const root = page(run, route, 500);
      fail(inside(run, root)).end();
      fail(root).end();
    }
    expect(run.local.spans.map(({ keepReason }) => keepReason)).toEqual(['error', 'error']);
    expect(run.exported.spans).toHaveLength(2);
    expect(run.processor.sampling().named).toEqual([
      { name: 'route=/health: never', seen: 2, kept: 0, dropped: 2 },
    ]);
    expect(run.processor.counts().dropped).toMatchObject({ rule: 2, probability: 0, storm: 0 });
  });

  it('always is exempt from the storm budget, and each span records which rule kept it', () => {
    const run = start('status=5xx: always', {
      rates: 0,
      exportRates: 0,
      limits: { maxMustKeepSpansPerSecond: 10 },
    });
    for (let i = 0; i < 1000; i++) fail(page(run, '/', 503)).end();
    expect(run.local.spans).toHaveLength(1000);
    expect(new Set(run.local.spans.map(({ keepReason, keptBy }) => `${keepReason} ${keptBy}`))).toEqual(
      new Set(['rule status=5xx: always']),
    );
    for (const span of run.exported.spans) expect(span.spanContext().traceState?.get('ot')).toBe('th:0');
    expect(run.exported.spans).toHaveLength(1000);
  });

  it('with a rate is the weight of what it matches, and must-keep spans are kept in addition', () => {
    const run = start('route=/feed* type=http: 0.25; type=other: 0.25');
    for (let i = 0; i < 2000; i++) {
      const root = page(run, '/feed.rss');
      (i % 10 === 0 ? fail(inside(run, root)) : inside(run, root)).end();
      root.end();
    }
    const weights = run.exported.spans.map(
      (span) => `${span.keepReason} ${span.spanContext().traceState?.get('ot')}`,
    );
    expect([...new Set(weights)].toSorted()).toEqual(['ancestor undefined', 'error th:0', 'rule th:c']);
    const kept = run.local.spans.filter(
      ({ keepReason, operationType }) => keepReason === 'rule' && operationType === 'http',
    );
    expect(Math.abs(kept.length - 500)).toBeLessThan(4 * Math.sqrt(2000 * 0.25 * 0.75));
  });

  it('about the request applies to late spans, even if nothing was kept', () => {
    const run = start('route=/quiet: 0; route=/loud: always', { rates: 0.5 });
    const reasonsOfLate = (route: string): unknown[] => {
      const root = page(run, route);
      const late = inside(run, root, 'late');
      const later = inside(run, root, 'later');
      root.end();
      run.clock.millis += 5000;
      run.processor.decideOverdue();
      run.local.batches.length = run.exported.batches.length = 0;
      // Whatever changes meanwhile.
      run.state.settings = { ...run.state.settings, rules: NO_RULES, rates: settingsOf(1).rates };
      late.end();
      later.end();
      return [run.local, run.exported].map(({ spans: kept }) => kept.map(({ keepReason }) => keepReason));
    };
    expect(reasonsOfLate('/quiet')).toEqual([[], []]);
    run.state.settings = { ...run.state.settings, rules: parseSamplingRules('route=/loud: always') };
    expect(reasonsOfLate('/loud')).toEqual([
      ['rule', 'rule'],
      ['rule', 'rule'],
    ]);
  });

  it('reads headers if a span has them', () => {
    const run = start('header.X-Tenant=acme: always; *: 0');
    for (const tenant of ['acme', 'other', undefined]) {
      const { kind, attributes } = HTTP('/');
      const header = tenant === undefined ? {} : { 'http.request.header.x-tenant': [tenant] };
      run.tracer.startSpan('GET', { kind, attributes: { ...attributes, ...header } }, ROOT_CONTEXT).end();
    }
    expect(run.local.spans).toHaveLength(1);
  });

  it('that throws keeps the trace, and is reported', () => {
    const run = start('attribute.tier=gold: never; *: 0');
    const root = page(run, '/');
    root.end();
    run.processor.onStart(root as Parameters<typeof run.processor.onStart>[0], ROOT_CONTEXT);
    run.processor.onEnd(
      new Proxy(root, {
        get: (span, key) => {
          if (key === 'attributes') throw new Error('no attributes');
          return Reflect.get(span, key) as unknown;
        },
      }) as unknown as Parameters<typeof run.processor.onEnd>[0],
    );
    expect(run.guard.faults().map(({ place }) => place)).toContain('classification');
    expect(run.local.spans).toHaveLength(1);
  });
});
