import { join } from 'node:path';
import type { Attributes } from '@opentelemetry/api';
import type { EffectiveSetting } from './base/effective-setting.ts';
import { OPERATION_TYPES } from './base/operation-types.ts';
import { readDotEnv } from './settings/dot-env.ts';
import type { Signal } from './base/export-storage.ts';
import type { OtlpTarget } from './settings/otlp-target.ts';
import { samplingValues, type SamplingValues } from './settings/sampling-values.ts';
import { readSettings, type AppSetting } from './settings/read-settings.ts';
import { lineOf, type Environment, type SettingProblem } from './settings/read-table.ts';
import { TELEMETRY_SETTINGS, type SettingValues } from './settings/settings-table.ts';
import { INSTRUMENTATIONS } from './settings/sdk-settings.ts';
import type { InstrumentationName, ResourceDetector } from './settings/sdk-settings.ts';
import { exportNotes, NO_EXPORTERS, signalExport } from './settings/signal-exports.ts';
import type { LocalExport, SignalExport } from './settings/signal-exports.ts';
import { logRecordLimits, spanLimits } from './settings/span-limits.ts';
import type { LogRecordLimits, SpanLimits } from './settings/span-limits.ts';
import { parseTrustedContext, type TrustedContext } from './settings/trusted-context.ts';
import type { TrustedProxies } from './settings/trusted-proxies.ts';

export { TELEMETRY_SETTINGS };
export type { AppSetting };

/** The settings of telemetry, checked and deeply frozen. Units are in the names. */
export interface TelemetryConfig extends SamplingValues {
  /** False with METRICS_ENABLED=false or OTEL_SDK_DISABLED=true. */
  readonly enabled: boolean;
  /** Who creates the spans: the kit's own tracer, or the SDK's with instrumentation-http. */
  readonly spans: 'own' | 'stock';
  readonly maxTraces: number;
  readonly maxTraceBytes: number;
  /** Between runtime samples; 0 is off. */
  readonly runtimeIntervalMillis: number;
  /** Shortest time that the event loop is blocked to be recorded as a stall; 0 records none. */
  readonly loopStallMillis: number;
  /** Mean event-loop delay from which detail is shed; 0 is off. */
  readonly shedDelayMillis: number;
  /** 0 keeps telemetry in memory only. */
  readonly historyDays: number;
  /** The SQLite file of roll-ups and kept traces, in the app's `dataDir`; undefined without one and with `historyDays` 0. */
  readonly historyFile: string | undefined;
  /** The SQLite file of log lines beside it; undefined if none are stored. */
  readonly logFile: string | undefined;
  readonly logBytes: number;
  readonly logDays: number;
  /** Proxies whose forwarded headers are trusted. */
  readonly trustedProxies: TrustedProxies;
  /** Clients whose trace context is continued. */
  readonly trustedContext: TrustedContext;
  /** A request with this secret in `x-trace-context-token` has a trusted trace context. */
  readonly trustedContextToken: string | undefined;
  /** Whether spans and log records carry client addresses: on pages of this process, and in exports. */
  readonly recordsClientAddresses: boolean;
  readonly exportsClientAddresses: boolean;
  /** Without a trailing slash. */
  readonly jaegerUiUrl: string | undefined;
  /** OTEL_LOG_LEVEL, which the SDK reads itself. */
  readonly sdkLogLevel: string | undefined;
  /** `service.name`, the app's attributes, and those of OTEL_RESOURCE_ATTRIBUTES. */
  readonly resourceAttributes: Readonly<Attributes>;
  /** The receiver of spans, credentials included; undefined unless one is configured or OTEL_TRACES_EXPORTER names otlp. */
  readonly traceExport: OtlpTarget | undefined;
  readonly metricExport: OtlpTarget | undefined;
  readonly logExport: OtlpTarget | undefined;
  /** Exporters of each signal other than OTLP over HTTP. */
  readonly localExport: {
    readonly traces: readonly LocalExport[];
    readonly metrics: readonly LocalExport[];
    readonly logs: readonly LocalExport[];
  };
  /** Where the `file` exporter writes. */
  readonly otlpFolder: string | undefined;
  readonly otlpFileBytes: number;
  readonly spanLimits: SpanLimits;
  readonly logRecordLimits: LogRecordLimits;
  /** Headers that propagate a trace; empty disables propagation. */
  readonly propagators: readonly ('tracecontext' | 'baggage')[];
  readonly resourceDetectors: readonly ResourceDetector[];
  /** Which of the kit's own instrumentations are enabled. */
  readonly instrumentations: Readonly<Record<InstrumentationName, boolean>>;
  /** Of exports that wait on disk; 0 keeps none there. */
  readonly exportStorageBytes: number;
  readonly exportQueue: QueueLimits;
  readonly logQueue: QueueLimits;
  readonly metricTemporality: 'cumulative' | 'delta' | 'lowmemory';
  /** Undefined: exponential for what the kit counts, explicit for the app's instruments. */
  readonly metricHistograms: 'explicit_bucket_histogram' | 'base2_exponential_bucket_histogram' | undefined;
  readonly metricExportIntervalMillis: number;
  readonly metricExportTimeoutMillis: number;
  /** Every setting in force and its source; a secret's value reads `(set)`. */
  readonly settings: readonly EffectiveSetting[];
  /** One line per OTEL_* value that could not be parsed (its default applies) or name that has no effect. */
  readonly warnings: readonly string[];
  /** Requests whose path is one of these, or below one, create no spans. As clients write them. */
  readonly untracedPathPrefixes: readonly string[];
}

/** Limits of an export queue. */
export interface QueueLimits {
  readonly maxQueueItems: number;
  readonly maxBatchItems: number;
  readonly scheduledDelayMillis: number;
  readonly exportTimeoutMillis: number;
}

/** Lists every invalid METRICS_* setting in one message. */
export class TelemetryConfigError extends Error {
  readonly problems: readonly SettingProblem[];

  constructor(problems: readonly SettingProblem[]) {
    const lines = problems.map((problem) => `  ${lineOf(problem)}`);
    super(
      `${problems.length === 1 ? 'A telemetry setting' : `${problems.length} telemetry settings`} cannot be used:\n${lines.join('\n')}`,
    );
    this.name = 'TelemetryConfigError';
    this.problems = problems;
  }
}

/** What the app states about itself; the environment takes precedence. */
export interface AppFacts {
  /** `service.name`. Default: `unknown_service:node`, as the specification requires. */
  readonly serviceName?: string | undefined;
  /** Additional resource attributes. */
  readonly resource?: Readonly<Attributes> | undefined;
  /** Requests to these paths and to paths below them create no spans, and neither does anything they call. Default: none. */
  readonly ignorePaths?: readonly string[] | undefined;
  /** Folder of the history file. Default: none; telemetry then stays in memory. */
  readonly dataDir?: string | undefined;
  /** Clients whose trace context is continued, in the format of METRICS_TRUSTED_CONTEXT. Default: none. */
  readonly trustedContext?: string | undefined;
  /** Makes an unknown METRICS_* name an error instead of a warning. Default false. */
  readonly strictSettings?: boolean | undefined;
  /** METRICS_* names that the app reads itself. */
  readonly appSettings?: readonly AppSetting[] | undefined;
}

export interface TelemetryConfigSources extends AppFacts {
  readonly env: Environment;
  /** The parsed `.env` file; `env` takes precedence. */
  readonly dotEnv?: Environment | undefined;
}

const HISTORY_FILE_NAME = 'telemetry.sqlite';
const LOG_FILE_NAME = 'telemetry-logs.sqlite';
const UNKNOWN_SERVICE = 'unknown_service:node';

/** Pure. Throws TelemetryConfigError, and nothing else, if a METRICS_* name or value is invalid; an invalid OTEL_* value only warns. */
export function readTelemetryConfig(sources: TelemetryConfigSources): TelemetryConfig {
  const { env, dotEnv = {}, serviceName = UNKNOWN_SERVICE, dataDir, ignorePaths = [] } = sources;
  const { values, settings, problems, warnings } = readSettings(env, dotEnv, {
    isStrict: sources.strictSettings ?? false,
    more: sources.appSettings ?? [],
    defaults: { OTEL_SERVICE_NAME: serviceName, METRICS_TRUSTED_CONTEXT: sources.trustedContext },
  });
  if (problems.length > 0) throw new TelemetryConfigError(problems);
  warnings.push(...idleSettings(values, settings, dataDir));
  const enabled = values.enabled && !values.sdkDisabled;
  const exportOf = (signal: Signal): SignalExport => (enabled ? signalExport(signal, values) : NO_EXPORTERS);
  const traces = exportOf('traces');
  const metrics = exportOf('metrics');
  const logs = exportOf('logs');
  return Object.freeze({
    enabled,
    ...samplingValues(values),
    spans: values.spans,
    maxTraces: values.maxTraces,
    maxTraceBytes: values.maxTraceBytes,
    runtimeIntervalMillis: values.runtimeIntervalSeconds * 1000,
    shedDelayMillis: values.shedDelaySeconds * 1000,
    loopStallMillis: values.runtimeIntervalSeconds === 0 ? 0 : values.loopStallSeconds * 1000,
    historyDays: values.historyDays,
    ...storedFiles(values, dataDir),
    trustedProxies: values.trustedProxies,
    trustedContext:
      sources.trustedContext === undefined || isWritten(settings, 'METRICS_TRUSTED_CONTEXT')
        ? values.trustedContext
        : parseTrustedContext(sources.trustedContext),
    trustedContextToken: values.trustedContextToken,
    recordsClientAddresses: values.clientAddresses !== 'false',
    exportsClientAddresses: values.clientAddresses === 'true',
    jaegerUiUrl: values.jaegerUiUrl?.replace(/\/+$/, ''),
    sdkLogLevel: values.sdkLogLevel,
    resourceAttributes: Object.freeze({
      'service.name': serviceName,
      ...sources.resource,
      ...(values.resourceDetectors.includes('env') ? values.resourceAttributes : {}),
      ...(values.serviceName === undefined ? {} : { 'service.name': values.serviceName }),
    }),
    traceExport: traces.otlp,
    metricExport: metrics.otlp,
    logExport: logs.otlp,
    localExport: Object.freeze({ traces: traces.local, metrics: metrics.local, logs: logs.local }),
    otlpFolder: values.otlpFolder,
    otlpFileBytes: values.otlpFileBytes,
    spanLimits: spanLimits(values),
    logRecordLimits: logRecordLimits(values),
    propagators: values.propagators,
    resourceDetectors: values.resourceDetectors,
    instrumentations: instrumentationsOf(values),
    exportStorageBytes: values.exportStorageBytes,
    exportQueue: Object.freeze({
      maxQueueItems: values.bspMaxQueueSize,
      maxBatchItems: Math.min(values.bspMaxExportBatchSize, values.bspMaxQueueSize),
      scheduledDelayMillis: values.bspScheduleDelayMillis,
      exportTimeoutMillis: values.bspExportTimeoutMillis,
    }),
    logQueue: Object.freeze({
      maxQueueItems: values.blrpMaxQueueSize,
      maxBatchItems: Math.min(values.blrpMaxExportBatchSize, values.blrpMaxQueueSize),
      scheduledDelayMillis: values.blrpScheduleDelayMillis,
      exportTimeoutMillis: values.blrpExportTimeoutMillis,
    }),
    metricTemporality: values.otlpTemporality,
    metricHistograms: values.otlpHistograms,
    metricExportIntervalMillis: values.metricExportIntervalMillis,
    metricExportTimeoutMillis: Math.min(values.metricExportTimeoutMillis, values.metricExportIntervalMillis),
    settings: Object.freeze([...settings]),
    warnings: Object.freeze([...warnings, ...exportNotes(values)]),
    untracedPathPrefixes: Object.freeze([...ignorePaths]),
  });
}

/** One line per METRICS_* setting that has no effect. */
function idleSettings(
  values: SettingValues,
  settings: readonly EffectiveSetting[],
  dataDir: string | undefined,
): readonly string[] {
  const notes: string[] = [];
  if (dataDir === undefined && isWritten(settings, 'METRICS_HISTORY_DAYS') && values.historyDays > 0)
    notes.push('METRICS_HISTORY_DAYS has no effect: the app sets no dataDir to store a history in');
  if (dataDir === undefined && isWritten(settings, 'METRICS_EXPORT_STORAGE_BYTES'))
    notes.push('METRICS_EXPORT_STORAGE_BYTES has no effect: the app sets no dataDir for a history file');
  if (values.target > 0 && OPERATION_TYPES.every((type) => values.rates[type] === 1))
    notes.push(
      'METRICS_TARGET has no effect: METRICS_SAMPLING_RATE keeps all; set it to 0 to sample by the target alone',
    );
  return notes;
}

function storedFiles(
  { historyDays, logDays, logBytes }: SettingValues,
  dataDir: string | undefined,
): Pick<TelemetryConfig, 'historyFile' | 'logFile' | 'logBytes' | 'logDays'> {
  const hasHistory = historyDays > 0 && dataDir !== undefined;
  const hasLogs = hasHistory && logDays > 0 && logBytes > 0;
  return {
    historyFile: hasHistory ? join(dataDir, HISTORY_FILE_NAME) : undefined,
    logFile: hasLogs ? join(dataDir, LOG_FILE_NAME) : undefined,
    logBytes,
    logDays,
  };
}

function isWritten(settings: readonly EffectiveSetting[], name: string): boolean {
  return settings.some((setting) => setting.name === name && setting.source !== 'default');
}

function instrumentationsOf({
  enabledInstrumentations: enabled = INSTRUMENTATIONS,
  disabledInstrumentations: disabled,
}: SettingValues): TelemetryConfig['instrumentations'] {
  const isOn = (name: InstrumentationName): boolean => enabled.includes(name) && !disabled.includes(name);
  return Object.freeze({ http: isOn('http'), 'better-sqlite3': isOn('better-sqlite3') });
}

/**
 * Reads the environment and `.env` in the working directory. Copies OTEL_* lines of `.env` into the environment, because the SDK reads many of them
 * there itself. Throws TelemetryConfigError.
 */
export function loadTelemetryConfig(app: AppFacts = {}): TelemetryConfig {
  const dotEnv = readOwnDotEnv('.env');
  const config = readTelemetryConfig({ ...app, env: process.env, dotEnv });
  for (const [name, value] of Object.entries(dotEnv)) {
    if (name.startsWith('OTEL_') && !process.env[name]) process.env[name] = value;
  }
  return config;
}

function readOwnDotEnv(path: string): Environment {
  try {
    return readDotEnv(path);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new TelemetryConfigError([
      { variable: path, value: '(unread)', source: '.env', message: `the file cannot be read: ${code}` },
    ]);
  }
}
