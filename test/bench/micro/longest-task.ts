import Database from 'better-sqlite3';
import { SLICE } from '../../../otel/store/slice-bounds.ts';
import type { Figure } from './figure.ts';
import { createPipeline, DEFERRED_SPANS, openHistory } from './pipeline.ts';
import { play, postPage } from './traces.ts';

const PAGES_PER_BATCH = 51;
/** How long the event loop is held by what telemetry does beside requests, at the 99th percentile. */
export async function measureLongestTask(rounds: number): Promise<readonly Figure[]> {
  const pipeline = createPipeline(1);
  const { processor, ring, guard } = pipeline;
  const history = openHistory(Database, pipeline);
  const batches: number[] = [];
  const slices: number[] = [];
  try {
    for (let round = 0; round < rounds; round++) {
      const pages = Array.from({ length: PAGES_PER_BATCH }, postPage);
      for (const page of pages) play(processor, page);
      batches.push(millisOf(() => processor.settle()));
      ring.takeChanged(PAGES_PER_BATCH - SLICE.maxTraces, Infinity);
      slices.push(millisOf(() => history.flush()));
    }
  } finally {
    await processor.shutdown();
    history.close();
  }
  if (guard.faults().length > 0)
    throw new Error(`the bench broke telemetry: ${guard.faults()[0]!.lastMessage}`);
  return [
    { what: `a batch of ${DEFERRED_SPANS} ended spans, p99`, value: p99(batches), unit: 'ms', target: 3 },
    { what: 'a slice of the history file, p99', value: p99(slices), unit: 'ms', target: 3 },
  ];
}

function millisOf(work: () => void): number {
  const before = performance.now();
  work();
  return performance.now() - before;
}

function p99(values: readonly number[]): number {
  // The first fifth runs cold.
  const sorted = values.slice(Math.ceil(values.length / 5)).sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length * 0.99)] ?? NaN;
}
