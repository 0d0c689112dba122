import type { OperationType, SpanRow, TraceDetail } from '../../../../otel/query.ts';

interface SpanSketch {
  readonly name: string;
  readonly type: OperationType;
  /** Offset from the trace's start and length, in milliseconds. */
  readonly at: number;
  readonly millis: number;
  readonly parent?: number;
  readonly attributes?: SpanRow['attributes'];
  readonly events?: readonly {
    readonly name: string;
    readonly at: number;
    readonly attributes?: SpanRow['attributes'];
  }[];
  readonly error?: string;
  readonly percentile?: number;
  readonly keepReason?: SpanRow['keepReason'];
}

const KIND: Record<OperationType, SpanRow['kind']> = {
  http: 'server',
  database: 'client',
  render: 'internal',
  other: 'internal',
};

/** Makes a trace detail of sketched spans; parents are indices into the sketch. */
export function sketchTrace(
  traceId: string,
  startMillis: number,
  spans: readonly SpanSketch[],
  more: Partial<TraceDetail> = {},
): TraceDetail {
  const spanIdOf = (index: number): string => `${traceId.slice(0, 12)}${String(index).padStart(4, '0')}`;
  const rows = spans.map((span, index): SpanRow => ({
    spanId: spanIdOf(index),
    parentSpanId: index === 0 ? undefined : spanIdOf(span.parent ?? 0),
    name: span.name,
    kind: KIND[span.type],
    type: span.type,
    series: span.name,
    scope: `@opentelemetry/instrumentation-${span.type}`,
    startMillis: startMillis + span.at,
    durationMillis: span.millis,
    status: span.error === undefined ? 'unset' : 'error',
    statusMessage: span.error,
    attributes: span.attributes ?? {},
    events: (span.events ?? []).map((event) => ({
      name: event.name,
      timeMillis: startMillis + event.at,
      attributes: event.attributes ?? {},
    })),
    links: [],
    keepReason: span.keepReason ?? (span.error === undefined ? 'probability' : 'error'),
    percentile: span.percentile ?? 0.5,
  }));
  const root = rows[0]!;
  const status = root.attributes['http.response.status_code'];
  return {
    traceId,
    name: root.name,
    type: root.type,
    series: root.series,
    startMillis,
    durationMillis: root.durationMillis,
    spanCount: rows.length,
    errorCount: rows.filter((row) => row.status === 'error').length,
    httpStatusCode: typeof status === 'number' ? status : undefined,
    outcome:
      root.type === 'http' ? String(root.attributes['http.response.outcome'] ?? 'complete') : undefined,
    keepReason: root.keepReason,
    bytes: rows.length * 480,
    pinned: false,
    spans: rows,
    logs: [],
    logsKnown: true,
    droppedSpans: 0,
    truncated: false,
    remoteParent: false,
    exported: false,
    ...more,
  };
}

const request = (route: string, path: string, status: number): SpanRow['attributes'] => ({
  'http.request.method': 'GET',
  'http.route': route,
  'url.path': path,
  'http.response.status_code': status,
  'http.response.body.size': 18_204,
  'http.response.outcome': 'complete',
});

export function searchTrace(traceId: string, startMillis: number): TraceDetail {
  return sketchTrace(
    traceId,
    startMillis,
    [
      {
        name: 'GET /search',
        type: 'http',
        at: 0,
        millis: 1040,
        percentile: 0.994,
        keepReason: 'slow',
        attributes: request('/search', '/search', 200),
      },
      { name: 'authenticate', type: 'other', at: 1, millis: 1.2 },
      {
        name: 'SELECT posts_fts',
        type: 'database',
        at: 3,
        millis: 961,
        percentile: 0.992,
        keepReason: 'slow',
        attributes: {
          'db.system.name': 'sqlite',
          'db.query.summary': 'SELECT posts_fts',
          'db.query.text': 'SELECT rowid, rank FROM posts_fts WHERE posts_fts MATCH ? ORDER BY rank LIMIT ?',
          'db.response.returned_rows': 24,
        },
        events: [{ name: 'fts query rewritten', at: 9, attributes: { terms: 3 } }],
      },
      {
        name: 'SELECT posts',
        type: 'database',
        at: 968,
        millis: 2,
        attributes: { 'db.query.summary': 'SELECT posts', 'db.response.returned_rows': 24 },
      },
      ...Array.from({ length: 24 }, (_, index) => ({
        name: 'SELECT tags',
        type: 'database' as const,
        at: 971 + index * 0.62,
        millis: 0.55,
        attributes: { 'db.query.summary': 'SELECT tags', 'db.response.returned_rows': 3 },
      })),
      {
        name: 'render search',
        type: 'render',
        at: 988,
        millis: 49,
        percentile: 0.9,
        attributes: { 'render.template': 'search' },
      },
      {
        name: 'layout',
        type: 'render',
        at: 1022,
        millis: 14,
        parent: 28,
        attributes: { 'render.template': 'layout' },
      },
    ],
    { exported: true },
  );
}

export function failingTrace(traceId: string, startMillis: number): TraceDetail {
  const stack =
    "TypeError: Cannot read properties of undefined (reading 'title')\n    at renderTag (src/views/tag-page.ts:41:22)\n    at src/posts/post-routes.ts:88:12";
  return sketchTrace(traceId, startMillis, [
    {
      name: 'GET /tags/:tag',
      type: 'http',
      at: 0,
      millis: 7.4,
      error: "Cannot read properties of undefined (reading 'title')",
      attributes: { ...request('/tags/:tag', '/tags/async', 500), 'error.type': 'TypeError' },
    },
    {
      name: 'SELECT posts',
      type: 'database',
      at: 1,
      millis: 0.4,
      attributes: { 'db.query.summary': 'SELECT posts' },
    },
    {
      name: 'render tag',
      type: 'render',
      at: 2,
      millis: 3.1,
      error: "Cannot read properties of undefined (reading 'title')",
      attributes: { 'render.template': 'tag', 'error.type': 'TypeError' },
      events: [
        {
          name: 'exception',
          at: 5,
          attributes: {
            'exception.type': 'TypeError',
            'exception.message': "Cannot read properties of undefined (reading 'title')",
            'exception.stacktrace': stack,
          },
        },
      ],
    },
  ]);
}

export function abortedTrace(traceId: string, startMillis: number): TraceDetail {
  return sketchTrace(traceId, startMillis, [
    {
      name: 'GET /media/*',
      type: 'http',
      at: 0,
      millis: 2310,
      percentile: 0.999,
      keepReason: 'slow',
      attributes: {
        ...request('/media/*', '/media/film.mp4', 200),
        'http.response.outcome': 'aborted',
        'http.response.body.size': 10_485_760,
      },
    },
  ]);
}

export function plainTrace(traceId: string, startMillis: number): TraceDetail {
  return sketchTrace(traceId, startMillis, [
    {
      name: 'GET /:year/:month/:slug',
      type: 'http',
      at: 0,
      millis: 4.1,
      attributes: request('/:year/:month/:slug', '/2026/03/glass', 200),
    },
    {
      name: 'SELECT posts by path',
      type: 'database',
      at: 0.6,
      millis: 0.09,
      attributes: { 'db.query.summary': 'SELECT posts by path', 'db.response.returned_rows': 1 },
    },
    { name: 'render post', type: 'render', at: 1, millis: 1.6, attributes: { 'render.template': 'post' } },
  ]);
}
