import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import type { TimeRange, TraceFilter, TraceTerm } from '../../../otel/query.ts';
import { HistoryFile } from '../../../otel/store/history-file.ts';
import { KeptTraces } from '../../../otel/store/kept-traces.ts';
import type { TraceArchive } from '../../../otel/store/kept-traces.ts';
import { NO_ATTRIBUTES } from '../../../otel/store/attribute-copy.ts';
import { NO_EVENTS } from '../../../otel/store/span-record.ts';
import type { SpanRecord } from '../../../otel/store/span-record.ts';
import { TraceRecord } from '../../../otel/store/trace-record.ts';
import { TraceRing } from '../../../otel/store/trace-ring.ts';
import type { Figure } from './figure.ts';

const TRACES_ON_DISK = 50_000;
const TRACES_IN_MEMORY = 1000;
const START_MILLIS = 1_767_225_600_000;
const APART_MILLIS = 2000;
const ROUNDS = 5;
const THRESHOLDS = { http: 1, database: 1, render: 0.25 };
const AGENT = 'Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0';
const QUERY =
  'SELECT id, slug, title, html, published_at FROM posts WHERE slug = ? AND published_at IS NOT NULL';

/** How long a list over a full history file takes, for every filter that the pages offer; the worst of them is the promise. */
export function measureHistoryLists(): readonly Figure[] {
  const folder = mkdtempSync(join(tmpdir(), 'glasshouse-bench-'));
  const file = new HistoryFile(Database, join(folder, 'history.sqlite'), { processId: 'bench', days: 30 });
  try {
    const ring = new TraceRing({ maxTraces: TRACES_IN_MEMORY, maxBytes: 2 ** 26, now: () => 0 });
    fill(file, ring);
    const lists = listsOf(new KeptTraces(ring, archiveOf(file)));
    const figures = Object.entries(lists).map(([what, list]): Figure => {
      list();
      const times = Array.from({ length: ROUNDS }, () => millisOf(list)).sort((a, b) => a - b);
      return { what: `50,000 traces on disk: ${what}`, value: times[ROUNDS >> 1]!, unit: 'ms', target: 50 };
    });
    return figures;
  } finally {
    file.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

function listsOf(kept: KeptTraces): Readonly<Record<string, () => unknown>> {
  const end = START_MILLIS + TRACES_ON_DISK * APART_MILLIS;
  const all = { fromMillis: START_MILLIS, toMillis: end + 60_000 };
  const hour = { fromMillis: end - 7_200_000, toMillis: end - 3_600_000 };
  const of = (filter: TraceFilter) => () => kept.list(filter);
  return {
    ...searchesOf(kept, all),
    'newest of all': of({ range: all }),
    'newest of an hour': of({ range: hour }),
    'how many of all': of({ range: all, limit: 0 }),
    'slowest requests': of({ range: all, type: 'http', sort: 'slowest' }),
    'slowest statements': of({ range: all, type: 'database', sort: 'slowest' }),
    'one series, slowest': of({ range: all, series: 'SELECT posts', sort: 'slowest' }),
    'status, reason, durations': of({
      range: all,
      status: 'ok',
      reason: 'probability',
      minMillis: 2,
      maxMillis: 15,
    }),
    'all of it and a type': of({
      range: all,
      type: 'database',
      status: 'ok',
      reason: 'probability',
      minMillis: 0.2,
      maxMillis: 0.3,
    }),
    '5,000 failures': () => kept.failures({ range: all, limit: 5000 }),
    '500 slow and 500 other traces': () =>
      kept.sample({ range: all, type: 'http', marked: 'slow', limit: 500 }, THRESHOLDS),
    'the same of one statement': () =>
      kept.sample(
        { range: all, type: 'database', series: 'SELECT posts', marked: 'either', limit: 500 },
        THRESHOLDS,
      ),
    'slow operations': () => kept.slow(THRESHOLDS, { range: all, limit: 200 }),
  };
}

/** As the page of traces asks, with the counts by value. */
function searchesOf(kept: KeptTraces, all: TimeRange): Readonly<Record<string, () => unknown>> {
  const of = (filter: TraceFilter) => () => kept.list(filter);
  const asked = (...terms: readonly TraceTerm[]) => of({ range: all, terms, facets: true });
  const text = (words: string): readonly TraceTerm[] =>
    words.split(' ').map((each) => ({ field: 'text', text: each }));
  return {
    'an address': asked({ field: 'address', paths: ['/2026/post-471'] }),
    'an address below': asked({ field: 'address', paths: ['/2026'], below: true }),
    'a word of all': asked(...text('firefox')),
    'three words, slowest': of({
      range: all,
      terms: text('get published_at firefox'),
      sort: 'slowest',
      facets: true,
    }),
    'a word of none': asked(...text('nowhere')),
    'a span id': asked(...text(spanIdOf(4711, 3))),
    'an attribute': asked({ field: 'attribute', key: 'http.response.status_code', text: '404' }),
    'an attribute of many': asked({ field: 'attribute', key: 'http.response.status_code', text: '200' }),
    'all, by value': asked(),
    'a route': asked({ field: 'route', text: '/:slug' }),
    'no route': asked({ field: 'route', text: '/:slug', negated: true }),
    'a class of status, not of bots': asked(
      { field: 'status', min: 400, max: 499 },
      { field: 'agent', text: 'bot', negated: true },
    ),
    'a text of the agent': asked({ field: 'agent', text: 'gecko' }),
    'a statement': asked({ field: 'statement', text: 'select posts' }),
    'a slow statement': asked({ field: 'duration', of: 'database', comparison: '>', millis: 0.9 }),
    'an error': asked({ field: 'error', text: 'TypeError' }),
    'many terms': asked(
      { field: 'route', text: '/:slug' },
      { field: 'method', text: 'GET' },
      { field: 'status', min: 200, max: 299 },
      { field: 'duration', of: 'trace', comparison: '>', millis: 6 },
      { field: 'statement', text: 'posts' },
      { field: 'agent', text: 'bot', negated: true },
      { field: 'text', text: 'firefox' },
      { field: 'text', text: 'nowhere', negated: true },
    ),
    'text, type, series, slowest': of({
      range: all,
      terms: text('get'),
      facets: true,
      type: 'database',
      series: 'SELECT posts',
      sort: 'slowest',
    }),
  };
}

function fill(file: HistoryFile, ring: TraceRing): void {
  for (let from = 0; from < TRACES_ON_DISK; from += 1000)
    file.transaction(() => {
      for (let i = from; i < from + 1000; i++) {
        const trace = traceOf(i);
        file.traces.save(trace, []);
        if (i >= TRACES_ON_DISK - TRACES_IN_MEMORY) ring.restore(trace, false);
      }
    });
}

/** A page of the blog: a request, four statements, a render; every tenth fails, every tenth is slow. */
function traceOf(i: number): TraceRecord {
  const trace = new TraceRecord(i.toString(16).padStart(32, '0'));
  const startMillis = START_MILLIS + i * APART_MILLIS;
  const failed = i % 10 === 3;
  const slow = i % 10 === 7;
  const wobble = (i * 7919) % 1000;
  const record = (number: number, sketch: Partial<SpanRecord>): SpanRecord => ({
    spanId: spanIdOf(i, number),
    parentSpanId: number === 0 ? undefined : spanIdOf(i, 0),
    localRoot: number === 0,
    name: 'GET /:slug',
    kind: number === 0 ? 'server' : 'internal',
    type: 'http',
    series: 'GET /:slug',
    scope: '@glasshouse/http',
    startMillis: startMillis + number,
    durationMillis: 5 + wobble / 100,
    status: 'unset',
    statusMessage: undefined,
    attributes: NO_ATTRIBUTES,
    events: NO_EVENTS,
    keepReason: 'probability',
    bytes: 500,
    ...sketch,
  });
  const request = record(0, {
    attributes: requestAttributes(i, wobble),
    ...(failed && {
      status: 'error' as const,
      keepReason: 'error' as const,
      statusMessage: `Broken by ${wobble}`,
    }),
    ...(slow && { keepReason: 'slow' as const, durationMillis: 1200 + wobble }),
  });
  const statements = [1, 2, 3, 4].map((number) => {
    const series = number === 1 ? 'SELECT posts' : `SELECT table_${(i + number) % 20}`;
    const attributes = [
      'db.system.name',
      'sqlite',
      'db.query.summary',
      series,
      'db.query.text',
      `${QUERY} -- ${series}`,
      'db.namespace',
      'blog.sqlite',
      'db.response.returned_rows',
      i % 9,
    ];
    return record(number, {
      name: series,
      series,
      type: 'database',
      durationMillis: ((i * 31 + number * 17) % 1000) / 1000,
      attributes,
    });
  });
  const render = record(5, {
    name: 'post',
    series: 'post',
    type: 'render',
    durationMillis: 1 + wobble / 1000,
    attributes: ['render.template', 'post', 'render.bytes', 9000 + wobble],
  });
  trace.append([request, ...statements, render], { droppedSpans: 0, truncated: false, remoteParent: false });
  return trace;
}

function requestAttributes(i: number, wobble: number): SpanRecord['attributes'] {
  return [
    'http.request.method',
    'GET',
    'url.scheme',
    'https',
    'url.path',
    `/2026/post-${wobble}`,
    'http.route',
    '/:slug',
    'http.response.status_code',
    i % 200 === 0 ? 404 : 200,
    'network.protocol.version',
    '1.1',
    'user_agent.original',
    AGENT,
    'server.address',
    'blog.example',
    'client.address',
    `203.0.113.${i % 250}`,
    'http.response.body.size',
    4000 + wobble,
    'operation.time_to_first_byte',
    wobble / 1e5,
  ];
}

function spanIdOf(trace: number, number: number): string {
  return createHash('sha1').update(`${trace} ${number}`).digest('hex').slice(0, 16);
}

function archiveOf({ traces, search, sample }: HistoryFile): TraceArchive {
  return {
    facts: () => undefined,
    saved: (traceId) => traces.get(traceId),
    pin: () => false,
    known: (traceIds) => search.known(traceIds),
    requests: (...asked) => search.requests(...asked),
    traces: (...asked) => search.traces(...asked),
    slow: (...asked) => search.slow(...asked),
    failures: (...asked) => search.failures(...asked),
    sample: (...asked) => sample.draw(...asked),
    spansOf: (traceId) => traces.unchecked(traceId),
  };
}

function millisOf(work: () => unknown): number {
  const before = performance.now();
  work();
  return performance.now() - before;
}
