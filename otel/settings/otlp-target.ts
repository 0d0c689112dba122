import type { SettingValues } from './settings-table.ts';

/** One OTLP receiver and its transport. */
export interface OtlpTarget {
  /** Complete, credentials included: not for display. */
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly protocol: 'http/protobuf' | 'http/json';
  readonly timeoutMillis: number;
  readonly compression: 'gzip' | 'none';
  readonly certificateFile: string | undefined;
  readonly clientCertificateFile: string | undefined;
  readonly clientKeyFile: string | undefined;
}

/** The specification's default receiver. */
const DEFAULT_ENDPOINT = 'http://localhost:4318';
const PREFIXES = { traces: 'otlpTraces', metrics: 'otlpMetrics', logs: 'otlpLogs' } as const;

export type Signal = keyof typeof PREFIXES;

/** Returns true if an address is set for a signal. */
export function hasEndpoint(signal: Signal, values: SettingValues): boolean {
  return (values[`${PREFIXES[signal]}Endpoint`] ?? values.otlpEndpoint) !== undefined;
}

/** The receiver of a signal, or the default one if no address is set; settings of the signal override common ones. */
export function resolveOtlp(signal: Signal, values: SettingValues): OtlpTarget {
  const prefix = PREFIXES[signal];
  return Object.freeze({
    url: values[`${prefix}Endpoint`] ?? signalUrl(values.otlpEndpoint ?? DEFAULT_ENDPOINT, signal),
    headers: Object.freeze({ ...values.otlpHeaders, ...values[`${prefix}Headers`] }),
    protocol: values[`${prefix}Protocol`] ?? values.otlpProtocol,
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
