import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { RedAggregator } from '../../../otel/aggregate/red-aggregator.ts';
import { systemClock } from '../../../otel/base/clock.ts';
import { Guard } from '../../../otel/base/guard.ts';
import { createSamplingProcessor } from '../../../otel/sampling/create-sampling-processor.ts';
import { History } from '../../../otel/store/history.ts';
import { InProcessSpanExporter } from '../../../otel/store/in-process-span-exporter.ts';
import { TraceRing } from '../../../otel/store/trace-ring.ts';
import type { Figure } from './figure.ts';
import { play, postPage } from './traces.ts';

/** As in production: what waits is handled when it comes to this many, or four times as many when the event loop was held. */
const DEFERRED_SPANS = 256;
const PAGES_PER_BATCH = 51;
/** A slice of the history file. */
const TRACES_PER_SLICE = 16;

/** How long the event loop is held by what telemetry does beside requests, at the 99th percentile. */
export async function measureLongestTask(rounds: number): Promise<readonly Figure[]> {
  const folder = mkdtempSync(join(tmpdir(), 'glasshouse-bench-'));
  const clock = systemClock;
  const guard = new Guard();
  const rates = { http: 1, database: 1, render: 1, other: 1 };
  const ring = new TraceRing({ maxTraces: 1000, maxBytes: 16 * 1024 * 1024, now: clock.now });
  const aggregates = new RedAggregator({ clock, rates: () => rates });
  const processor = createSamplingProcessor({
    aggregates,
    guard,
    clock,
    sinks: [new InProcessSpanExporter({ ring, guard })],
    deferredSpans: DEFERRED_SPANS,
  });
  const history = new History({
    Database,
    path: join(folder, 'history.sqlite'),
    days: 30,
    ring,
    rollUps: aggregates.rollUps(),
    guard,
    clock,
    log: () => {},
  });
  history.start();
  const batches: number[] = [];
  const slices: number[] = [];
  try {
    for (let round = 0; round < rounds; round++) {
      const pages = Array.from({ length: PAGES_PER_BATCH }, postPage);
      for (const page of pages) play(processor, page);
      batches.push(millisOf(() => processor.settle()));
      ring.takeChanged(PAGES_PER_BATCH - TRACES_PER_SLICE, Infinity);
      slices.push(millisOf(() => history.flush()));
    }
  } finally {
    await processor.shutdown();
    history.close();
    rmSync(folder, { recursive: true, force: true });
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
