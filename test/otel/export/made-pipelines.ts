import type { ReadableSpan } from '@opentelemetry/sdk-trace';
import type { ExportStorage } from '../../../otel/base/export-storage.ts';
import { readTelemetryConfig } from '../../../otel/config.ts';
import { createSpanPipelines } from '../../../otel/export/create-exports.ts';
import { ExportPipeline } from '../../../otel/export/export-pipeline.ts';
import { componentOf } from '../../../otel/export/export-tally.ts';
import { SPAN_KIND } from '../../../otel/export/item-kinds.ts';
import { OtlpDestination } from '../../../otel/export/otlp-destination.ts';
import { encodingOf, SPANS } from '../../../otel/export/otlp-signals.ts';
import type { ExportPipelineOptions } from '../../../otel/export/pipeline-options.ts';

/** Nothing can wait on disk. */
export const NO_STORAGE: ExportStorage = {
  put: () => false,
  oldest: () => undefined,
  remove: () => {},
  replace: () => {},
  onAdopted: () => {},
  facts: () => undefined,
};

/** The pipelines of spans that these settings configure; the first is the receiver's, if there is one. */
export function pipelinesOf(env: Record<string, string>): readonly ExportPipeline<ReadableSpan>[] {
  return createSpanPipelines(readTelemetryConfig({ env }), { storage: NO_STORAGE, log: () => {} }, () => {});
}

/** A pipeline of spans to a receiver, with limits that settings do not have. */
export function otlpPipeline(
  env: Record<string, string>,
  options: Partial<ExportPipelineOptions<ReadableSpan>> = {},
): ExportPipeline<ReadableSpan> {
  const { traceExport } = readTelemetryConfig({ env });
  if (traceExport === undefined) throw new Error('no endpoint');
  return new ExportPipeline({
    destination: new OtlpDestination(traceExport, encodingOf(SPANS, traceExport)),
    kind: SPAN_KIND,
    endpoint: traceExport.url,
    component: componentOf('span', 'otlp', traceExport.url),
    ...options,
  });
}
