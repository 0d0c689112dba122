import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type DatabaseConstructor from 'better-sqlite3';
import { RedAggregator } from '../../../otel/aggregate/red-aggregator.ts';
import { systemClock } from '../../../otel/base/clock.ts';
import { Guard } from '../../../otel/base/guard.ts';
import { createSamplingProcessor } from '../../../otel/sampler.ts';
import { History } from '../../../otel/store/history.ts';
import { InProcessSpanExporter } from '../../../otel/store/in-process-span-exporter.ts';
import { TraceRing } from '../../../otel/store/trace-ring.ts';

const DEFAULT_MAX_BYTES = 16 * 1024 * 1024;
/** As in the blog: who measures has to settle within the time that is measured. */
export const DEFERRED_SPANS = 256;

export type Pipeline = ReturnType<typeof createPipeline>;

/** The processor with all that stands behind it in the blog, history aside, at one rate for all. */
export function createPipeline(
  rate: number,
  { maxTraces = 1000, maxBytes = DEFAULT_MAX_BYTES, deferredSpans = DEFERRED_SPANS } = {},
) {
  const clock = systemClock;
  const rates = { http: rate, database: rate, render: rate, other: rate };
  const guard = new Guard();
  const ring = new TraceRing({ maxTraces, maxBytes, now: clock.now });
  const aggregates = new RedAggregator({ clock, rates: () => rates });
  const processor = createSamplingProcessor({
    aggregates,
    guard,
    clock,
    rates,
    deferredSpans,
    sinks: [new InProcessSpanExporter({ ring, guard })],
  });
  return { processor, ring, guard, aggregates };
}

/** A history file of its own behind a pipeline; it goes with the process. */
export function openHistory(
  Database: typeof DatabaseConstructor,
  { ring, aggregates, guard }: Omit<Pipeline, 'processor'>,
): History {
  const folder = mkdtempSync(join(tmpdir(), 'glasshouse-bench-'));
  process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
  const history = new History({
    Database,
    path: join(folder, 'history.sqlite'),
    days: 30,
    ring,
    rollUps: aggregates.rollUps(),
    guard,
    clock: systemClock,
    log: () => {},
  });
  history.start();
  return history;
}
