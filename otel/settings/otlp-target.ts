import type { SettingValues } from './settings-table.ts';

/** One OTLP receiver and how to speak to it. */
export interface OtlpTarget {
  /** In full, credentials and all: not for showing. */
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly protocol: 'http/protobuf' | 'http/json';
  readonly timeoutMillis: number;
  readonly compression: 'gzip' | 'none';
  readonly certificateFile: string | undefined;
  readonly clientCertificateFile: string | undefined;
  readonly clientKeyFile: string | undefined;
}

/** Where the specification expects a receiver when nothing says where it is. */
const DEFAULT_ENDPOINT = 'http://localhost:4318';
const PREFIXES = { traces: 'otlpTraces', metrics: 'otlpMetrics', logs: 'otlpLogs' } as const;

export type Signal = keyof typeof PREFIXES;

/** Whether an address is set for a signal. */
export function hasEndpoint(signal: Signal, values: SettingValues): boolean {
  return (values[`${PREFIXES[signal]}Endpoint`] ?? values.otlpEndpoint) !== undefined;
}

/** The receiver of a signal, the default one when no address is set; what is set for the signal alone wins. */
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

/** The address of a signal below the base address, whose query stays: some receivers take their key there. */
function signalUrl(base: string, signal: Signal): string {
  const url = new URL(base);
  url.pathname = `${url.pathname.replace(/\/+$/, '')}/v1/${signal}`;
  return url.href;
}

/** An address fit for showing: no user, no password, no query, no fragment. A word that is no address stays. */
export function withoutCredentials(address: string): string {
  const url = URL.parse(address);
  if (url === null) return address;
  return `${url.origin}${url.pathname}`;
}
