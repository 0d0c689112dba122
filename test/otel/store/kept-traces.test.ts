import { beforeEach, describe, expect, it } from '@jest/globals';
import { fc } from '../../fixtures/properties.ts';
import { FACET_NAMES } from '../../../otel/query.ts';
import type {
  FacetName,
  OperationFilter,
  SampleFilter,
  TraceFacets,
  TraceFilter,
  TraceTerm,
} from '../../../otel/query.ts';
import { finished } from '../../../src/observatory/facts/shared-steps.ts';
import { KeptTraces } from '../../../otel/store/kept-traces.ts';
import { HistoryFolder } from './history-fixture.ts';
import { spanIdOf, spanRecord, START_MILLIS, traceIdOf, WHOLE } from './kept-span-fixture.ts';
import type { SpanSketch } from './kept-span-fixture.ts';

const THRESHOLDS = { http: 1, database: 0.5, render: 0.25 };

/** A span as sent by the test; the only one with `isRoot` of a trace comes first. */
type Sent = SpanSketch & {
  readonly spanId: string;
  readonly startMillis: number;
  readonly durationMillis: number;
};

/** What was sent, by trace, without code of the store. */
type Ledger = Map<number, readonly Sent[]>;

const endOf = (span: Sent): number => span.startMillis + span.durationMillis;
const typeOf = (span: Sent): string => span.type ?? 'http';
const reasonOf = (span: Sent): string => span.reason ?? 'probability';
const within = (millis: number, range: TraceFilter['range']): boolean =>
  range === undefined || (millis >= range.fromMillis && millis < range.toMillis);

const lower = (value: unknown): string => String(value ?? '').toLowerCase();
const isFailed = (span: Sent): boolean => span.failed === true;

function hasText(id: number, spans: readonly Sent[], text: string): boolean {
  const wanted = text.toLowerCase();
  return (
    (wanted.length >= 8 &&
      [traceIdOf(id), ...spans.map((span) => span.spanId)].some((each) => each.includes(wanted))) ||
    spans.some((span) =>
      [
        span.name,
        span.series ?? span.name,
        span.message,
        ...Object.entries(span.attributes ?? {}).flat(),
      ].some((each) => (typeof each === 'number' ? String(each) === wanted : lower(each).includes(wanted))),
    )
  );
}

/** What the request asked, said and got: its own attributes as the test wrote them. */
function asked(spans: readonly Sent[]) {
  const [root] = spans;
  const attributes = root?.attributes ?? {};
  const path = lower(attributes['url.path']);
  const agent = lower(attributes['user_agent.original']);
  return {
    route: root?.name?.split(' ')[1],
    method: attributes['http.request.method'],
    status: Number(attributes['http.response.status_code']),
    // The paths of this test have only these.
    path: path.replace('%c3%a9', 'é').replace(/(?<=.)\/$/, ''),
    query: String(attributes['url.query'] ?? '').split('&'),
    agent,
    family: agent === '' ? 'none' : agent.includes('bot') ? 'bot' : 'firefox',
    errors: [...new Set(spans.filter(isFailed).flatMap((span) => span.attributes?.['error.type'] ?? []))].map(
      String,
    ),
  };
}

function meetsTerm(id: number, spans: readonly Sent[], term: TraceTerm): boolean {
  const request = asked(spans);
  switch (term.field) {
    case 'text':
      return hasText(id, spans, term.text);
    case 'attribute':
      return spans.some((span) =>
        Object.entries(span.attributes ?? {}).some(
          ([key, value]) =>
            key === term.key &&
            (typeof value === 'number' || term.whole === true
              ? lower(value) === lower(term.text)
              : lower(value).includes(lower(term.text))),
        ),
      );
    case 'address': {
      const [path = ''] = term.paths.map(lower);
      return (
        (request.path === path || (term.below === true && request.path.startsWith(path))) &&
        (term.query ?? '').split('&').every((each) => each === '' || request.query.includes(each))
      );
    }
    case 'route':
      return term.begins === true
        ? request.route?.startsWith(term.text) === true
        : request.route === term.text;
    case 'method':
      return request.method === term.text;
    case 'status':
      return request.status >= term.min && request.status <= term.max;
    case 'error':
      return request.errors.includes(term.text);
    case 'version':
      // The processes of this test have none.
      return false;
    case 'failed':
      return spans.some(isFailed);
    case 'agent':
      return (
        request.family === term.text ||
        (term.text === 'bot' && request.family === 'none') ||
        request.agent.includes(`${term.text}/`)
      );
    case 'type':
      return spans.some((span) => typeOf(span) === term.type);
    case 'reason':
      return spans.some((span) => reasonOf(span) === term.reason);
    case 'statement':
      return spans.some(
        (span) => typeOf(span) === 'database' && lower(span.series).includes(lower(term.text)),
      );
    case 'duration': {
      const lengths =
        term.of === 'trace'
          ? [spans[0]!.durationMillis]
          : spans.filter((span) => typeOf(span) === term.of).map((span) => span.durationMillis);
      const longest = Math.max(...lengths);
      if (lengths.length === 0) return false;
      return term.comparison === '>' ? longest > term.millis : longest <= term.millis;
    }
  }
}

function expectedFacets(found: readonly (readonly Sent[])[]) {
  const valuesOf = (spans: readonly Sent[]): Record<FacetName, readonly string[]> => {
    const request = asked(spans);
    return {
      route: [request.route ?? ''],
      status: [`${String(request.status)[0]}xx`],
      method: [String(request.method)],
      agent: request.family === 'none' ? ['bot', 'none'] : [request.family],
      error: request.errors,
      reason: [...new Set(spans.map(reasonOf))],
    };
  };
  return Object.fromEntries(
    FACET_NAMES.map((name) => {
      const values = found.flatMap((spans) => valuesOf(spans)[name]);
      return [
        name,
        Object.fromEntries(
          [...new Set(values)].map((value) => [value, values.filter((each) => each === value).length]),
        ),
      ];
    }),
  );
}

function expectedTraces(ledger: Ledger, filter: TraceFilter) {
  const {
    type,
    series,
    status,
    reason,
    minMillis = -Infinity,
    maxMillis = Infinity,
    range,
    terms = [],
  } = filter;
  return [...ledger]
    .flatMap(([id, spans]) => {
      const root = spans[0]!;
      const isLong = (millis: number): boolean => millis >= minMillis && millis <= maxMillis;
      const wantsFailed = status === undefined ? undefined : status === 'error';
      let duration: number | undefined;
      if (type !== undefined || series !== undefined) {
        const longest = spans
          .filter((span) => type === undefined || typeOf(span) === type)
          .filter((span) => series === undefined || (span.series ?? span.name) === series)
          .filter((span) => reason === undefined || reasonOf(span) === reason)
          .filter((span) => wantsFailed === undefined || isFailed(span) === wantsFailed)
          .filter((span) => isLong(span.durationMillis) && within(endOf(span), range))
          .map((span) => span.durationMillis);
        duration = longest.length === 0 ? undefined : Math.max(...longest);
      } else {
        const first = Math.min(...spans.map((span) => span.startMillis));
        const last = Math.max(...spans.map(endOf));
        const fits =
          (range === undefined || (first < range.toMillis && last >= range.fromMillis)) &&
          (wantsFailed === undefined || spans.some(isFailed) === wantsFailed) &&
          (reason === undefined || spans.some((span) => reasonOf(span) === reason)) &&
          isLong(root.durationMillis);
        duration = fits ? root.durationMillis : undefined;
      }
      const hasTerms = terms.every((term) => meetsTerm(id, spans, term) !== (term.negated === true));
      return duration === undefined || !hasTerms ? [] : [{ id, duration, start: root.startMillis, spans }];
    })
    .sort((a, b) => (filter.sort === 'slowest' && b.duration - a.duration) || b.start - a.start);
}

function expectedOperations(
  ledger: Ledger,
  filter: OperationFilter,
  wanted: (span: Sent) => boolean,
): Sent[] {
  return [...ledger.values()]
    .flat()
    .filter(wanted)
    .filter((span) => filter.type === undefined || typeOf(span) === filter.type)
    .filter((span) => filter.series === undefined || (span.series ?? span.name) === filter.series)
    .filter((span) => within(endOf(span), filter.range));
}

function isSlow(span: Sent): boolean {
  if (reasonOf(span) === 'slow') return true;
  if (reasonOf(span) !== 'error' && reasonOf(span) !== 'late') return false;
  return span.durationMillis >= THRESHOLDS[typeOf(span) as keyof typeof THRESHOLDS] * 1000;
}

/** Number of spans by trace id. */
function expectedSides(ledger: Ledger, filter: SampleFilter) {
  const sides = { marked: new Map<string, number>(), rest: new Map<string, number>() };
  const { slowMillis } = filter;
  const isOverLimit = (span: Sent): boolean =>
    slowMillis === undefined ? isSlow(span) : span.durationMillis >= slowMillis;
  for (const [id, spans] of ledger) {
    const found = expectedOperations(new Map([[id, spans]]), filter, () => true);
    if (found.length === 0) continue;
    const failed = filter.marked !== 'slow' && found.some((span) => span.failed === true);
    const slow = filter.marked !== 'failed' && found.some(isOverLimit);
    const side = filter.marked !== 'none' && (failed || slow) ? 'marked' : 'rest';
    sides[side].set(traceIdOf(id), spans.length);
  }
  return sides;
}

const MARKED = ['slow', 'failed', 'either', 'none'] as const;
const SLOW_MILLIS = [undefined, 3, 250];
const ALL = { fromMillis: 0, toMillis: Infinity };
const PATHS = ['/2026/Glass', '/CAFÉ', '/caf%C3%A9/', '/100%', '/a_b', '/axb', "/it's", '/'];
const AGENTS = [undefined, 'Mozilla/5.0 Gecko/20100101 Firefox/145.0', 'Examplebot/1.0', 'Otherbot/2.0'];
const ERRORS = ['TypeError', 'SqliteError'];

const term: fc.Arbitrary<TraceTerm> = fc
  .tuple(
    fc.constantFrom<TraceTerm>(
      ...[
        'GLASS',
        'café',
        '404',
        '40',
        '100%',
        'a_b',
        "it's",
        'get',
        'select',
        'nowhere',
        'get /',
        spanIdOf(7001),
      ].map((text) => ({ field: 'text', text }) as const),
      { field: 'attribute', key: 'url.path', text: 'glass' },
      { field: 'attribute', key: 'url.path', text: 'glass', whole: true },
      { field: 'attribute', key: 'url.path', text: '/2026/GLASS', whole: true },
      { field: 'attribute', key: 'http.response.status_code', text: '404', whole: true },
      { field: 'attribute', key: 'http.response.status_code', text: '404' },
      { field: 'attribute', key: 'http.response.status_code', text: '40' },
      { field: 'attribute', key: 'café', text: 'x' },
      { field: 'address', paths: ['/2026/GLASS'] },
      { field: 'address', paths: ['/café'] },
      { field: 'address', paths: ['/2026/'], below: true },
      { field: 'address', paths: ['/2026/glass'], query: 'q=glass' },
      { field: 'route', text: '/' },
      { field: 'route', text: '/s', begins: true },
      { field: 'method', text: 'POST' },
      { field: 'status', min: 404, max: 404 },
      { field: 'status', min: 500, max: 999 },
      { field: 'error', text: 'TypeError' },
      { field: 'version', text: '3.1' },
      { field: 'failed' },
      { field: 'agent', text: 'bot' },
      { field: 'agent', text: 'none' },
      { field: 'agent', text: 'examplebot' },
      { field: 'reason', reason: 'late' },
      { field: 'type', type: 'render' },
      { field: 'type', type: 'other' },
      { field: 'statement', text: 'from POSTS' },
      { field: 'duration', of: 'trace', comparison: '>', millis: 100 },
      { field: 'duration', of: 'database', comparison: '>', millis: 3 },
      { field: 'duration', of: 'render', comparison: '<=', millis: 3 },
    ),
    fc.boolean(),
  )
  .map(([plain, negated]) => (negated ? { ...plain, negated } : plain));

const child = fc.record({
  type: fc.constantFrom('database' as const, 'render' as const),
  series: fc.constantFrom('SELECT id FROM posts', 'feed.rss', 'GET /'),
  durationMillis: fc.constantFrom(0.5, 3, 250, 600),
  failed: fc.boolean(),
  reason: fc.constantFrom('probability' as const, 'slow' as const, 'error' as const, 'late' as const),
});
const steps = fc.array(
  fc.oneof(
    {
      weight: 6,
      arbitrary: fc.record({
        do: fc.constant('add' as const),
        path: fc.constantFrom(...PATHS),
        query: fc.constantFrom(undefined, 'q=glass', 'page=2&q=glass'),
        route: fc.constantFrom('GET /', 'GET /search', 'POST /search'),
        agent: fc.constantFrom(...AGENTS),
        code: fc.constantFrom(200, 404, 500),
        error: fc.constantFrom(...ERRORS),
        durationMillis: fc.integer({ min: 0, max: 1500 }),
        failed: fc.boolean(),
        children: fc.array(child, { maxLength: 3 }),
      }),
    },
    { weight: 1, arbitrary: fc.record({ do: fc.constant('late' as const), of: fc.nat(20), child }) },
    {
      weight: 1,
      arbitrary: fc.record({ do: fc.constantFrom('restart' as const, 'kill' as const, 'flush' as const) }),
    },
    { weight: 1, arbitrary: fc.record({ do: fc.constant('pin' as const), of: fc.nat(20) }) },
  ),
  { minLength: 1, maxLength: 25 },
);
const optional = <T>(arbitrary: fc.Arbitrary<T>) =>
  fc.oneof({ weight: 2, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary });
const filters = fc.array(
  fc.record({
    type: optional(fc.constantFrom('http' as const, 'database' as const, 'render' as const)),
    series: optional(fc.constantFrom('GET /', 'SELECT id FROM posts', 'unknown')),
    reason: optional(fc.constantFrom('probability' as const, 'error' as const, 'slow' as const)),
    status: optional(fc.constantFrom('error' as const, 'ok' as const)),
    minMillis: optional(fc.constantFrom(0, 3, 100)),
    maxMillis: optional(fc.constantFrom(3, 250, 1000)),
    terms: optional(fc.array(term, { minLength: 1, maxLength: 3 })),
    facets: fc.boolean(),
    sort: fc.constantFrom('newest' as const, 'slowest' as const),
    limit: fc.constantFrom(1, 3, 100),
    range: optional(
      fc.tuple(fc.nat(8), fc.nat(8)).map(([from, length]) => ({
        fromMillis: START_MILLIS + from * 1000,
        toMillis: START_MILLIS + (from + length) * 1000 + 1,
      })),
    ),
  }),
  { minLength: 1, maxLength: 6 },
);

function plainFacets(facets: TraceFacets | undefined) {
  return Object.fromEntries(
    FACET_NAMES.map((name) => [
      name,
      Object.fromEntries((facets?.[name] ?? []).map(({ value, count }) => [value, count])),
    ]),
  );
}

/** Every id, from one page to the next. */
function pagedDown(kept: KeptTraces, filter: TraceFilter, total: number): readonly string[] {
  const ids: string[] = [];
  for (let page = kept.list(filter); ; page = kept.list({ ...filter, below: page.ends.last })) {
    expect([page.ahead, page.total]).toEqual([ids.length, total]);
    ids.push(...page.rows.map(({ traceId }) => traceId));
    if (page.ends === undefined) return ids;
  }
}

/** Every id but the last, from one page to the previous one. */
function pagedUp(kept: KeptTraces, filter: TraceFilter): readonly string[] {
  const last = kept.list({ ...filter, limit: 1000 }).ends?.last;
  if (last === undefined) return [];
  const ids: string[] = [];
  for (let page = kept.list({ ...filter, above: last }); ;) {
    const shown = page.rows.map(({ traceId }) => traceId);
    // The first page is full, whatever is above.
    const known = shown.indexOf(ids[0] ?? last.traceId);
    ids.unshift(...(known < 0 ? shown : shown.slice(0, known)));
    if (page.ahead === 0 || page.ends === undefined) return ids;
    page = kept.list({ ...filter, above: page.ends.first });
  }
}

describe('KeptTraces', () => {
  let place: HistoryFolder;
  beforeEach(() => {
    place = new HistoryFolder();
  });

  it('lists from memory and file what a plain list of the traces lists, through evictions, restarts and kills', () => {
    fc.assert(
      fc.property(steps, filters, fc.integer({ min: 1, max: 8 }), (all, asked, maxTraces) => {
        place.close();
        place = new HistoryFolder();
        let running = place.start({ maxTraces });
        let sent: Ledger = new Map();
        let written: Ledger = new Map();
        // At most one change is unwritten: nothing can be evicted before it is in the file.
        const write = (): void => {
          running.history.flush();
          written = new Map(sent);
        };
        for (const [id, step] of all.entries()) {
          if (step.do === 'add') {
            write();
            const root: Sent = {
              name: step.route,
              spanId: spanIdOf(id * 1000 + 1),
              startMillis: START_MILLIS + id * 1000,
              durationMillis: step.durationMillis + id / 64,
              attributes: {
                'http.request.method': step.route.split(' ')[0],
                'url.path': step.path,
                'http.response.status_code': step.code,
                ...(step.query !== undefined && { 'url.query': step.query }),
                ...(step.agent !== undefined && { 'user_agent.original': step.agent }),
                ...(step.failed && { 'error.type': step.error }),
              },
              ...(step.failed && { failed: true, reason: 'error' as const, message: 'Broken' }),
            };
            const children = step.children.map((each, i): Sent => ({
              ...each,
              name: each.series,
              spanId: spanIdOf(id * 1000 + 2 + i),
              parentSpanId: root.spanId,
              startMillis: root.startMillis + i,
            }));
            running.ring.add(traceIdOf(id), [root, ...children].map(spanRecord), {
              ...WHOLE,
              isContinued: false,
            });
            sent.set(id, [root, ...children]);
          } else if (step.do === 'late') {
            const spans = sent.get(step.of);
            if (spans === undefined) continue;
            write();
            const late: Sent = {
              ...step.child,
              name: step.child.series,
              spanId: spanIdOf(step.of * 1000 + 100 + id),
              parentSpanId: spans[0]!.spanId,
              startMillis: spans[0]!.startMillis + 5,
            };
            running.ring.add(traceIdOf(step.of), [spanRecord(late)], { ...WHOLE, isContinued: true });
            sent.set(step.of, [...spans, late]);
          } else if (step.do === 'pin') running.ring.pin(traceIdOf(step.of), true);
          else if (step.do === 'flush') write();
          else {
            if (step.do === 'restart') {
              running.history.close();
              written = new Map(sent);
            }
            sent = new Map(written);
            running = place.start({ maxTraces });
          }
        }
        const kept = new KeptTraces(running.ring, running.history);
        for (const [number, filter] of (asked as readonly TraceFilter[]).entries()) {
          const expected = expectedTraces(sent, filter);
          const { rows, total, facets } = kept.list(filter);
          if (filter.facets === true)
            expect({ filter, facets: plainFacets(facets) }).toEqual({
              filter,
              facets: expectedFacets(expected.map(({ spans }) => spans)),
            });
          expect({ filter, total, rows: rows.map((row) => [row.traceId, row.spanCount]) }).toEqual({
            filter,
            total: expected.length,
            rows: expected.slice(0, filter.limit).map(({ id, spans }) => [traceIdOf(id), spans.length]),
          });
          const ids = expected.map(({ id }) => traceIdOf(id));
          expect({ filter, ids: pagedDown(kept, filter, ids.length) }).toEqual({ filter, ids });
          expect({ filter, ids: pagedUp(kept, filter) }).toEqual({ filter, ids: ids.slice(0, -1) });
          const failed = expectedOperations(sent, filter, (span) => span.failed === true);
          const failures = kept.failures({ ...filter, limit: 5000 });
          expect(failures.total).toBe(failed.length);
          expect(failures.rows.map((row) => row.spanId).sort()).toEqual(
            failed.map((span) => span.spanId).sort(),
          );
          const ends = failed.map(endOf).toSorted((a, b) => a - b);
          const newestSince = ends.filter((_, place) => place % 3 === 1);
          const newest = kept.failures({ ...filter, limit: 5000, newestSince });
          expect(newest.total).toBe(failed.length);
          expect(newest.rows.map((row) => Math.round(row.startMillis + row.durationMillis))).toEqual(
            [...new Set(newestSince)]
              .map((since, place, all) =>
                Math.round(ends.findLast((end) => end >= since && end < (all[place + 1] ?? Infinity)) ?? NaN),
              )
              .toReversed(),
          );
          const wasSlow = expectedOperations(sent, filter, isSlow);
          const marked = MARKED[number % MARKED.length]!;
          const { range = ALL, type = 'http', series, limit = 1 } = filter;
          const slowMillis = SLOW_MILLIS[(number + sent.size) % SLOW_MILLIS.length];
          const drawing = { range, type, series, marked, slowMillis, limit };
          const sides = expectedSides(sent, drawing);
          const drawn = finished(kept.sample(drawing, THRESHOLDS));
          for (const side of ['marked', 'rest'] as const) {
            const { traces } = drawn[side];
            expect(drawn[side].kept).toBe(sides[side].size);
            expect(traces).toHaveLength(Math.min(limit, sides[side].size));
            for (const { traceId, spans } of traces) expect(spans).toHaveLength(sides[side].get(traceId)!);
          }
          const slow = kept.slow(THRESHOLDS, { ...filter, limit: 2 });
          expect(slow.total).toBe(wasSlow.length);
          expect(slow.rows.map((row) => row.durationMillis)).toEqual(
            wasSlow
              .map((span) => span.durationMillis)
              .sort((a, b) => b - a)
              .slice(0, 2),
          );
        }
        expect(running.guard.faults()).toEqual([]);
      }),
      { numRuns: 120 },
    );
  });
});
