import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseEnv } from 'node:util';
import type { EffectiveSetting } from './query.ts';
import { resolveOtlp } from './settings/otlp-target.ts';
import type { OtlpTarget } from './settings/otlp-target.ts';
import type { SamplingRates } from './settings/sampling-rates.ts';
import { readSettings } from './settings/read-settings.ts';
import type { SettingProblem } from './settings/read-settings.ts';
import { TELEMETRY_SETTINGS } from './settings/settings-table.ts';
import type { TrustedProxies } from './settings/trusted-proxies.ts';

export { TELEMETRY_SETTINGS };

/** Requests below these never make spans, nor below them behind the path of PUBLIC_URL: telemetry does not record itself. */
export const untracedPathPrefixes: readonly string[] = Object.freeze([
  '/admin/metrics-dashboard',
  '/admin/metrics',
  '/metrics',
  // The files of the admin pages: whoever looks at telemetry loads them.
  '/assets/admin',
]);

/** Deeply frozen; durations and sizes as their names say. */
export interface TelemetryConfig {
  /** False with METRICS_ENABLED=false or OTEL_SDK_DISABLED=true. */
  readonly enabled: boolean;
  readonly rates: SamplingRates;
  readonly exportRates: SamplingRates;
  readonly slowThresholdSeconds: {
    readonly database: number;
    readonly http: number;
    readonly render: number;
  };
  readonly maxTraces: number;
  readonly maxTraceBytes: number;
  /** Between runtime samples; 0 is off. */
  readonly runtimeIntervalMillis: number;
  /** 0 keeps telemetry in memory only. */
  readonly historyDays: number;
  /** The SQLite file of roll-ups and kept traces, in DATA_DIR; undefined with `historyDays` 0. */
  readonly historyFile: string | undefined;
  readonly metricsToken: string | undefined;
  /** Whose forwarded headers are believed. */
  readonly trustedProxies: TrustedProxies;
  /** Whether spans carry addresses of clients. */
  readonly recordsClientAddresses: boolean;
  /** Without a trailing slash. */
  readonly jaegerUiUrl: string | undefined;
  /** OTEL_LOG_LEVEL, which the SDK reads itself. */
  readonly sdkLogLevel: string | undefined;
  /** `service.name` and what OTEL_RESOURCE_ATTRIBUTES adds. */
  readonly resourceAttributes: Readonly<Record<string, string>>;
  /** Where spans go over OTLP, credentials and all; undefined unless OTEL_EXPORTER_OTLP_(TRACES_)ENDPOINT is set. */
  readonly exportEndpoint: string | undefined;
  readonly traceExport: OtlpTarget | undefined;
  readonly metricExport: OtlpTarget | undefined;
  readonly logExport: OtlpTarget | undefined;
  readonly exportQueue: {
    readonly maxSpans: number;
    readonly maxBatchSpans: number;
    readonly scheduledDelayMillis: number;
    readonly exportTimeoutMillis: number;
  };
  readonly metricExportIntervalMillis: number;
  readonly metricExportTimeoutMillis: number;
  /** Every setting in force and where it comes from; secrets read `(set)`. */
  readonly settings: readonly EffectiveSetting[];
  /** OTEL_* values that were not understood, so that their default is in force. */
  readonly warnings: readonly string[];
  /** Paths, as a client may ask for them, below which requests make no spans. */
  readonly untracedPathPrefixes: readonly string[];
}

/** Everything that is wrong with the METRICS_* settings, in one message. */
export class TelemetryConfigError extends Error {
  readonly problems: readonly SettingProblem[];

  constructor(problems: readonly SettingProblem[]) {
    const lines = problems.map(
      ({ variable, value, source, message }) => `  ${variable}=${value} (${source}): ${message}`,
    );
    super(
      `${problems.length === 1 ? 'A telemetry setting' : `${problems.length} telemetry settings`} cannot be used:\n${lines.join('\n')}`,
    );
    this.name = 'TelemetryConfigError';
    this.problems = problems;
  }
}

export interface TelemetryConfigSources {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The parsed `.env` file; loses to `env`. */
  readonly dotEnv?: Readonly<Record<string, string | undefined>>;
}

/** Pure. Throws TelemetryConfigError, and nothing else, when a METRICS_* name or value is wrong; OTEL_* only warns. */
export function readTelemetryConfig({ env, dotEnv = {} }: TelemetryConfigSources): TelemetryConfig {
  const { values, settings, problems, warnings } = readSettings(env, dotEnv);
  if (problems.length > 0) throw new TelemetryConfigError(problems);
  const enabled = values.enabled && !values.sdkDisabled;
  const traceExport = enabled ? resolveOtlp('traces', values) : undefined;
  const dataDir = env['DATA_DIR']?.trim() || dotEnv['DATA_DIR']?.trim() || 'data';
  const mountedAt = pathOfUrl(env['PUBLIC_URL']?.trim() || dotEnv['PUBLIC_URL']?.trim());
  return Object.freeze({
    enabled,
    rates: values.rates,
    exportRates: values.exportRates ?? values.rates,
    slowThresholdSeconds: Object.freeze({
      database: values.slowQuerySeconds,
      http: values.slowRequestSeconds,
      render: values.slowRenderSeconds,
    }),
    maxTraces: values.maxTraces,
    maxTraceBytes: values.maxTraceBytes,
    runtimeIntervalMillis: values.runtimeIntervalSeconds * 1000,
    historyDays: values.historyDays,
    historyFile: values.historyDays > 0 ? join(dataDir, 'telemetry.sqlite') : undefined,
    metricsToken: values.metricsToken,
    trustedProxies: values.trustedProxies,
    recordsClientAddresses: values.recordsClientAddresses,
    jaegerUiUrl: values.jaegerUiUrl?.replace(/\/+$/, ''),
    sdkLogLevel: values.sdkLogLevel,
    resourceAttributes: Object.freeze({
      'service.name': 'glasshouse',
      ...values.resourceAttributes,
      ...(values.serviceName === undefined ? {} : { 'service.name': values.serviceName }),
    }),
    exportEndpoint: traceExport?.url,
    traceExport,
    metricExport: enabled ? resolveOtlp('metrics', values) : undefined,
    logExport: enabled ? resolveOtlp('logs', values) : undefined,
    exportQueue: Object.freeze({
      maxSpans: values.bspMaxQueueSize,
      maxBatchSpans: Math.min(values.bspMaxExportBatchSize, values.bspMaxQueueSize),
      scheduledDelayMillis: values.bspScheduleDelayMillis,
      exportTimeoutMillis: values.bspExportTimeoutMillis,
    }),
    metricExportIntervalMillis: values.metricExportIntervalMillis,
    metricExportTimeoutMillis: Math.min(values.metricExportTimeoutMillis, values.metricExportIntervalMillis),
    settings: Object.freeze([...settings]),
    warnings: Object.freeze([...warnings]),
    untracedPathPrefixes: Object.freeze(
      // A proxy may take the path off or leave it.
      [...new Set(['', mountedAt])].flatMap((base) => untracedPathPrefixes.map((path) => base + path)),
    ),
  });
}

/** Without a slash at its end; empty when there is none. What is no address is refused by the one who reads it for more. */
function pathOfUrl(url: string | undefined): string {
  return (url === undefined ? undefined : URL.parse(url))?.pathname.replace(/\/+$/, '') ?? '';
}

/**
 * The edge: reads the environment and `.env` in the working directory. OTEL_* lines of `.env` are put into the environment,
 * because the SDK reads many of them there by itself. Throws TelemetryConfigError.
 */
export function loadTelemetryConfig(): TelemetryConfig {
  const dotEnv = readDotEnv('.env');
  const config = readTelemetryConfig({ env: process.env, dotEnv });
  for (const [name, value] of Object.entries(dotEnv)) {
    if (name.startsWith('OTEL_') && !process.env[name]) process.env[name] = value;
  }
  return config;
}

/** No file, or a folder of that name, is no settings. */
function readDotEnv(path: string): Record<string, string | undefined> {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === 'ENOENT' || code === 'EISDIR') return {};
    throw new TelemetryConfigError([
      { variable: path, value: '(unread)', source: '.env', message: `the file cannot be read: ${code}` },
    ]);
  }
  // A byte order mark would become part of the first name, which nobody would miss.
  return parseEnv(text.replace(/^\uFEFF/, ''));
}
