import type { SettingValues } from './settings-table.ts';

/** One OTLP receiver and how to speak to it. */
export interface OtlpTarget {
  /** In full, credentials and all: not for showing. */
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly timeoutMillis: number;
  readonly compression: 'gzip' | 'none';
  readonly certificateFile: string | undefined;
  readonly clientCertificateFile: string | undefined;
  readonly clientKeyFile: string | undefined;
}

/** What is set for one signal alone. */
type OwnSettings = {
  readonly [Key in keyof OtlpTarget | 'endpoint']?: (OtlpTarget & { endpoint: string })[Key] | undefined;
};

/** The receiver of a signal; undefined when no address is set for it. Logs go to the common one. */
export function resolveOtlp(
  signal: 'traces' | 'metrics' | 'logs',
  values: SettingValues,
): OtlpTarget | undefined {
  const own = ownSettings(signal, values);
  const url = own.endpoint ?? signalUrl(values.otlpEndpoint, signal);
  if (url === undefined) return undefined;
  return Object.freeze({
    url,
    headers: Object.freeze({ ...values.otlpHeaders, ...own.headers }),
    timeoutMillis: own.timeoutMillis ?? values.otlpTimeoutMillis,
    compression: own.compression ?? values.otlpCompression,
    certificateFile: own.certificateFile ?? values.otlpCertificateFile,
    clientCertificateFile: own.clientCertificateFile ?? values.otlpClientCertificateFile,
    clientKeyFile: own.clientKeyFile ?? values.otlpClientKeyFile,
  });
}

function ownSettings(signal: 'traces' | 'metrics' | 'logs', values: SettingValues): OwnSettings {
  if (signal === 'logs') return {};
  return signal === 'traces'
    ? {
        endpoint: values.otlpTracesEndpoint,
        headers: values.otlpTracesHeaders,
        timeoutMillis: values.otlpTracesTimeoutMillis,
        compression: values.otlpTracesCompression,
        certificateFile: values.otlpTracesCertificateFile,
        clientCertificateFile: values.otlpTracesClientCertificateFile,
        clientKeyFile: values.otlpTracesClientKeyFile,
      }
    : {
        endpoint: values.otlpMetricsEndpoint,
        headers: values.otlpMetricsHeaders,
        timeoutMillis: values.otlpMetricsTimeoutMillis,
        compression: values.otlpMetricsCompression,
        certificateFile: values.otlpMetricsCertificateFile,
        clientCertificateFile: values.otlpMetricsClientCertificateFile,
        clientKeyFile: values.otlpMetricsClientKeyFile,
      };
}

/** The address of a signal below the base address, whose query stays: some receivers take their key there. */
function signalUrl(base: string | undefined, signal: string): string | undefined {
  if (base === undefined) return undefined;
  const url = new URL(base);
  url.pathname = `${url.pathname.replace(/\/+$/, '')}/v1/${signal}`;
  return url.href;
}

/** An address fit for showing: no user, no password, no query, no fragment. */
export function withoutCredentials(address: string): string {
  const url = new URL(address);
  return `${url.origin}${url.pathname}`;
}
