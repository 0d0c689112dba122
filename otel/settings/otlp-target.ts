import type { Signal } from '../base/export-storage.ts';
import type { SettingValues } from './settings-table.ts';

/** One OTLP receiver and its transport. */
export interface OtlpTarget {
  readonly signal: Signal;
  /** Complete, credentials included: not for display. */
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly protocol: 'http/protobuf' | 'http/json' | 'grpc';
  readonly timeoutMillis: number;
  readonly compression: 'gzip' | 'none';
  readonly certificateFile: string | undefined;
  readonly clientCertificateFile: string | undefined;
  readonly clientKeyFile: string | undefined;
}

/** The specification's default receivers. */
const DEFAULT_ENDPOINT = 'http://localhost:4318';
const DEFAULT_GRPC_ENDPOINT = 'http://localhost:4317';
const PREFIXES = { traces: 'otlpTraces', metrics: 'otlpMetrics', logs: 'otlpLogs' } as const satisfies Record<
  Signal,
  string
>;

/** Returns true if an address is set for a signal. */
export function hasEndpoint(signal: Signal, values: SettingValues): boolean {
  return (values[`${PREFIXES[signal]}Endpoint`] ?? values.otlpEndpoint) !== undefined;
}

/** The receiver of a signal, or the default one if no address is set; settings of the signal override common ones. */
export function resolveOtlp(signal: Signal, values: SettingValues): OtlpTarget {
  const prefix = PREFIXES[signal];
  const protocol = values[`${prefix}Protocol`] ?? values.otlpProtocol;
  const common =
    protocol === 'grpc'
      ? (values.otlpEndpoint ?? DEFAULT_GRPC_ENDPOINT)
      : signalUrl(values.otlpEndpoint ?? DEFAULT_ENDPOINT, signal);
  return Object.freeze({
    signal,
    url: values[`${prefix}Endpoint`] ?? common,
    headers: Object.freeze({ ...values.otlpHeaders, ...values[`${prefix}Headers`] }),
    protocol,
    timeoutMillis: values[`${prefix}TimeoutMillis`] ?? values.otlpTimeoutMillis,
    compression: values[`${prefix}Compression`] ?? values.otlpCompression,
    certificateFile: values[`${prefix}CertificateFile`] ?? values.otlpCertificateFile,
    clientCertificateFile: values[`${prefix}ClientCertificateFile`] ?? values.otlpClientCertificateFile,
    clientKeyFile: values[`${prefix}ClientKeyFile`] ?? values.otlpClientKeyFile,
  });
}

/** Appends a signal's path to the base address and keeps its query, which some receivers use for their key. */
function signalUrl(base: string, signal: Signal): string {
  const url = new URL(base);
  url.pathname = `${url.pathname.replace(/\/+$/, '')}/v1/${signal}`;
  return url.href;
}

/** An address for display: without user, password, query and fragment. A text that is not an address stays. */
export function withoutCredentials(address: string): string {
  const url = URL.parse(address);
  if (url === null) return address;
  return `${url.origin}${url.pathname}`;
}
