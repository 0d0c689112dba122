import { type ExportResult, ExportResultCode } from '@opentelemetry/core';
import type { ReadableSpan, SpanExporter } from '@opentelemetry/sdk-trace';
import { type AbortableExporter, ExporterDestination } from './destination.ts';
import { ExportPipeline } from './export-pipeline.ts';
import type { ExportPipelineOptions } from './pipeline-options.ts';
import { componentOf } from './export-tally.ts';
import { SPAN_KIND } from './item-kinds.ts';

/** Several pipelines of spans as one exporter; each has its own queue and outcome. */
export class SpanPipelines implements SpanExporter {
  readonly #pipelines: readonly ExportPipeline<ReadableSpan>[];

  constructor(pipelines: readonly ExportPipeline<ReadableSpan>[]) {
    this.#pipelines = pipelines;
  }

  export(spans: readonly ReadableSpan[], resultCallback: (result: ExportResult) => void): void {
    // Each only enqueues; what it does not accept is in its books.
    for (const pipeline of this.#pipelines) pipeline.export(spans, () => {});
    resultCallback({ code: ExportResultCode.SUCCESS });
  }

  async forceFlush(): Promise<void> {
    await Promise.all(this.#pipelines.map((pipeline) => pipeline.forceFlush()));
  }

  async shutdown(): Promise<void> {
    await Promise.all(this.#pipelines.map((pipeline) => pipeline.shutdown()));
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
