import { ExportResultCode, type ExportResult } from '@opentelemetry/core';
import type { SpanExporter } from '@opentelemetry/sdk-trace';
import type { Guard } from '../base/guard.ts';
import { CopiedSpan } from './copied-span.ts';
import type { Sink } from './outcomes.ts';

/**
 * A sink for an exporter that accepts spans without waiting; any other needs a queue in front. The exporter cannot modify the span (G2).
 * @param options `withoutClients`: removes the addresses of clients.
 */
export function exporterSink(
  exporter: SpanExporter,
  rates: Sink['rates'],
  guard: Guard,
  { withoutClients = false }: { readonly withoutClients?: boolean } = {},
): Sink {
  // One callback for all exports, so that an exporter that never calls back retains nothing.
  const onResult = ({ code, error }: ExportResult): void => {
    if (error !== undefined) guard.report('exporter', error);
    else if (code === ExportResultCode.FAILED) guard.report('exporter', 'the export failed without a reason');
  };
  return {
    rates,
    take: (spans) => {
      // An async exporter returns a promise despite its type; unhandled, its rejection would end the process.
      const answer: unknown = exporter.export(
        spans.map((span) => new CopiedSpan(span, withoutClients)),
        onResult,
      );
      if (answer instanceof Promise) answer.catch((error: unknown) => guard.report('exporter', error));
    },
    forceFlush: async () => exporter.forceFlush?.(),
    shutdown: async () => exporter.shutdown(),
  };
}
