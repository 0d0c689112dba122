import { optional, setting, type Setting } from './setting.ts';
import { millis, oneOf, parseHttpUrl, parseKeyValueList, parseText } from './setting-parsers.ts';

const compression = oneOf(['gzip', 'none']);
const protocol = oneOf(['http/protobuf', 'http/json', 'grpc']);
/** Metrics of the kit are always exponential; this applies to the app's own histograms. */
const histograms = oneOf(['explicit_bucket_histogram', 'base2_exponential_bucket_histogram']);
const temporality = oneOf(['cumulative', 'delta', 'lowmemory']);

type Prefixed<Prefix extends string, Parts> = {
  readonly [Part in keyof Parts & string as `${Prefix}${Capitalize<Part>}`]: Parts[Part];
};

/** Written out below, so that a search for a setting finds it. */
interface SignalNames<Signal extends string> {
  readonly endpoint: `OTEL_EXPORTER_OTLP_${Signal}_ENDPOINT`;
  readonly headers: `OTEL_EXPORTER_OTLP_${Signal}_HEADERS`;
  readonly protocol: `OTEL_EXPORTER_OTLP_${Signal}_PROTOCOL`;
  readonly timeout: `OTEL_EXPORTER_OTLP_${Signal}_TIMEOUT`;
  readonly compression: `OTEL_EXPORTER_OTLP_${Signal}_COMPRESSION`;
  readonly certificate: `OTEL_EXPORTER_OTLP_${Signal}_CERTIFICATE`;
  readonly clientCertificate: `OTEL_EXPORTER_OTLP_${Signal}_CLIENT_CERTIFICATE`;
  readonly clientKey: `OTEL_EXPORTER_OTLP_${Signal}_CLIENT_KEY`;
}

/** Settings of one signal that override the common ones. */
function signalSettings<Prefix extends string, Signal extends string>(
  prefix: Prefix,
  signal: Signal,
  things: string,
  names: SignalNames<Signal>,
) {
  const asCommon = (name: string) => ({ words: `as ${name.replace(`_${signal}_`, '_')}` });
  const only = `the same for ${things} only`;
  return prefixed(prefix, {
    endpoint: optional(
      names.endpoint,
      `full address for ${things}; overrides the base address`,
      parseHttpUrl,
      { secret: true },
    ),
    headers: optional(names.headers, only, parseKeyValueList, { secret: true }),
    protocol: optional(names.protocol, only, protocol, asCommon(names.protocol)),
    timeoutMillis: optional(names.timeout, only, millis, asCommon(names.timeout)),
    compression: optional(names.compression, only, compression, asCommon(names.compression)),
    certificateFile: optional(names.certificate, only, parseText),
    clientCertificateFile: optional(names.clientCertificate, only, parseText),
    clientKeyFile: optional(names.clientKey, only, parseText),
  });
}

function prefixed<Prefix extends string, Parts extends Readonly<Record<string, Setting<unknown>>>>(
  prefix: Prefix,
  parts: Parts,
): Prefixed<Prefix, Parts> {
  const entries = Object.entries(parts).map(([part, one]) => [
    `${prefix}${part[0]!.toUpperCase()}${part.slice(1)}`,
    one,
  ]);
  return Object.fromEntries(entries) as Prefixed<Prefix, Parts>;
}

/** OTLP receivers and transport; settings of a signal override the common ones. */
export const OTLP_SETTINGS = {
  otlpEndpoint: optional(
    'OTEL_EXPORTER_OTLP_ENDPOINT',
    'base address of an OTLP receiver; enables the export of every signal unless an OTEL_*_EXPORTER setting disables it',
    parseHttpUrl,
    { secret: true },
  ),
  otlpHeaders: optional(
    'OTEL_EXPORTER_OTLP_HEADERS',
    'headers of every export, `key=value,key=value`',
    parseKeyValueList,
    { secret: true },
  ),
  otlpProtocol: setting(
    'OTEL_EXPORTER_OTLP_PROTOCOL',
    'http/protobuf',
    'http/protobuf, http/json or grpc',
    protocol,
  ),
  otlpTimeoutMillis: setting('OTEL_EXPORTER_OTLP_TIMEOUT', '10000', 'milliseconds for one export', millis),
  otlpCompression: setting('OTEL_EXPORTER_OTLP_COMPRESSION', 'none', 'gzip or none', compression),
  otlpCertificateFile: optional(
    'OTEL_EXPORTER_OTLP_CERTIFICATE',
    'file with the CA certificates that an https receiver is verified against',
    parseText,
  ),
  otlpClientCertificateFile: optional(
    'OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE',
    'file with the client certificate, for receivers that require one',
    parseText,
  ),
  otlpClientKeyFile: optional('OTEL_EXPORTER_OTLP_CLIENT_KEY', 'file with its private key', parseText),
  ...signalSettings('otlpTraces', 'TRACES', 'spans', {
    endpoint: 'OTEL_EXPORTER_OTLP_TRACES_ENDPOINT',
    headers: 'OTEL_EXPORTER_OTLP_TRACES_HEADERS',
    protocol: 'OTEL_EXPORTER_OTLP_TRACES_PROTOCOL',
    timeout: 'OTEL_EXPORTER_OTLP_TRACES_TIMEOUT',
    compression: 'OTEL_EXPORTER_OTLP_TRACES_COMPRESSION',
    certificate: 'OTEL_EXPORTER_OTLP_TRACES_CERTIFICATE',
    clientCertificate: 'OTEL_EXPORTER_OTLP_TRACES_CLIENT_CERTIFICATE',
    clientKey: 'OTEL_EXPORTER_OTLP_TRACES_CLIENT_KEY',
  }),
  ...signalSettings('otlpMetrics', 'METRICS', 'metrics', {
    endpoint: 'OTEL_EXPORTER_OTLP_METRICS_ENDPOINT',
    headers: 'OTEL_EXPORTER_OTLP_METRICS_HEADERS',
    protocol: 'OTEL_EXPORTER_OTLP_METRICS_PROTOCOL',
    timeout: 'OTEL_EXPORTER_OTLP_METRICS_TIMEOUT',
    compression: 'OTEL_EXPORTER_OTLP_METRICS_COMPRESSION',
    certificate: 'OTEL_EXPORTER_OTLP_METRICS_CERTIFICATE',
    clientCertificate: 'OTEL_EXPORTER_OTLP_METRICS_CLIENT_CERTIFICATE',
    clientKey: 'OTEL_EXPORTER_OTLP_METRICS_CLIENT_KEY',
  }),
  ...signalSettings('otlpLogs', 'LOGS', 'log records', {
    endpoint: 'OTEL_EXPORTER_OTLP_LOGS_ENDPOINT',
    headers: 'OTEL_EXPORTER_OTLP_LOGS_HEADERS',
    protocol: 'OTEL_EXPORTER_OTLP_LOGS_PROTOCOL',
    timeout: 'OTEL_EXPORTER_OTLP_LOGS_TIMEOUT',
    compression: 'OTEL_EXPORTER_OTLP_LOGS_COMPRESSION',
    certificate: 'OTEL_EXPORTER_OTLP_LOGS_CERTIFICATE',
    clientCertificate: 'OTEL_EXPORTER_OTLP_LOGS_CLIENT_CERTIFICATE',
    clientKey: 'OTEL_EXPORTER_OTLP_LOGS_CLIENT_KEY',
  }),
  otlpTemporality: setting(
    'OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE',
    'cumulative',
    'temporality of exported metrics: since start (cumulative), since the previous export (delta), or delta where it needs no memory (lowmemory)',
    temporality,
  ),
  otlpHistograms: optional(
    'OTEL_EXPORTER_OTLP_METRICS_DEFAULT_HISTOGRAM_AGGREGATION',
    'aggregation of histograms: explicit_bucket_histogram or base2_exponential_bucket_histogram. Unset, durations that the kit counts are exponential, and the app’s histograms explicit',
    histograms,
  ),
};
