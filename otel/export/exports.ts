import type { ExportControl, ExportFacts, ExportTest } from '../base/export-facts.ts';
import type { ExportPipeline } from './export-pipeline.ts';

/** What all pipelines have in common, whatever their items are. */
export type AnyPipeline = Pick<
  ExportPipeline<never>,
  'facts' | 'queuedBytes' | 'queuedItems' | 'maxQueueItems' | 'switch' | 'tally' | 'test'
>;

/** Every export pipeline of this process: spans first, then metrics, then log records. */
export class Exports implements ExportControl {
  readonly pipelines: readonly AnyPipeline[];

  constructor(pipelines: readonly AnyPipeline[]) {
    this.pipelines = pipelines;
  }

  get queuedBytes(): number {
    return this.pipelines.reduce((sum, { queuedBytes }) => sum + queuedBytes, 0);
  }

  facts(): readonly ExportFacts[] {
    return this.pipelines.map((pipeline) => pipeline.facts());
  }

  /** Switches those to receivers; what stays in this process is not concerned. */
  switch(isOn: boolean): void {
    for (const pipeline of this.#remote()) pipeline.switch(isOn);
  }

  /** Sends one item to each receiver. */
  test(): Promise<readonly ExportTest[]> {
    return Promise.all(this.#remote().map((pipeline) => pipeline.test()));
  }

  #remote(): readonly AnyPipeline[] {
    return this.pipelines.filter((pipeline) => pipeline.facts().isRemote);
  }
}
