import { describe, expect, it } from '@jest/globals';
import { type Context, ROOT_CONTEXT, SpanKind, trace } from '@opentelemetry/api';
import type { SampledTrace } from '../../../../otel/query.ts';
import { Guard } from '../../../../otel/base/guard.ts';
import { InProcessSpanExporter } from '../../../../otel/store/in-process-span-exporter.ts';
import { RedAggregator } from '../../../../otel/aggregate/red-aggregator.ts';
import { parseSamplingRules } from '../../../../otel/settings/sampling-rules.ts';
import { TraceRing } from '../../../../otel/store/trace-ring.ts';
import {
  type OverRepresentation,
  overRepresented,
} from '../../../../src/observatory/facts/over-represented.ts';
import { sinceStart } from '../../../../src/observatory/facts/time-range.ts';
import { seriesFacts } from '../../../../src/observatory/pages/series-facts.ts';
import { HistoryFolder } from '../../../otel/store/history-fixture.ts';
import { fakeAggregates, storeWith } from '../../../otel/store/store-fixture.ts';
import {
  FakeClock,
  fail,
  processorsOfEachTest,
  type Rates,
  remoteParent,
} from '../../../otel/sampling/processor-fixture.ts';
import { randomOf } from '../../../otel/sampling/random.ts';

function* readAtOnce<Sides>(sides: Sides): Generator<undefined, Sides> {
  yield;
  return sides;
}

const REQUESTS = 400;
const AGENTS = ['Firefox', 'Chrome', 'Safari', 'curl/8.1', 'Reeder/5', 'Googlebot/2.1'] as const;
const CAUSE_SHARE = 0.03;

type Cause = 'agent' | 'post' | 'cache';
const CAUSES = {
  agent: ['agent', 'SlowReader'],
  post: ['url.path', '/posts/heavy'],
  cache: ['cache.state', 'stale'],
} as const;

interface Traffic {
  readonly rates: Rates;
  readonly seed: number;
  /** Undefined: chance decides who is slow. */
  readonly cause?: Cause;
  readonly isFailing?: boolean;
  /** Share that the caller samples. */
  readonly upstream?: number;
  readonly rules?: string;
  readonly requests?: number;
  /** What slow requests take; beyond the threshold if not given. */
  readonly badMillis?: number;
}

const start = processorsOfEachTest();

/** Plays requests through the real sampling and aggregates into a ring. */
function play(ring: TraceRing, traffic: Traffic) {
  const { rates, seed, cause, isFailing = false, upstream, rules } = traffic;
  const { requests = REQUESTS, badMillis = 1500 } = traffic;
  const sinks = [new InProcessSpanExporter({ ring, guard: new Guard() })];
  const aggregates = new RedAggregator({
    clock: new FakeClock(),
    rates: () => ({ http: 1, database: 1, render: 1, other: 1 }),
  });
  const run = start({ rates, seed, sinks, aggregates, wholeTrace: true, spans: 'own' });
  if (rules !== undefined) run.state.settings = { ...run.state.settings, rules: parseSamplingRules(rules) };
  const words = randomOf(seed);
  const random = (): number => words() / 2 ** 32;
  const pick = <T>(of: readonly T[]): T => of[Math.floor(random() * random() * of.length)]!;
  for (let i = 0; i < requests; i++) {
    const isCause = random() < CAUSE_SHARE;
    const is = (what: Cause): boolean => isCause && cause === what;
    const isBad = random() < (cause === undefined ? 0.05 : isCause ? 0.8 : 0.006);
    const isPost = random() < 0.7;
    const attributes = {
      'http.request.method': random() < 0.95 ? 'GET' : 'HEAD',
      'http.route': isPost ? '/posts/:slug' : '/',
      'url.path': is('post')
        ? '/posts/heavy'
        : isPost
          ? `/posts/${Math.floor(random() * random() * 40)}`
          : '/',
      'user_agent.original': is('agent') ? 'SlowReader/1.0' : pick(AGENTS),
      'client.address': `192.0.2.${Math.floor(random() * 60)}`,
    };
    const parent: Context = upstream === undefined ? ROOT_CONTEXT : remoteParent(words, upstream);
    const request = run.tracer.startSpan('GET', { kind: SpanKind.SERVER, attributes }, parent);
    const within = trace.setSpan(ROOT_CONTEXT, request);
    const state = is('cache') ? 'stale' : random() < 0.8 ? 'hit' : 'miss';
    run.tracer.startSpan('cache', { attributes: { 'cache.state': state } }, within).end();
    run.clock.millis += isBad && !isFailing ? badMillis : 20;
    (isBad && isFailing ? fail(request) : request).end();
  }
  return run;
}

const RANGE = { fromMillis: 0, toMillis: 2 ** 45 };

function compared(
  ring: TraceRing,
  aggregates: RedAggregator,
  { isFailing = false, badMillis: slowMillis }: Traffic,
): OverRepresentation {
  const { store } = storeWith({ ring, aggregates });
  const marked = isFailing ? 'failed' : 'slow';
  return overRepresented(store, { range: RANGE, type: 'http', marked, slowMillis });
}

function found(traffic: Traffic): OverRepresentation {
  const ring = new TraceRing({ maxTraces: 2 * REQUESTS, maxBytes: 2 ** 26, now: () => 0 });
  const { aggregates } = play(ring, traffic);
  return compared(ring, aggregates, traffic);
}

function runs(count: number, traffic: Omit<Traffic, 'seed'>): readonly OverRepresentation[] {
  return Array.from({ length: count }, (_, index) => found({ ...traffic, seed: index + 1 }));
}

const isFirst = ({ rows }: OverRepresentation, cause: Cause): boolean =>
  rows[0]?.key === CAUSES[cause][0] && rows[0].value === CAUSES[cause][1];
const claims = (all: readonly OverRepresentation[]): number =>
  all.filter(({ rows }) => rows.length > 0).length;

describe('overRepresented', () => {
  it.each<[Cause, Rates]>([
    ['agent', 1],
    ['agent', 0.05],
    ['post', 1],
    ['post', 0.05],
    ['cache', 1],
    ['cache', 0.05],
  ])('names the %s behind 3 %% of the requests that made them slow first, at rate %p', (cause, rates) => {
    expect(runs(20, { rates, cause }).filter((run) => isFirst(run, cause)).length).toBeGreaterThanOrEqual(19);
  });

  it.each<[string, Omit<Traffic, 'seed'>]>([
    ['failures', { rates: 0.05, cause: 'agent', isFailing: true }],
    ['unequal rates', { rates: { http: 0.3, other: 0.1 }, cause: 'cache' }],
    ['a rate of requests alone', { rates: { http: 0.05 }, cause: 'cache' }],
    ['requests that are slow for their route alone', { rates: 1, cause: 'cache', badMillis: 80 }],
    ['a caller that samples a quarter', { rates: 0.1, cause: 'post', upstream: 0.25 }],
  ])('does so with %s', (_name, traffic) => {
    expect(runs(10, traffic).filter((run) => isFirst(run, traffic.cause!)).length).toBeGreaterThanOrEqual(9);
  });

  it('names it on the page of a route whose slow requests are far below the threshold', () => {
    const ring = new TraceRing({ maxTraces: 2 * REQUESTS, maxBytes: 2 ** 26, now: () => 0 });
    const { aggregates, clock } = play(ring, { rates: 1, cause: 'cache', seed: 4, badMillis: 80 });
    const { store } = storeWith({ ring, aggregates });
    const of = (name: string) => {
      const range = sinceStart(RANGE.fromMillis, clock.millis);
      return seriesFacts(store, 'http', name, { ...range, ...RANGE }, clock.millis);
    };
    const { over, slow, row } = of('GET /posts/:slug');
    expect(slow).toEqual({ millis: 2 * row!.durationMillis.p50, by: 'median' });
    expect(isFirst(over!, 'cache')).toBe(true);
    // Of few requests, the slowest would be slow.
    expect(row!.count).toBeGreaterThanOrEqual(100);
    expect([of('HEAD /').row!.count < 100, of('HEAD /').slow]).toEqual([
      true,
      { millis: 1000, by: 'threshold' },
    ]);
  });

  it('does so after a restart, with the same figures', () => {
    const folder = new HistoryFolder();
    const { ring, history } = folder.start({ maxTraces: 2 * REQUESTS });
    const traffic = { rates: 0.05, cause: 'agent', seed: 3 } as const;
    const { aggregates, clock } = play(ring, traffic);
    const before = compared(ring, aggregates, traffic);
    folder.clock.millis = clock.millis;
    history.close();
    // A small ring: most traces are read from the file.
    const after = folder.start({ maxTraces: 5 });
    const { store } = storeWith({ ring: after.ring, aggregates, archive: () => after.history });
    const again = overRepresented(store, { range: RANGE, type: 'http', marked: 'slow' });
    expect(isFirst(again, 'agent')).toBe(true);
    const figures = ({ marked, rest, unseen, compared, rows }: OverRepresentation) => [
      [marked, rest, unseen, compared],
      rows.map(({ example: _example, ...row }) => row),
    ];
    expect(figures(again)).toEqual(figures(before));
  });

  /** `count` requests of one cache state, each kept with this weight. */
  const sampled = (count: number, weight: number | undefined, state: string): SampledTrace[] =>
    Array.from({ length: count }, (_, i) => ({
      traceId: `${state}${weight}${i}`,
      spans: [
        {
          spanId: '1',
          parentSpanId: undefined,
          name: 'GET /',
          type: 'http',
          series: 'GET /:slug',
          startMillis: i,
          durationMillis: 2,
          status: 'unset',
          weight,
          attributes: ['cache.state', state],
          events: [],
        },
      ],
    }));

  /** Half of what is kept is read. */
  function comparedSample(counted: number, ruleTexts: readonly string[]): OverRepresentation {
    const { store } = storeWith({
      sampling: () => ({ ...storeWith().store.sampling(), ruleTexts }),
      aggregates: {
        ...fakeAggregates,
        series: (type, range) =>
          fakeAggregates.series(type, range).map((row) => ({ ...row, count: counted })),
      },
    });
    const side = (...all: SampledTrace[][]) => ({ traces: all.flat(), kept: 2 * all.flat().length });
    const marked = side(sampled(60, 1, 'stale'), sampled(40, 1, 'hit'), sampled(3, undefined, 'stale'));
    const rest = side(sampled(5, 20, 'stale'), sampled(45, 20, 'hit'), sampled(250, 1, 'hit'));
    const telemetry = Object.assign(store, { sampleTraces: () => readAtOnce({ marked, rest }) });
    return overRepresented(telemetry, { range: RANGE, type: 'http', marked: 'slow' });
  }

  it('counts every trace by its weight, and leaves out those without one', () => {
    const { rows, marked, rest, isRaised } = comparedSample(2700, []);
    expect(marked).toMatchObject({ traces: 100, unweighted: 3, kept: 206 });
    expect(rest).toMatchObject({ traces: 300, unweighted: 0, kept: 600, standFor: 2500 });
    expect(isRaised).toBe(false);
    const [row] = rows;
    expect(row).toMatchObject({ key: 'cache.state', value: 'stale' });
    expect([row?.marked.share, row?.rest.share, row?.ratio]).toEqual([0.6, 0.08, expect.closeTo(7.5)]);
    // ln 7.5 ± 1.96 √(1/60 - 1/100 + 1/5 - 1/62.5): fifty of weight 20 beside light ones are as certain as 62.5.
    expect([row?.ratioFrom, row?.ratioTo]).toEqual([expect.closeTo(3.19, 1), expect.closeTo(17.65, 1)]);
  });

  it('gives the ledger’s shares if only ordinary traces are lost, and names the version', () => {
    // Of 855 requests, 58 failed and 121 others had a slow statement, all by 0.2.0; of 676 ordinary ones 504 are left.
    const of = (count: number, state: string, version: string, isSlow: boolean): SampledTrace[] =>
      sampled(count, 1, state).map(({ traceId, spans: [span] }) => {
        const keepReason = isSlow ? 'slow' : 'probability';
        return { traceId, version, spans: [{ ...span!, keepReason }] };
      });
    const { store } = storeWith({
      aggregates: {
        ...fakeAggregates,
        series: (type, range) => fakeAggregates.series(type, range).map((row) => ({ ...row, count: 855 })),
      },
    });
    const marked = { traces: of(58, 'stale', '0.2.0', true), kept: 58 };
    const rest = {
      traces: [...of(121, 'stale', '0.2.0', true), ...of(504, 'hit', '0.1.0', false)],
      kept: 625,
    };
    const telemetry = Object.assign(store, { sampleTraces: () => readAtOnce({ marked, rest }) });
    const { rows, isRaised } = overRepresented(telemetry, { range: RANGE, type: 'http', marked: 'either' });
    expect(isRaised).toBe(true);
    const share = 121 / 797;
    expect(rows[0]?.rest.share).toBeCloseTo(share);
    expect(rows[0]?.ratio).toBeCloseTo(1 / share);
    expect([rows[0], ...(rows[0]?.also ?? [])].map((each) => each?.key)).toContain('version');
  });

  it('names no statement that draws the page of a failure', () => {
    const { store } = storeWith();
    const failing = (traceId: string): SampledTrace => {
      const at = {
        name: '',
        status: 'unset',
        weight: 1,
        durationMillis: 1,
        attributes: [],
        events: [],
      } as const;
      const child = { ...at, parentSpanId: '1', type: 'database' } as const;
      return {
        traceId,
        spans: [
          {
            ...at,
            spanId: '1',
            parentSpanId: undefined,
            type: 'http',
            series: 'GET /:slug',
            startMillis: 100,
            status: 'error',
            events: [{ name: 'exception', timeMillis: 101 }],
          },
          { ...child, spanId: '2', series: 'SELECT quotes', startMillis: 100.5 },
          { ...child, spanId: '3', series: 'SELECT menu', startMillis: 101.25 },
        ],
      };
    };
    const marked = { traces: Array.from({ length: 40 }, (_, index) => failing(`f${index}`)), kept: 40 };
    const rest = { traces: sampled(200, 1, 'hit'), kept: 200 };
    const telemetry = Object.assign(store, { sampleTraces: () => readAtOnce({ marked, rest }) });
    const { rows } = overRepresented(telemetry, { range: RANGE, type: 'http', marked: 'failed' });
    expect(rows.map(({ value }) => value)).toContain('SELECT quotes');
    expect(rows.map(({ value }) => value)).not.toContain('SELECT menu');
  });

  it('raises the weights if traces are missing, unless a rule may have dropped them', () => {
    const lost = comparedSample(20_200, []);
    expect(lost).toMatchObject({ isRaised: true, unseen: 0 });
    expect(lost.rest.standFor).toBeCloseTo(20_000);
    expect(lost.rows[0]).toMatchObject({ value: 'stale', rest: { share: expect.closeTo(0.08) } });
    const ruled = comparedSample(20_200, ['agent=*bot*: 0.001']);
    expect(ruled).toMatchObject({ isRaised: false, rows: [] });
    expect(ruled.unseen).toBeGreaterThan(15_000);
  });

  it('claims no lost trace, and raises no weight, while every kept request is held', () => {
    const all = runs(30, { rates: 0.25, requests: 300 });
    expect(all.map(({ isRaised }) => isRaised)).not.toContain(true);
    // Chance alone: some runs stand for more than was counted, others for less.
    const off = all.map(({ marked, rest, counted }) => marked.standFor + rest.standFor - counted);
    expect([off.some((each) => each > 0), off.some((each) => each < 0)]).toEqual([true, true]);
  });

  it.each<[number, string, Omit<Traffic, 'seed'>]>([
    [100, 'one rate', { rates: 0.05 }],
    [30, 'unequal rates', { rates: { http: 0.3, other: 0.05 } }],
    [30, 'a rule that keeps few of the posts', { rates: 1, rules: 'route=/posts/:slug: 0.02' }],
    [30, 'a rule that keeps next to none of them', { rates: 1, rules: 'route=/posts/:slug: 0.0001' }],
  ])('claims next to nothing in %i runs in which chance decided, with %s', (count, _name, traffic) => {
    expect(claims(runs(count, { ...traffic, requests: 300 }))).toBeLessThanOrEqual(count / 20);
  });
});
