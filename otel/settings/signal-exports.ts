import type { Signal } from '../base/export-storage.ts';
import { hasEndpoint, type OtlpTarget, resolveOtlp } from './otlp-target.ts';
import type { SettingValues } from './settings-table.ts';

/** An exporter other than OTLP over HTTP: the console, OTLP JSON on standard output, OTLP JSON lines in a file. */
export type LocalExport = 'console' | 'otlp/stdout' | 'file';

/** Exporters of one signal. */
export interface SignalExport {
  /** OTLP receiver, credentials included. */
  readonly otlp: OtlpTarget | undefined;
  readonly local: readonly LocalExport[];
}

const EXPORTERS = { traces: 'traceExporters', metrics: 'metricExporters', logs: 'logExporters' } as const;

/** By OTEL_*_EXPORTER; if that is unset, to the configured receiver. METRICS_OTLP_FOLDER adds files to either. */
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

/** Notes about valid settings with a surprising effect. */
export function exportNotes({ metricExporters }: SettingValues): readonly string[] {
  return (metricExporters ?? []).includes('prometheus')
    ? [
        'OTEL_METRICS_EXPORTER=prometheus: metrics are served at /metrics of the app, not on a port of their own',
      ]
    : [];
}
