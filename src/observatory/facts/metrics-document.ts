import type {
  DurationSummary,
  OperationSummary,
  OperationType,
  TelemetryQuery,
  TimeRange,
} from '../../../otel/query.ts';
import { businessDocument, type BusinessDocument } from './business-facts.ts';
import { exportDocument, type ExportDocument } from './export-summary.ts';

/** One type of operation, counted over all of them; `kept` were kept by sampling. Milliseconds. */
export interface OperationDocument {
  readonly count: number;
  readonly errors: number;
  readonly client_errors: number;
  readonly aborted: number;
  /** Operations of a second or longer; for requests, to the first byte. */
  readonly slow: number;
  readonly duration_ms: DurationSummary;
  readonly kept: number;
  readonly rate: number;
}

/** The body of `GET /admin/metrics` and the input of the overview: one shape, so that both always agree. */
export interface MetricsDocument {
  readonly process: {
    readonly pid: number;
    readonly uptime_seconds: number;
    readonly rss_bytes: number;
    readonly heap_used_bytes: number;
    readonly event_loop_delay_p99_ms: number;
    readonly event_loop_delay_max_ms: number;
    readonly cpu_utilization: number;
    /** Open files and sockets; null if unknown. */
    readonly open_files: number;
    readonly open_files_limit: number;
  };
  readonly sampling: {
    readonly enabled: boolean;
    readonly rates: Readonly<Record<OperationType, number>>;
    readonly export_rates: Readonly<Record<OperationType, number>>;
    /** The first match decides. */
    readonly rules: readonly string[];
    /** Traces per second of each kind; 0: off. */
    readonly target: number;
    readonly thresholds_seconds: {
      readonly http: number;
      readonly database: number;
      readonly render: number;
    };
    /** Since when detail is shed because the event loop is late; null while it is not. */
    readonly shedding_since_ms: number | null;
  };
  readonly operations: Readonly<Record<OperationType, OperationDocument>>;
  readonly buffer: {
    readonly traces: number;
    readonly max_traces: number;
    readonly bytes: number;
    readonly max_bytes: number;
    readonly evicted: Readonly<Record<string, number>>;
  };
  readonly spans: {
    readonly started: number;
    readonly live: number;
    readonly kept: Readonly<Record<string, number>>;
    readonly dropped: Readonly<Record<string, number>>;
  };
  readonly export: ExportDocument;
  readonly business: BusinessDocument;
}

function operationDocument(summary: OperationSummary): OperationDocument {
  const { avg, min, max, p50, p75, p90, p95, p99 } = summary.durationMillis;
  return {
    count: summary.count,
    errors: summary.errors,
    client_errors: summary.clientErrors,
    aborted: summary.aborted,
    slow: summary.slow,
    duration_ms: { avg, min, max, p50, p75, p90, p95, p99 },
    kept: summary.kept,
    rate: summary.rate,
  };
}

/** The facts of `/admin/metrics`: operations and business counters in `range` or since start, the rest since start or now. */
export function metricsDocument(
  telemetry: TelemetryQuery,
  range?: TimeRange,
  process = telemetry.process(),
): MetricsDocument {
  const { current, pid, uptimeSeconds, openFilesLimit } = process;
  const sampling = telemetry.sampling();
  const operations = telemetry.operations(range);
  const buffer = telemetry.buffer();
  const { http, database, render } = sampling.thresholdsSeconds;
  return {
    process: {
      pid,
      uptime_seconds: uptimeSeconds,
      rss_bytes: current.rssBytes,
      heap_used_bytes: current.heapUsedBytes,
      event_loop_delay_p99_ms: current.eventLoopDelayP99Millis,
      event_loop_delay_max_ms: current.eventLoopDelayMaxMillis,
      cpu_utilization: current.cpuUtilization,
      open_files: current.openFiles,
      open_files_limit: openFilesLimit,
    },
    sampling: {
      enabled: sampling.enabled,
      rates: sampling.rates,
      export_rates: sampling.exportRates,
      rules: sampling.ruleTexts ?? [],
      target: sampling.target ?? 0,
      thresholds_seconds: { http, database, render },
      shedding_since_ms: sampling.shedding?.sinceMillis ?? null,
    },
    operations: {
      http: operationDocument(operations.http),
      database: operationDocument(operations.database),
      render: operationDocument(operations.render),
      other: operationDocument(operations.other),
    },
    buffer: {
      traces: buffer.traces,
      max_traces: buffer.maxTraces,
      bytes: buffer.bytes,
      max_bytes: buffer.maxBytes,
      evicted: buffer.evicted,
    },
    spans: telemetry.spans(),
    export: exportDocument(telemetry.export()),
    business: businessDocument(telemetry.business(range)),
  };
}
