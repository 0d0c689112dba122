import { parseSamplingRates } from './sampling-rates.ts';
import {
  integerBetween,
  numberBetween,
  oneOf,
  parseBoolean,
  parseHttpUrl,
  parsePlainHttpUrl,
  parseKeyValueList,
  zeroOrBetween,
} from './setting-parsers.ts';
import { parseTrustedProxies } from './trusted-proxies.ts';

/** One line of the settings table. */
export interface Setting<T> {
  readonly name: string;
  /** As it would be written; or in words, when nothing written means it. */
  readonly default: string;
  /** The value without the variable. */
  readonly fallback: T;
  readonly meaning: string;
  /** Throws InvalidSetting. */
  readonly parse: (text: string) => T;
  /** Never shown. */
  readonly secret: boolean;
}

function setting<T>(name: string, text: string, meaning: string, parse: (text: string) => T): Setting<T> {
  return { name, default: text, fallback: parse(text), meaning, parse, secret: false };
}

function optional<T>(
  name: string,
  meaning: string,
  parse: (text: string) => T,
  { words = 'none', secret = false } = {},
): Setting<T | undefined> {
  return { name, default: words, fallback: undefined, meaning, parse, secret };
}

/** Node's timers hold at most this. */
const MAX_TIMER_MILLIS = 2 ** 31 - 1;
const seconds = numberBetween(0, 3600, 'a number of seconds');
const millis = integerBetween(1, MAX_TIMER_MILLIS, 'number of milliseconds');
const spanCount = integerBetween(1, 1_000_000, 'number of spans');
const compression = oneOf(['gzip', 'none']);
const httpProtobuf = oneOf(['http/protobuf']);
const text = (value: string) => value.trim();

/** Every setting of telemetry, in the order of the README. METRICS_* are strict; OTEL_* fall back with a warning. */
export const SETTINGS = {
  enabled: setting(
    'METRICS_ENABLED',
    'true',
    'false: the SDK is not started, no patch is applied, the pages say so',
    parseBoolean,
  ),
  rates: setting(
    'METRICS_SAMPLING_RATE',
    '1',
    'share of ordinary operations whose detail is kept: one number 0–1 for all, or per type `database=0.1,http=1` or `{"database":0.1}`; a type not named keeps 1; slow and failed ones are always kept',
    parseSamplingRates,
  ),
  maxTraces: setting(
    'METRICS_BUFFER_SIZE',
    '1000',
    'kept traces in memory',
    integerBetween(1, 1_000_000, 'number of traces'),
  ),
  maxTraceBytes: setting(
    'METRICS_BUFFER_BYTES',
    '16777216',
    'the same buffer’s bound in bytes (16 MiB)',
    integerBetween(65_536, 4_294_967_296, 'number of bytes'),
  ),
  slowQuerySeconds: setting(
    'METRICS_SLOW_QUERY_THRESHOLD',
    '1.0',
    'seconds; a statement at or above it is always kept',
    seconds,
  ),
  slowRequestSeconds: setting(
    'METRICS_SLOW_REQUEST_THRESHOLD',
    '1.0',
    'seconds; a request that takes as long is always kept, of event streams one whose first byte does',
    seconds,
  ),
  slowRenderSeconds: setting(
    'METRICS_SLOW_RENDER_THRESHOLD',
    '0.25',
    'seconds; a page drawn at or above it is always kept',
    seconds,
  ),
  runtimeIntervalSeconds: setting(
    'METRICS_MEMORY_INTERVAL',
    '30',
    'seconds between runtime samples (memory, event loop, garbage collection); 0 is off',
    zeroOrBetween(1, 86_400, 'a number of seconds'),
  ),
  exportRates: optional(
    'METRICS_EXPORT_SAMPLING_RATE',
    'the rate of the OTLP pipeline alone, written like METRICS_SAMPLING_RATE',
    parseSamplingRates,
    { words: 'as METRICS_SAMPLING_RATE' },
  ),
  historyDays: setting(
    'METRICS_HISTORY_DAYS',
    '30',
    'days that roll-ups and kept traces stay on disk; 0 = memory only',
    numberBetween(0, 3650, 'a number of days'),
  ),
  trustedProxies: setting(
    'TRUSTED_PROXIES',
    'loopback',
    'whose `Forwarded` and `X-Forwarded-*` headers are believed, for the client’s address, host and scheme: addresses, networks as `10.0.0.0/8`, `loopback` (a proxy on this machine, and the private networks behind it), `private`; or `none`',
    parseTrustedProxies,
  ),
  recordsClientAddresses: setting(
    'METRICS_CLIENT_ADDRESS',
    'true',
    'false: no address of a visitor is in spans, neither on the pages nor in what is exported',
    parseBoolean,
  ),
  jaegerUiUrl: optional('JAEGER_UI_URL', 'makes “open in Jaeger” links', parsePlainHttpUrl),
  sdkDisabled: setting('OTEL_SDK_DISABLED', 'false', 'true acts as METRICS_ENABLED=false', parseBoolean),
  sdkLogLevel: optional(
    'OTEL_LOG_LEVEL',
    'prints what the SDK itself has to say: none, error, warn, info, debug, verbose, all',
    text,
  ),
  serviceName: optional('OTEL_SERVICE_NAME', '`service.name` of what is exported', text, {
    words: 'unknown_service:node',
  }),
  resourceAttributes: optional(
    'OTEL_RESOURCE_ATTRIBUTES',
    'more resource attributes, `key=value,key=value`',
    parseKeyValueList,
  ),
  otlpEndpoint: optional(
    'OTEL_EXPORTER_OTLP_ENDPOINT',
    'base address of an OTLP receiver; export is on exactly when it or the one for traces is set',
    parseHttpUrl,
    { secret: true },
  ),
  otlpTracesEndpoint: optional(
    'OTEL_EXPORTER_OTLP_TRACES_ENDPOINT',
    'full address for spans; wins over the base address',
    parseHttpUrl,
    { secret: true },
  ),
  otlpMetricsEndpoint: optional(
    'OTEL_EXPORTER_OTLP_METRICS_ENDPOINT',
    'full address for metrics; wins over the base address',
    parseHttpUrl,
    { secret: true },
  ),
  otlpHeaders: optional(
    'OTEL_EXPORTER_OTLP_HEADERS',
    'headers of every export, `key=value,key=value`',
    parseKeyValueList,
    { secret: true },
  ),
  otlpTracesHeaders: optional(
    'OTEL_EXPORTER_OTLP_TRACES_HEADERS',
    'the same for spans alone',
    parseKeyValueList,
    { secret: true },
  ),
  otlpMetricsHeaders: optional(
    'OTEL_EXPORTER_OTLP_METRICS_HEADERS',
    'the same for metrics alone',
    parseKeyValueList,
    { secret: true },
  ),
  otlpProtocol: setting(
    'OTEL_EXPORTER_OTLP_PROTOCOL',
    'http/protobuf',
    'the one protocol spoken here',
    httpProtobuf,
  ),
  otlpTracesProtocol: setting(
    'OTEL_EXPORTER_OTLP_TRACES_PROTOCOL',
    'http/protobuf',
    'the same for spans',
    httpProtobuf,
  ),
  otlpMetricsProtocol: setting(
    'OTEL_EXPORTER_OTLP_METRICS_PROTOCOL',
    'http/protobuf',
    'the same for metrics',
    httpProtobuf,
  ),
  otlpTimeoutMillis: setting('OTEL_EXPORTER_OTLP_TIMEOUT', '10000', 'milliseconds for one export', millis),
  otlpTracesTimeoutMillis: optional('OTEL_EXPORTER_OTLP_TRACES_TIMEOUT', 'the same for spans', millis, {
    words: 'as OTEL_EXPORTER_OTLP_TIMEOUT',
  }),
  otlpMetricsTimeoutMillis: optional('OTEL_EXPORTER_OTLP_METRICS_TIMEOUT', 'the same for metrics', millis, {
    words: 'as OTEL_EXPORTER_OTLP_TIMEOUT',
  }),
  otlpCompression: setting('OTEL_EXPORTER_OTLP_COMPRESSION', 'none', 'gzip or none', compression),
  otlpTracesCompression: optional(
    'OTEL_EXPORTER_OTLP_TRACES_COMPRESSION',
    'the same for spans',
    compression,
    {
      words: 'as OTEL_EXPORTER_OTLP_COMPRESSION',
    },
  ),
  otlpMetricsCompression: optional(
    'OTEL_EXPORTER_OTLP_METRICS_COMPRESSION',
    'the same for metrics',
    compression,
    { words: 'as OTEL_EXPORTER_OTLP_COMPRESSION' },
  ),
  otlpCertificateFile: optional(
    'OTEL_EXPORTER_OTLP_CERTIFICATE',
    'file with the certificates that an https receiver is checked against',
    text,
  ),
  otlpClientCertificateFile: optional(
    'OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE',
    'file with our certificate for receivers that ask for one',
    text,
  ),
  otlpClientKeyFile: optional('OTEL_EXPORTER_OTLP_CLIENT_KEY', 'file with its private key', text),
  otlpTracesCertificateFile: optional('OTEL_EXPORTER_OTLP_TRACES_CERTIFICATE', 'the same for spans', text),
  otlpTracesClientCertificateFile: optional(
    'OTEL_EXPORTER_OTLP_TRACES_CLIENT_CERTIFICATE',
    'the same for spans',
    text,
  ),
  otlpTracesClientKeyFile: optional('OTEL_EXPORTER_OTLP_TRACES_CLIENT_KEY', 'the same for spans', text),
  otlpMetricsCertificateFile: optional(
    'OTEL_EXPORTER_OTLP_METRICS_CERTIFICATE',
    'the same for metrics',
    text,
  ),
  otlpMetricsClientCertificateFile: optional(
    'OTEL_EXPORTER_OTLP_METRICS_CLIENT_CERTIFICATE',
    'the same for metrics',
    text,
  ),
  otlpMetricsClientKeyFile: optional('OTEL_EXPORTER_OTLP_METRICS_CLIENT_KEY', 'the same for metrics', text),
  bspMaxQueueSize: setting(
    'OTEL_BSP_MAX_QUEUE_SIZE',
    '2048',
    'spans waiting for export; the oldest traces are dropped beyond it, and counted',
    spanCount,
  ),
  bspScheduleDelayMillis: setting(
    'OTEL_BSP_SCHEDULE_DELAY',
    '5000',
    'milliseconds that a span waits for others before export',
    millis,
  ),
  bspMaxExportBatchSize: setting('OTEL_BSP_MAX_EXPORT_BATCH_SIZE', '512', 'spans of one export', spanCount),
  bspExportTimeoutMillis: setting(
    'OTEL_BSP_EXPORT_TIMEOUT',
    '30000',
    'milliseconds after which an export is cut off; OTEL_EXPORTER_OTLP_TIMEOUT applies too',
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
    'milliseconds after which an export of metrics is cut off',
    millis,
  ),
};

export type SettingKey = keyof typeof SETTINGS;
export type SettingValues = { readonly [Key in SettingKey]: (typeof SETTINGS)[Key]['fallback'] };

/** The same as a list: what the README, `.env` and the environment may say about telemetry. */
export const TELEMETRY_SETTINGS: readonly Setting<unknown>[] = Object.freeze(Object.values(SETTINGS));
