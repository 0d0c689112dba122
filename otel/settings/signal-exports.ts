import { hasEndpoint, type OtlpTarget, resolveOtlp, type Signal } from './otlp-target.ts';
import type { SettingValues } from './settings-table.ts';

/** A way out of the process beside OTLP over HTTP: the console, OTLP JSON on standard output, OTLP JSON lines in a file. */
export type LocalExport = 'console' | 'otlp/stdout' | 'file';

/** Where one signal goes. */
export interface SignalExport {
  /** Over OTLP, credentials and all. */
  readonly otlp: OtlpTarget | undefined;
  readonly local: readonly LocalExport[];
}

const EXPORTERS = { traces: 'traceExporters', metrics: 'metricExporters', logs: 'logExporters' } as const;

/** As OTEL_*_EXPORTER says; without it, to the receiver whose address is set. METRICS_OTLP_FOLDER adds files to either. */
export function signalExport(signal: Signal, values: SettingValues): SignalExport {
  const named: readonly string[] = values[EXPORTERS[signal]] ?? (hasEndpoint(signal, values) ? ['otlp'] : []);
  const local: LocalExport[] = (['console', 'otlp/stdout'] as const).filter((name) => named.includes(name));
  if (values.otlpFolder !== undefined) local.push('file');
  return Object.freeze({
    otlp: named.includes('otlp') ? resolveOtlp(signal, values) : undefined,
    local: Object.freeze(local),
  });
}

export const NO_EXPORTERS: SignalExport = Object.freeze({ otlp: undefined, local: Object.freeze([]) });

/** What has to be said about settings that are understood. */
export function exportNotes({ metricExporters }: SettingValues): readonly string[] {
  return (metricExporters ?? []).includes('prometheus')
    ? [
        'OTEL_METRICS_EXPORTER=prometheus: the metrics are at /metrics of the app; no port of their own is opened',
      ]
    : [];
}
