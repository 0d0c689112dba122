import { describe, expect, it } from '@jest/globals';
import { ROOT_CONTEXT, SpanKind, trace } from '@opentelemetry/api';
import { Guard } from '../../../../otel/base/guard.ts';
import { InProcessSpanExporter } from '../../../../otel/store/in-process-span-exporter.ts';
import { RedAggregator } from '../../../../otel/aggregate/red-aggregator.ts';
import { TraceRing } from '../../../../otel/store/trace-ring.ts';
import {
  type OverRepresentation,
  overRepresented,
} from '../../../../src/observatory/facts/over-represented.ts';
import { overSentence } from '../../../../src/observatory/sentences/over-sentence.ts';
import { storeWith } from '../../../otel/store/store-fixture.ts';
import {
  FakeClock,
  fail,
  processorsOfEachTest,
  type Rates,
} from '../../../otel/sampling/processor-fixture.ts';
import { randomOf } from '../../../otel/sampling/random.ts';

/** Few enough that all are read. */
const REQUESTS = 480;
const RANGE = { fromMillis: 0, toMillis: 2 ** 45 };
/** How a failure becomes known: its exception on the request and on the span that failed, on the request alone, or nowhere. */
type Known = 'both' | 'request' | 'nowhere';

/** What was sent: requests of each side that have a value, as `template guestbook`. */
class Ledger {
  readonly #of = { marked: new Map<string, number>(), rest: new Map<string, number>() };
  readonly all = { marked: 0, rest: 0 };

  note(side: 'marked' | 'rest', values: ReadonlySet<string>): void {
    this.all[side]++;
    for (const value of values) this.#of[side].set(value, (this.#of[side].get(value) ?? 0) + 1);
  }

  share(side: 'marked' | 'rest', value: string): number {
    return (this.#of[side].get(value) ?? 0) / this.all[side];
  }
}

const start = processorsOfEachTest();

/**
 * Readers of two pages. The guest book fails in its rendering, most often for one entry; whatever fails draws an error page. Every page has inner spans,
 * failed or not.
 */
function blog(known: Known, rates: Rates = 1) {
  const ring = new TraceRing({ maxTraces: 2 * REQUESTS, maxBytes: 2 ** 26, now: () => 0 });
  const clock = new FakeClock();
  const byType = { http: 1, database: 1, render: 1, other: 1 };
  const aggregates = new RedAggregator({ clock, rates: () => byType });
  const sinks = [new InProcessSpanExporter({ ring, guard: new Guard() })];
  const run = start({ rates, seed: 5, sinks, aggregates, wholeTrace: true, spans: 'own' });
  const words = randomOf(5);
  const chance = (share: number): boolean => words() / 2 ** 32 < share;
  const ledgers = { all: new Ledger(), guestbook: new Ledger() };
  for (let i = 0; i < REQUESTS; i++) {
    const page = chance(0.5) ? 'guestbook' : 'post';
    const entry = page === 'guestbook' && chance(0.2) ? 'broken' : 'whole';
    const isBad = page === 'guestbook' && chance(entry === 'broken' ? 0.9 : 0.02);
    const values = new Set([`route GET /${page}`, `template ${page}`, `entry ${entry}`, 'operation sign']);
    const note = (): void => {
      ledgers.all.note(isBad ? 'marked' : 'rest', values);
      if (page === 'guestbook') ledgers.guestbook.note(isBad ? 'marked' : 'rest', values);
    };
    const attributes = { 'http.request.method': 'GET', 'http.route': `/${page}` };
    const request = run.tracer.startSpan('GET', { kind: SpanKind.SERVER, attributes });
    const within = trace.setSpan(ROOT_CONTEXT, request);
    const inner = (name: string, more: Record<string, string>) =>
      run.tracer.startSpan(name, { attributes: more }, within);
    inner('sign', { entry }).end();
    run.clock.millis += 1;
    const drawing = inner(`render ${page}`, { 'render.template': page });
    run.clock.millis += 1;
    if (isBad) {
      if (known === 'both') drawing.recordException(new TypeError('no name'));
      fail(drawing).setAttribute('error.type', 'TypeError');
    }
    drawing.end();
    if (isBad && known !== 'nowhere') request.recordException(new TypeError('no name'));
    run.clock.millis += 1;
    if (isBad) inner('render error', { 'render.template': 'error' }).end();
    request.setAttribute('http.status_code', isBad ? 500 : 200);
    if (isBad) fail(request).setAttribute('error.type', '500');
    request.end();
    note();
  }
  const { store } = storeWith({ ring, aggregates });
  const sampling = { ...store.sampling(), rates: { ...byType, ...(typeof rates === 'object' && rates) } };
  return { ledgers, telemetry: Object.assign(store, { sampling: () => sampling }) };
}

const claimed = ({ rows }: OverRepresentation) =>
  rows.flatMap(({ key, value, also, marked, rest, ratio }) =>
    [{ key, value }, ...also].map((each) => ({
      value: `${each.key} ${each.value}`,
      marked: marked.share,
      rest: rest.share,
      isAbsent: ratio === undefined,
    })),
  );
/** They follow from what was sent, and are not in the ledger. */
const DERIVED = /^(?:hour|process|http\.request\.method) /;

describe.each<Known>(['both', 'request', 'nowhere'])('what failures have, of exceptions on %s', (known) => {
  it.each(['all', 'guestbook'] as const)('is what was sent on both sides: %s', (of) => {
    const { ledgers, telemetry } = blog(known);
    const series = of === 'all' ? undefined : 'GET /guestbook';
    const facts = overRepresented(telemetry, { range: RANGE, type: 'http', marked: 'failed', series });
    const ledger = ledgers[of];
    expect([facts.marked.standFor, facts.rest.standFor]).toEqual([ledger.all.marked, ledger.all.rest]);
    const rows = claimed(facts).filter(({ value }) => !DERIVED.test(value));
    for (const { value, marked, rest, isAbsent } of rows) {
      const sent = [ledger.share('marked', value), ledger.share('rest', value)];
      expect([value, marked, rest]).toEqual([value, ...sent.map((share) => expect.closeTo(share))]);
      expect([value, isAbsent]).toEqual([value, sent[1] === 0]);
    }
    const values = rows.map(({ value }) => value);
    expect(values).toContain('entry broken');
    // Every page of that route renders it, failed or not; beside other routes it is as frequent as the route.
    expect(values.includes('template guestbook')).toBe(of === 'all');
    expect(values.join()).not.toMatch(/error|status/);
    const words = { all: 'failed requests', short: 'failed' };
    const said = overSentence(facts, words, () => '', 0)
      .map(({ text }) => text)
      .join('');
    expect(said).not.toContain('none of the rest');
  });
});

it('calls nothing absent that a rate of 0 kept of failed requests alone', () => {
  const { telemetry } = blog('both', { render: 0, other: 0 });
  const facts = overRepresented(telemetry, {
    range: RANGE,
    type: 'http',
    marked: 'failed',
    series: 'GET /guestbook',
  });
  expect(facts.marked.traces).toBeGreaterThan(30);
  expect(claimed(facts).filter(({ isAbsent }) => isAbsent)).toEqual([]);
});
