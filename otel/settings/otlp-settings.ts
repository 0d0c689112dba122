import { optional, setting, type Setting } from './setting.ts';
import { millis, oneOf, parseHttpUrl, parseKeyValueList, parseText } from './setting-parsers.ts';

const PREFIX = 'OTEL_EXPORTER_OTLP';
const compression = oneOf(['gzip', 'none']);
const protocol = oneOf(['http/protobuf', 'http/json', 'grpc']);
/** Metrics of the kit are always exponential; this applies to the app's own histograms. */
const histograms = oneOf(['explicit_bucket_histogram', 'base2_exponential_bucket_histogram']);
const temporality = oneOf(['cumulative', 'delta', 'lowmemory']);

type Prefixed<Prefix extends string, Parts> = {
  readonly [Part in keyof Parts & string as `${Prefix}${Capitalize<Part>}`]: Parts[Part];
};

/** Settings of one signal that override the common ones. */
function signalSettings<Prefix extends string>(prefix: Prefix, signal: string, things: string) {
  const own = `${PREFIX}_${signal}`;
  const asCommon = (part: string) => ({ words: `as ${PREFIX}_${part}` });
  const only = `the same for ${things} only`;
  return prefixed(prefix, {
    endpoint: optional(
      `${own}_ENDPOINT`,
      `full address for ${things}; overrides the base address`,
      parseHttpUrl,
      {
        secret: true,
      },
    ),
    headers: optional(`${own}_HEADERS`, only, parseKeyValueList, { secret: true }),
    protocol: optional(`${own}_PROTOCOL`, only, protocol, asCommon('PROTOCOL')),
    timeoutMillis: optional(`${own}_TIMEOUT`, only, millis, asCommon('TIMEOUT')),
    compression: optional(`${own}_COMPRESSION`, only, compression, asCommon('COMPRESSION')),
    certificateFile: optional(`${own}_CERTIFICATE`, only, parseText),
    clientCertificateFile: optional(`${own}_CLIENT_CERTIFICATE`, only, parseText),
    clientKeyFile: optional(`${own}_CLIENT_KEY`, only, parseText),
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
    `${PREFIX}_ENDPOINT`,
    'base address of an OTLP receiver; enables the export of every signal unless an OTEL_*_EXPORTER setting disables it',
    parseHttpUrl,
    { secret: true },
  ),
  otlpHeaders: optional(
    `${PREFIX}_HEADERS`,
    'headers of every export, `key=value,key=value`',
    parseKeyValueList,
    { secret: true },
  ),
  otlpProtocol: setting(`${PREFIX}_PROTOCOL`, 'http/protobuf', 'http/protobuf, http/json or grpc', protocol),
  otlpTimeoutMillis: setting(`${PREFIX}_TIMEOUT`, '10000', 'milliseconds for one export', millis),
  otlpCompression: setting(`${PREFIX}_COMPRESSION`, 'none', 'gzip or none', compression),
  otlpCertificateFile: optional(
    `${PREFIX}_CERTIFICATE`,
    'file with the CA certificates that an https receiver is verified against',
    parseText,
  ),
  otlpClientCertificateFile: optional(
    `${PREFIX}_CLIENT_CERTIFICATE`,
    'file with the client certificate, for receivers that require one',
    parseText,
  ),
  otlpClientKeyFile: optional(`${PREFIX}_CLIENT_KEY`, 'file with its private key', parseText),
  ...signalSettings('otlpTraces', 'TRACES', 'spans'),
  ...signalSettings('otlpMetrics', 'METRICS', 'metrics'),
  ...signalSettings('otlpLogs', 'LOGS', 'log records'),
  otlpTemporality: setting(
    `${PREFIX}_METRICS_TEMPORALITY_PREFERENCE`,
    'cumulative',
    'temporality of exported metrics: since start (cumulative), since the previous export (delta), or delta where it needs no memory (lowmemory)',
    temporality,
  ),
  otlpHistograms: optional(
    `${PREFIX}_METRICS_DEFAULT_HISTOGRAM_AGGREGATION`,
    'aggregation of histograms: explicit_bucket_histogram or base2_exponential_bucket_histogram. Unset, durations that the kit counts are exponential, and the app’s histograms explicit',
    histograms,
  ),
};
