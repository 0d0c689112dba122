import { describe, expect, it } from '@jest/globals';
import { readTelemetryConfig, TELEMETRY_SETTINGS, type TelemetryConfig } from '../../../otel/config.ts';

function read(env: Record<string, string>, dotEnv: Record<string, string> = {}): TelemetryConfig {
  return readTelemetryConfig({ env, dotEnv });
}

/** Names of the specification's "Environment Variable Specification" and of the JavaScript SDK that have an effect. */
const HONOURED = [
  'OTEL_SDK_DISABLED OTEL_LOG_LEVEL OTEL_SERVICE_NAME OTEL_RESOURCE_ATTRIBUTES OTEL_PROPAGATORS',
  'OTEL_NODE_RESOURCE_DETECTORS OTEL_NODE_ENABLED_INSTRUMENTATIONS OTEL_NODE_DISABLED_INSTRUMENTATIONS',
  'OTEL_TRACES_EXPORTER OTEL_METRICS_EXPORTER OTEL_LOGS_EXPORTER',
  'OTEL_ATTRIBUTE_COUNT_LIMIT OTEL_ATTRIBUTE_VALUE_LENGTH_LIMIT',
  'OTEL_SPAN_ATTRIBUTE_COUNT_LIMIT OTEL_SPAN_ATTRIBUTE_VALUE_LENGTH_LIMIT',
  'OTEL_SPAN_EVENT_COUNT_LIMIT OTEL_SPAN_LINK_COUNT_LIMIT',
  'OTEL_EVENT_ATTRIBUTE_COUNT_LIMIT OTEL_LINK_ATTRIBUTE_COUNT_LIMIT',
  'OTEL_LOGRECORD_ATTRIBUTE_COUNT_LIMIT OTEL_LOGRECORD_ATTRIBUTE_VALUE_LENGTH_LIMIT',
  'OTEL_BSP_SCHEDULE_DELAY OTEL_BSP_EXPORT_TIMEOUT OTEL_BSP_MAX_QUEUE_SIZE OTEL_BSP_MAX_EXPORT_BATCH_SIZE',
  'OTEL_BLRP_SCHEDULE_DELAY OTEL_BLRP_EXPORT_TIMEOUT OTEL_BLRP_MAX_QUEUE_SIZE OTEL_BLRP_MAX_EXPORT_BATCH_SIZE',
  'OTEL_METRIC_EXPORT_INTERVAL OTEL_METRIC_EXPORT_TIMEOUT',
  'OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE OTEL_EXPORTER_OTLP_METRICS_DEFAULT_HISTOGRAM_AGGREGATION',
  ...['', 'TRACES_', 'METRICS_', 'LOGS_'].flatMap((signal) =>
    [
      'ENDPOINT',
      'HEADERS',
      'PROTOCOL',
      'TIMEOUT',
      'COMPRESSION',
      'CERTIFICATE',
      'CLIENT_CERTIFICATE',
      'CLIENT_KEY',
    ].map((part) => `OTEL_EXPORTER_OTLP_${signal}${part}`),
  ),
]
  .join(' ')
  .split(' ');

/** Names without an effect, and a word of the reported reason. */
const IGNORED: readonly (readonly [name: string, reason: string])[] = [
  ['OTEL_TRACES_SAMPLER', 'METRICS_SAMPLING_RATE'],
  ['OTEL_TRACES_SAMPLER_ARG', 'METRICS_SAMPLING_RATE'],
  ['OTEL_CONFIG_FILE', 'no configuration file'],
  ['OTEL_EXPERIMENTAL_CONFIG_FILE', 'no configuration file'],
  ['OTEL_EXPORTER_ZIPKIN_ENDPOINT', 'OTLP'],
  ['OTEL_EXPORTER_JAEGER_AGENT_HOST', 'OTLP'],
  ['OTEL_EXPORTER_PROMETHEUS_HOST', '/metrics'],
  ['OTEL_EXPORTER_PROMETHEUS_PORT', '/metrics'],
  ['OTEL_EXPORTER_OTLP_INSECURE', 'https://'],
  ['OTEL_METRICS_EXEMPLAR_FILTER', 'exemplars'],
  ['OTEL_SPAN_ATTRIBUTE_PER_EVENT_COUNT_LIMIT', 'OTEL_EVENT_ATTRIBUTE_COUNT_LIMIT'],
  ['OTEL_SEMCONV_STABILITY_OPT_IN', 'stable'],
  ['OTEL_TRACE_EXPORTER', 'did you mean OTEL_TRACES_EXPORTER?'],
  ['OTEL_EXPORTER_OTLP_END_POINT', 'did you mean OTEL_EXPORTER_OTLP_ENDPOINT?'],
  ['otel_service_name', 'did you mean OTEL_SERVICE_NAME?'],
  ['OTEL_XYZ', 'unknown setting'],
];

describe('an OTEL_* variable', () => {
  it('with an effect is in the table', () => {
    const names = TELEMETRY_SETTINGS.map(({ name }) => name).filter((name) => name.startsWith('OTEL_'));
    expect(names.toSorted()).toEqual(HONOURED.toSorted());
  });

  it.each(IGNORED)('without an effect is reported in one line with the reason: %s', (name, reason) => {
    const { warnings } = read({ [name]: 'secret-value' }, { [name]: 'another' });
    expect(warnings).toEqual([expect.stringContaining(`${name} (environment) has no effect: `)]);
    expect(warnings[0]).toContain(reason);
    expect(warnings[0]).not.toContain('secret-value');
    expect(read({ [name]: ' ' }).warnings).toEqual([]);
    expect(read({}, { [name]: 'x' }).warnings).toEqual([expect.stringContaining(`${name} (.env)`)]);
  });

  it('is reported in one line, whatever is wrong with it', () => {
    const bad = Object.fromEntries(HONOURED.map((name) => [name, '\u0000,=']));
    const named = read(bad).warnings.map((line) => /^OTEL_\w+/.exec(line)?.[0]);
    expect(new Set(named).size).toBe(named.length);
  });
});

describe('OTEL_*_EXPORTER', () => {
  const endpoint = { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://c:4318' };

  it('none disables the export that an endpoint enables', () => {
    const config = read({
      ...endpoint,
      OTEL_TRACES_EXPORTER: 'none',
      OTEL_METRICS_EXPORTER: 'None',
      OTEL_LOGS_EXPORTER: 'none',
    });
    expect(config).toMatchObject({ traceExport: undefined, metricExport: undefined, logExport: undefined });
    expect(config.localExport).toEqual({ traces: [], metrics: [], logs: [] });
    expect(config.warnings).toEqual([]);
  });

  it('otlp without an endpoint uses the specification’s default', () => {
    const config = read({
      OTEL_TRACES_EXPORTER: 'otlp',
      OTEL_METRICS_EXPORTER: 'otlp',
      OTEL_LOGS_EXPORTER: 'otlp',
    });
    expect([config.traceExport?.url, config.metricExport?.url, config.logExport?.url]).toEqual([
      'http://localhost:4318/v1/traces',
      'http://localhost:4318/v1/metrics',
      'http://localhost:4318/v1/logs',
    ]);
  });

  it('accepts lists', () => {
    const config = read({
      ...endpoint,
      OTEL_TRACES_EXPORTER: 'console, OTLP,console',
      METRICS_OTLP_FOLDER: 'x',
    });
    expect(config.traceExport).toBeDefined();
    expect(config.localExport).toEqual({ traces: ['console', 'file'], metrics: ['file'], logs: ['file'] });
    const stdout = read({ ...endpoint, OTEL_TRACES_EXPORTER: 'otlp/stdout' });
    expect([stdout.traceExport, stdout.localExport.traces]).toEqual([undefined, ['otlp/stdout']]);
  });

  it('prometheus logs where the metrics are', () => {
    const { warnings, metricExport } = read({ OTEL_METRICS_EXPORTER: 'prometheus' });
    expect([warnings, metricExport]).toEqual([[expect.stringContaining('/metrics')], undefined]);
  });

  it.each([
    ['zipkin', 'take OTLP', 'traces'],
    ['jaeger,otlp', 'its valid part applies', 'otlp'],
    ['none,otlp', 'the default', 'traces'],
    [',', 'the default', 'traces'],
  ])('%s is a warning', (value, reason, kind) => {
    const { warnings, traceExport } = read({ OTEL_TRACES_EXPORTER: value });
    expect(warnings).toEqual([expect.stringContaining(reason)]);
    expect(traceExport === undefined).toBe(kind === 'traces');
  });

  it('exports nothing while telemetry is off', () => {
    const off = read({
      OTEL_SDK_DISABLED: 'true',
      OTEL_TRACES_EXPORTER: 'console',
      METRICS_OTLP_FOLDER: 'x',
    });
    expect(off.localExport).toEqual({ traces: [], metrics: [], logs: [] });
  });
});

describe('the receiver of a signal', () => {
  it.each(['traces', 'metrics', 'logs'] as const)('is set part by part for %s', (signal) => {
    const own = `OTEL_EXPORTER_OTLP_${signal.toUpperCase()}`;
    const config = read({
      OTEL_EXPORTER_OTLP_ENDPOINT: 'http://c:4318',
      OTEL_EXPORTER_OTLP_HEADERS: 'a=1',
      [`${own}_ENDPOINT`]: 'http://own:1/here',
      [`${own}_HEADERS`]: 'b=2',
      [`${own}_PROTOCOL`]: 'http/json',
      [`${own}_TIMEOUT`]: '77',
      [`${own}_COMPRESSION`]: 'gzip',
      [`${own}_CERTIFICATE`]: 'ca.pem',
      [`${own}_CLIENT_CERTIFICATE`]: 'cert.pem',
      [`${own}_CLIENT_KEY`]: 'key.pem',
    });
    const targets = { traces: config.traceExport, metrics: config.metricExport, logs: config.logExport };
    const { [signal]: target, ...others } = targets;
    expect(target).toEqual({
      signal,
      url: 'http://own:1/here',
      headers: { a: '1', b: '2' },
      protocol: 'http/json',
      timeoutMillis: 77,
      compression: 'gzip',
      certificateFile: 'ca.pem',
      clientCertificateFile: 'cert.pem',
      clientKeyFile: 'key.pem',
    });
    for (const other of Object.values(others))
      expect(other).toMatchObject({ protocol: 'http/protobuf', headers: { a: '1' }, timeoutMillis: 10_000 });
  });

  it('has no path with grpc, and its own default port', () => {
    const grpc = { OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc' };
    const { warnings, traceExport } = read({ ...grpc, OTEL_EXPORTER_OTLP_ENDPOINT: 'http://c:4317' });
    expect(warnings).toEqual([]);
    expect(traceExport).toMatchObject({ protocol: 'grpc', url: 'http://c:4317/' });
    const byDefault = read({ ...grpc, OTEL_TRACES_EXPORTER: 'otlp' });
    expect(byDefault.traceExport?.url).toBe('http://localhost:4317');
  });
});

describe('limits', () => {
  const defaults = {
    attributeCountLimit: 128,
    attributeValueLengthLimit: Infinity,
    eventCountLimit: 128,
    linkCountLimit: 128,
    attributePerEventCountLimit: 128,
    attributePerLinkCountLimit: 128,
  };

  it('are those of the specification by default', () => {
    expect(read({}).spanLimits).toEqual(defaults);
  });

  it('of all attributes apply unless those of a signal are set', () => {
    const { spanLimits, logRecordLimits } = read({
      OTEL_ATTRIBUTE_COUNT_LIMIT: '10',
      OTEL_ATTRIBUTE_VALUE_LENGTH_LIMIT: '20',
      OTEL_SPAN_ATTRIBUTE_COUNT_LIMIT: '3',
      OTEL_LOGRECORD_ATTRIBUTE_VALUE_LENGTH_LIMIT: '4',
    });
    expect(spanLimits).toEqual({ ...defaults, attributeCountLimit: 3, attributeValueLengthLimit: 20 });
    expect(logRecordLimits).toEqual({ attributeCountLimit: 10, attributeValueLengthLimit: 4 });
  });

  it('are read from their own variables', () => {
    const { spanLimits } = read({
      OTEL_SPAN_ATTRIBUTE_COUNT_LIMIT: '1',
      OTEL_SPAN_ATTRIBUTE_VALUE_LENGTH_LIMIT: '2',
      OTEL_SPAN_EVENT_COUNT_LIMIT: '3',
      OTEL_SPAN_LINK_COUNT_LIMIT: '4',
      OTEL_EVENT_ATTRIBUTE_COUNT_LIMIT: '5',
      OTEL_LINK_ATTRIBUTE_COUNT_LIMIT: '0',
    });
    expect(Object.values(spanLimits)).toEqual([1, 2, 3, 4, 5, 0]);
  });

  it.each(['-1', 'many', '1.5'])('warn of %j and keep the default', (value) => {
    const { spanLimits, warnings } = read({ OTEL_SPAN_EVENT_COUNT_LIMIT: value });
    expect([spanLimits.eventCountLimit, warnings.length]).toEqual([128, 1]);
  });
});

describe('the rest', () => {
  it('reads propagators, detectors and instrumentations', () => {
    const config = read({
      OTEL_PROPAGATORS: 'tracecontext,b3',
      OTEL_NODE_RESOURCE_DETECTORS: 'host,env',
      OTEL_NODE_DISABLED_INSTRUMENTATIONS: 'better-sqlite3',
    });
    expect(config.propagators).toEqual(['tracecontext']);
    expect(config.warnings).toEqual([expect.stringContaining('OTEL_PROPAGATORS="tracecontext,b3"')]);
    expect(config.resourceDetectors).toEqual(['env', 'host']);
    expect(config.instrumentations).toEqual({ http: true, 'better-sqlite3': false });
    expect(read({ OTEL_NODE_ENABLED_INSTRUMENTATIONS: 'http' }).instrumentations).toEqual({
      http: true,
      'better-sqlite3': false,
    });
    expect(read({ OTEL_PROPAGATORS: 'none' }).propagators).toEqual([]);
    expect(read({}).propagators).toEqual(['tracecontext', 'baggage']);
  });

  it('reads OTEL_BLRP_* and never lets a batch exceed its queue', () => {
    const { logQueue } = read({ OTEL_BLRP_MAX_QUEUE_SIZE: '10', OTEL_BLRP_SCHEDULE_DELAY: '5' });
    expect(logQueue).toEqual({
      maxQueueItems: 10,
      maxBatchItems: 10,
      scheduledDelayMillis: 5,
      exportTimeoutMillis: 30_000,
    });
  });
});
