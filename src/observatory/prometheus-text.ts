import {
  OPERATION_TYPES,
  type OperationType,
  type SeriesSummary,
  type TelemetryQuery,
} from '../../otel/query.ts';

/** Media type of the text format, version 0.0.4. */
export const PROMETHEUS_TYPE = 'text/plain; version=0.0.4; charset=utf-8';

type Labels = Readonly<Record<string, string>>;
interface Sample {
  /** Behind the metric's name: `_sum`, `_count` or nothing. */
  readonly suffix?: string;
  readonly labels?: Labels;
  readonly value: number;
}

/** Names by the semantic conventions, as Prometheus writes them. */
const DURATIONS: Readonly<Record<OperationType, { readonly name: string; readonly what: string }>> = {
  http: { name: 'http_server_request_duration_seconds', what: 'Requests by route.' },
  database: { name: 'db_client_operation_duration_seconds', what: 'Statements by summary.' },
  render: { name: 'render_duration_seconds', what: 'Pages and feeds drawn, by template.' },
  other: { name: 'other_operation_duration_seconds', what: 'All other spans.' },
};
const LABELS: Readonly<Record<OperationType, string>> = {
  http: 'http_route',
  database: 'db_query_summary',
  render: 'render_template',
  other: 'operation',
};

/**
 * What telemetry counted since the process started, in the Prometheus text format. Durations are summaries: their quantiles come from a
 * sketch over every operation, within 1 %. Source: Prometheus, "Exposition formats", text-based format.
 */
export function prometheusText(telemetry: TelemetryQuery): string {
  const families: string[] = [];
  const family = (
    name: string,
    type: 'counter' | 'gauge' | 'summary',
    help: string,
    samples: readonly Sample[],
  ): void => {
    if (samples.length > 0) families.push(familyText(name, type, help, samples));
  };

  const exported = Map.groupBy(telemetry.exported(), ({ type }) => type);
  for (const type of OPERATION_TYPES) {
    const series = exported.get(type) ?? [];
    const { name, what } = DURATIONS[type];
    family(
      name,
      'summary',
      what,
      series.flatMap((one) => summarySamples(type, one)),
    );
    family(
      name.replace(/_duration_seconds$/, '_errors_total'),
      'counter',
      `Failed ones. ${what}`,
      series.map((one) => ({ labels: labelsOf(type, one), value: one.errors })),
    );
  }

  family(
    'http_server_responses_total',
    'counter',
    'Requests by route and by the status that was sent; none where nothing was.',
    telemetry.series('http').flatMap((one) =>
      (one.statuses ?? []).map(({ status, count }) => ({
        labels: { ...labelsOf('http', one), http_response_status_code: String(status) },
        value: count,
      })),
    ),
  );

  const { current, startedAtMillis, openFilesLimit } = telemetry.process();
  family('process_start_time_seconds', 'gauge', 'When the process started.', [
    { value: startedAtMillis / 1000 },
  ]);
  family('process_resident_memory_bytes', 'gauge', 'Resident memory.', [{ value: current.rssBytes }]);
  family('process_open_fds', 'gauge', 'Open files and sockets.', [{ value: current.openFiles }]);
  family('process_max_fds', 'gauge', 'How many may be open.', [{ value: openFilesLimit }]);
  family('nodejs_heap_used_bytes', 'gauge', 'Heap in use.', [{ value: current.heapUsedBytes }]);
  family(
    'nodejs_eventloop_delay_p99_seconds',
    'gauge',
    'Event-loop delay, 99th percentile since the last sample.',
    [{ value: current.eventLoopDelayP99Millis / 1000 }],
  );

  const { started, kept, dropped, live } = telemetry.spans();
  const operations = 'glasshouse_operations';
  family(`${operations}_started_total`, 'counter', 'Operations: the sum of live, kept and dropped.', [
    { value: started },
  ]);
  family(`${operations}_live`, 'gauge', 'Operations that run or wait for their verdict.', [{ value: live }]);
  family(`${operations}_kept_total`, 'counter', 'Operations kept in detail, by reason.', byReason(kept));
  family(`${operations}_dropped_total`, 'counter', 'Operations not kept, by reason.', byReason(dropped));
  const sending = telemetry.export();
  if (sending.configured) {
    for (const what of ['sent', 'failed', 'dropped'] as const) {
      family(`glasshouse_export_${what}_total`, 'counter', `Spans ${what} by the OTLP pipeline.`, [
        { value: sending[what] },
      ]);
    }
    family('glasshouse_export_queued', 'gauge', 'Spans waiting for export.', [{ value: sending.queued }]);
  }
  for (const [name, rows] of Map.groupBy(telemetry.business(), (metric) => metric.name)) {
    const isGauge = rows.every(({ gauge }) => gauge === true);
    family(
      `${name.replaceAll(/[^a-zA-Z0-9_]/g, '_')}${isGauge ? '' : '_total'}`,
      isGauge ? 'gauge' : 'counter',
      name,
      rows.map(({ attributes, value }) => ({ labels: textLabels(attributes), value })),
    );
  }
  return families.join('');
}

function summarySamples(type: OperationType, series: SeriesSummary): Sample[] {
  const labels = labelsOf(type, series);
  const { p50, p90, p95, p99 } = series.durationMillis;
  const quantiles = { '0.5': p50, '0.9': p90, '0.95': p95, '0.99': p99 };
  return [
    ...Object.entries(quantiles).map(([quantile, millis]) => ({
      labels: { ...labels, quantile },
      value: millis / 1000,
    })),
    { suffix: '_sum', labels, value: series.totalMillis / 1000 },
    { suffix: '_count', labels, value: series.count },
  ];
}

function labelsOf(type: OperationType, { name }: SeriesSummary): Labels {
  const request = type === 'http' ? /^([A-Z_]+) (\/.*)$/s.exec(name) : null;
  return request === null
    ? { [LABELS[type]]: name }
    : { http_request_method: request[1]!, http_route: request[2]! };
}

function byReason(counts: Readonly<Record<string, number>>): Sample[] {
  return Object.entries(counts).map(([reason, value]) => ({ labels: { reason }, value }));
}

function textLabels(attributes: Readonly<Record<string, unknown>>): Labels {
  return Object.fromEntries(
    Object.entries(attributes).map(([key, value]) => [key.replaceAll(/[^a-zA-Z0-9_]/g, '_'), String(value)]),
  );
}

function familyText(name: string, type: string, help: string, samples: readonly Sample[]): string {
  const lines = samples.map(({ suffix = '', labels = {}, value }) => {
    const inner = Object.entries(labels).map(([key, text]) => `${key}="${escapeLabel(text)}"`);
    return `${name}${suffix}${inner.length === 0 ? '' : `{${inner.join(',')}}`} ${Number.isFinite(value) ? value : 'NaN'}`;
  });
  return `# HELP ${name} ${help.replaceAll('\\', '\\\\').replaceAll('\n', '\\n')}\n# TYPE ${name} ${type}\n${lines.join('\n')}\n`;
}

function escapeLabel(text: string): string {
  return text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');
}
