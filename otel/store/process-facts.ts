import { availableParallelism, loadavg, totalmem } from 'node:os';
import { getHeapStatistics } from 'node:v8';
import type { ProcessFacts, RuntimeSample, TimeRange } from '../query.ts';

/** Set at the start of the process, for good. */
const HEAP_LIMIT_BYTES = getHeapStatistics().heap_size_limit;

/** The process as it is sampled elsewhere. */
export interface RuntimeReader {
  /** Taken at the time of the question. */
  current(): RuntimeSample;
  /** The regular samples in the range, oldest first. */
  samples(range: TimeRange): readonly RuntimeSample[];
  readonly highWaterRssBytes: number;
}

/** `now` in epoch milliseconds. True with telemetry off as well. */
export function processFacts(runtime: RuntimeReader, now: number): ProcessFacts {
  const uptimeSeconds = process.uptime();
  const current = runtime.current();
  return {
    pid: process.pid,
    nodeVersion: process.version,
    startedAtMillis: Math.round(now - uptimeSeconds * 1000),
    uptimeSeconds,
    current,
    highWaterRssBytes: Math.max(runtime.highWaterRssBytes, current.rssBytes),
    heapLimitBytes: HEAP_LIMIT_BYTES,
    handles: handlesByKind(process.getActiveResourcesInfo()),
    machine: machineFacts(),
  };
}

function handlesByKind(kinds: readonly string[]): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const kind of kinds) counts[kind] = (counts[kind] ?? 0) + 1;
  return counts;
}

function machineFacts(): ProcessFacts['machine'] {
  const total = totalmem();
  // 0 without a constraint, and beyond all bounds where a container has none.
  const constrained = process.constrainedMemory();
  return {
    processors: availableParallelism(),
    loadAverage: process.platform === 'win32' ? undefined : loadavg()[0],
    memoryBytes: constrained > 0 && constrained < total ? constrained : total,
    availableMemoryBytes: process.availableMemory(),
  };
}
