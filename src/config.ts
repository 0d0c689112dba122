/** The blog's own settings; the METRICS_* and OTEL_* ones are read by otel/config.ts. */
export interface BlogConfig {
  readonly host: string;
  readonly port: number;
  /** Without a trailing slash; undefined until the address listened on is known. */
  readonly publicUrl: string | undefined;
  readonly dataDir: string;
  readonly logLevel: 'fatal' | 'error' | 'warn' | 'info' | 'debug' | 'trace' | 'silent';
  /** A bearer token that may read /admin/metrics and /metrics; undefined: none. */
  readonly metricsToken: string | undefined;
}
