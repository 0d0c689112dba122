import { optional, setting } from './setting.ts';
import {
  integerBetween,
  listOf,
  millis,
  oneOf,
  parseBoolean,
  parseKeyValueList,
  parseText,
} from './setting-parsers.ts';

const spanCount = integerBetween(1, 1_000_000, 'number of spans');
const recordCount = integerBetween(1, 1_000_000, 'number of log records');
const limit = integerBetween(0, 2 ** 31 - 1, 'number');
const NO_LIMIT = { words: 'no limit' };

const NO_ZIPKIN = 'Zipkin and Jaeger take OTLP';
const refused = { zipkin: NO_ZIPKIN, jaeger: NO_ZIPKIN };
/** Exporters of a signal; `otlp/stdout` writes OTLP JSON, one line per export. */
const exporters = listOf(['otlp', 'console', 'otlp/stdout'], { refused });
const metricExporters = listOf(['otlp', 'console', 'otlp/stdout', 'prometheus'], { refused });
const exporterWords = { words: 'otlp when an endpoint is set' };

/** The kit's instrumentations by their names in OTEL_NODE_* variables. */
export const INSTRUMENTATIONS = ['http', 'better-sqlite3'] as const;
export const RESOURCE_DETECTORS = ['env', 'host', 'os', 'process', 'serviceinstance'] as const;

export type InstrumentationName = (typeof INSTRUMENTATIONS)[number];
export type ResourceDetector = (typeof RESOURCE_DETECTORS)[number];

/** Variables of the OpenTelemetry specification, without the OTLP receivers. */
export const SDK_SETTINGS = {
  sdkDisabled: setting('OTEL_SDK_DISABLED', 'false', 'true acts as METRICS_ENABLED=false', parseBoolean),
  sdkLogLevel: optional(
    'OTEL_LOG_LEVEL',
    'log level of the SDK’s own messages: none, error, warn, info, debug, verbose, all',
    oneOf(['none', 'error', 'warn', 'info', 'debug', 'verbose', 'all']),
  ),
  serviceName: optional('OTEL_SERVICE_NAME', '`service.name` of exported telemetry', parseText, {
    words: 'unknown_service:node',
  }),
  resourceAttributes: optional(
    'OTEL_RESOURCE_ATTRIBUTES',
    'more resource attributes, `key=value,key=value`',
    parseKeyValueList,
  ),
  resourceDetectors: setting(
    'OTEL_NODE_RESOURCE_DETECTORS',
    'all',
    'resource detectors: all, none or a list of env, host, os, process, serviceinstance',
    listOf(RESOURCE_DETECTORS, { all: true }),
  ),
  enabledInstrumentations: optional(
    'OTEL_NODE_ENABLED_INSTRUMENTATIONS',
    'enables only these instrumentations: a list of http, better-sqlite3',
    listOf(INSTRUMENTATIONS),
    { words: 'all' },
  ),
  disabledInstrumentations: setting(
    'OTEL_NODE_DISABLED_INSTRUMENTATIONS',
    'none',
    'instrumentations to disable',
    listOf(INSTRUMENTATIONS),
  ),
  propagators: setting(
    'OTEL_PROPAGATORS',
    'tracecontext,baggage',
    'headers that propagate a trace: tracecontext, baggage or none',
    listOf(['tracecontext', 'baggage']),
  ),
  traceExporters: optional(
    'OTEL_TRACES_EXPORTER',
    'span exporters: none or a list of otlp, console, otlp/stdout (OTLP JSON lines)',
    exporters,
    exporterWords,
  ),
  metricExporters: optional(
    'OTEL_METRICS_EXPORTER',
    'the same for metrics; prometheus is accepted, as metrics are served at /metrics anyway',
    metricExporters,
    exporterWords,
  ),
  logExporters: optional(
    'OTEL_LOGS_EXPORTER',
    'the same as OTEL_TRACES_EXPORTER for log records',
    exporters,
    exporterWords,
  ),
  attributeCountLimit: setting(
    'OTEL_ATTRIBUTE_COUNT_LIMIT',
    '128',
    'attributes of a span or log record',
    limit,
  ),
  attributeValueLengthLimit: optional(
    'OTEL_ATTRIBUTE_VALUE_LENGTH_LIMIT',
    'characters of an attribute’s value',
    limit,
    NO_LIMIT,
  ),
  spanAttributeCountLimit: optional('OTEL_SPAN_ATTRIBUTE_COUNT_LIMIT', 'the same for spans only', limit, {
    words: 'as OTEL_ATTRIBUTE_COUNT_LIMIT',
  }),
  spanAttributeValueLengthLimit: optional(
    'OTEL_SPAN_ATTRIBUTE_VALUE_LENGTH_LIMIT',
    'the same for spans only',
    limit,
    { words: 'as OTEL_ATTRIBUTE_VALUE_LENGTH_LIMIT' },
  ),
  spanEventCountLimit: setting('OTEL_SPAN_EVENT_COUNT_LIMIT', '128', 'events of a span', limit),
  spanLinkCountLimit: setting('OTEL_SPAN_LINK_COUNT_LIMIT', '128', 'links of a span', limit),
  eventAttributeCountLimit: setting(
    'OTEL_EVENT_ATTRIBUTE_COUNT_LIMIT',
    '128',
    'attributes of an event',
    limit,
  ),
  linkAttributeCountLimit: setting('OTEL_LINK_ATTRIBUTE_COUNT_LIMIT', '128', 'attributes of a link', limit),
  logRecordAttributeCountLimit: optional(
    'OTEL_LOGRECORD_ATTRIBUTE_COUNT_LIMIT',
    'the same for log records only',
    limit,
    { words: 'as OTEL_ATTRIBUTE_COUNT_LIMIT' },
  ),
  logRecordAttributeValueLengthLimit: optional(
    'OTEL_LOGRECORD_ATTRIBUTE_VALUE_LENGTH_LIMIT',
    'the same for log records only',
    limit,
    { words: 'as OTEL_ATTRIBUTE_VALUE_LENGTH_LIMIT' },
  ),
  bspMaxQueueSize: setting(
    'OTEL_BSP_MAX_QUEUE_SIZE',
    '2048',
    'maximum number of spans in the export queue, which also holds at most 4 MiB; beyond either, what is in it moves to disk (METRICS_EXPORT_STORAGE_BYTES), or the oldest traces are dropped and counted, must-keep ones last',
    spanCount,
  ),
  bspScheduleDelayMillis: setting(
    'OTEL_BSP_SCHEDULE_DELAY',
    '5000',
    'milliseconds that a span waits for a batch',
    millis,
  ),
  bspMaxExportBatchSize: setting('OTEL_BSP_MAX_EXPORT_BATCH_SIZE', '512', 'spans per export', spanCount),
  bspExportTimeoutMillis: setting(
    'OTEL_BSP_EXPORT_TIMEOUT',
    '30000',
    'milliseconds after which an export is aborted; OTEL_EXPORTER_OTLP_TIMEOUT applies too',
    millis,
  ),
  blrpMaxQueueSize: setting(
    'OTEL_BLRP_MAX_QUEUE_SIZE',
    '2048',
    'maximum number of log records in the export queue, which also holds at most 4 MiB; beyond either, what is in it moves to disk, or the oldest are dropped and counted',
    recordCount,
  ),
  blrpScheduleDelayMillis: setting(
    'OTEL_BLRP_SCHEDULE_DELAY',
    '1000',
    'milliseconds that a log record waits for a batch',
    millis,
  ),
  blrpMaxExportBatchSize: setting(
    'OTEL_BLRP_MAX_EXPORT_BATCH_SIZE',
    '512',
    'log records per export',
    recordCount,
  ),
  blrpExportTimeoutMillis: setting(
    'OTEL_BLRP_EXPORT_TIMEOUT',
    '30000',
    'milliseconds after which an export of log records is aborted; OTEL_EXPORTER_OTLP_TIMEOUT applies too',
    millis,
  ),
  metricExportIntervalMillis: setting(
    'OTEL_METRIC_EXPORT_INTERVAL',
    '60000',
    'milliseconds between exports of metrics',
    millis,
  ),
  metricExportTimeoutMillis: setting(
    'OTEL_METRIC_EXPORT_TIMEOUT',
    '30000',
    'milliseconds after which an export of metrics is aborted',
    millis,
  ),
};
