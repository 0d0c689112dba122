import type { LogRecordProcessor, ReadableLogRecord } from '@opentelemetry/sdk-logs';
import type { ExportPipeline } from './export-pipeline.ts';

/** Adds every log record to each pipeline. */
export class LogPipelines implements LogRecordProcessor {
  readonly #pipelines: readonly ExportPipeline<ReadableLogRecord>[];

  constructor(pipelines: readonly ExportPipeline<ReadableLogRecord>[]) {
    this.#pipelines = pipelines;
  }

  onEmit(record: ReadableLogRecord): void {
    for (const pipeline of this.#pipelines) pipeline.export([record], ignore);
  }

  async forceFlush(): Promise<void> {
    await Promise.all(this.#pipelines.map((pipeline) => pipeline.forceFlush()));
  }

  async shutdown(): Promise<void> {
    await Promise.all(this.#pipelines.map((pipeline) => pipeline.shutdown()));
  }
}

/** What is not accepted is in the pipeline's books. */
function ignore(): void {}
