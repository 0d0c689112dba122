import { type ExportResult, ExportResultCode } from '@opentelemetry/core';
import type { ReadableSpan, SpanExporter } from '@opentelemetry/sdk-trace';
import type { ExportFacts } from '../query.ts';
import type { ExportPipeline } from './export-pipeline.ts';

/** All export pipelines of spans as one exporter; each has its own queue and outcome. */
export class SpanExports implements SpanExporter {
  readonly pipelines: readonly ExportPipeline[];

  /** @param pipelines At least one; pages show the first. */
  constructor(pipelines: readonly ExportPipeline[]) {
    this.pipelines = pipelines;
  }

  get queuedBytes(): number {
    return this.pipelines.reduce((sum, { queuedBytes }) => sum + queuedBytes, 0);
  }

  export(spans: readonly ReadableSpan[], resultCallback: (result: ExportResult) => void): void {
    let result: ExportResult = { code: ExportResultCode.SUCCESS };
    const noteFailure = (each: ExportResult): void => {
      if (each.code !== ExportResultCode.SUCCESS) result = each;
    };
    // Each only enqueues and calls back at once.
    for (const pipeline of this.pipelines) pipeline.export(spans, noteFailure);
    resultCallback(result);
  }

  async forceFlush(): Promise<void> {
    await Promise.all(this.pipelines.map((pipeline) => pipeline.forceFlush()));
  }

  async shutdown(): Promise<void> {
    await Promise.all(this.pipelines.map((pipeline) => pipeline.shutdown()));
  }

  facts(): ExportFacts {
    const [first, ...others] = this.pipelines.map((pipeline) => pipeline.facts());
    return others.length === 0 ? first! : { ...first!, others };
  }
}
