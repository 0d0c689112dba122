import { type ExportResult, ExportResultCode } from '@opentelemetry/core';
import type { ReadableSpan, SpanExporter } from '@opentelemetry/sdk-trace';
import { AllPipelines } from './all-pipelines.ts';
import { type AbortableExporter, ExporterDestination } from './destination.ts';
import { ExportPipeline } from './export-pipeline.ts';
import type { ExportPipelineOptions } from './pipeline-options.ts';
import { componentOf } from './export-tally.ts';
import { SPAN_KIND } from './item-kinds.ts';

/** Pipelines of spans as one exporter that accepts spans without waiting. */
export class SpanPipelines extends AllPipelines<ReadableSpan> implements SpanExporter {
  export(spans: readonly ReadableSpan[], resultCallback: (result: ExportResult) => void): void {
    this.add(spans);
    resultCallback({ code: ExportResultCode.SUCCESS });
  }
}

/** Wraps any span exporter: one export at a time, with a bounded queue. */
export function exportPipeline(
  exporter: AbortableExporter<ReadableSpan>,
  options: Partial<Omit<ExportPipelineOptions<ReadableSpan>, 'destination' | 'kind'>> = {},
): ExportPipeline<ReadableSpan> {
  if (exporter instanceof ExportPipeline) return exporter;
  const name = exporter.constructor.name;
  const { endpoint = name } = options;
  return new ExportPipeline({
    ...options,
    endpoint,
    kind: SPAN_KIND,
    destination: new ExporterDestination(exporter),
    component: options.component ?? componentOf('span', name, endpoint),
  });
}
