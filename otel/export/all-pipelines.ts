import type { ExportPipeline } from './export-pipeline.ts';

/** Several pipelines of one signal as one destination of the SDK; each has its own queue and outcome. */
export class AllPipelines<Item> {
  readonly #pipelines: readonly ExportPipeline<Item>[];

  constructor(pipelines: readonly ExportPipeline<Item>[]) {
    this.#pipelines = pipelines;
  }

  async forceFlush(): Promise<void> {
    await Promise.all(this.#pipelines.map((pipeline) => pipeline.forceFlush()));
  }

  async shutdown(): Promise<void> {
    await Promise.all(this.#pipelines.map((pipeline) => pipeline.shutdown()));
  }

  /** Each only enqueues; what it does not accept is in its books. */
  protected add(items: readonly Item[]): void {
    for (const pipeline of this.#pipelines) pipeline.export(items, ignore);
  }
}

function ignore(): void {}
