import { availableParallelism, loadavg, totalmem } from 'node:os';
import { getHeapStatistics } from 'node:v8';
import type { ProcessFacts, RuntimeSample } from '../query.ts';

/** Fixed at the start of the process. */
const HEAP_LIMIT_BYTES = getHeapStatistics().heap_size_limit;

/** The runtime sampler as read here. */
export interface RuntimeReader {
  readonly startedAtMillis: number;
  /** Measured at the time of the call. */
  current(): RuntimeSample;
  readonly problem: string | undefined;
  readonly highWaterRssBytes: number;
  readonly openFilesLimit: number;
}

/** Also valid with telemetry off. Never throws: what the system does not report is NaN. */
export function processFacts(runtime: RuntimeReader): ProcessFacts {
  const current = runtime.current();
  return {
    pid: process.pid,
    nodeVersion: process.version,
    startedAtMillis: runtime.startedAtMillis,
    uptimeSeconds: process.uptime(),
    current,
    problem: runtime.problem,
    highWaterRssBytes: runtime.highWaterRssBytes,
    heapLimitBytes: HEAP_LIMIT_BYTES,
    openFilesLimit: runtime.openFilesLimit,
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
  const total = known(totalmem);
  // 0 without a limit, or an enormous number in an unlimited container.
  const constrained = known(() => process.constrainedMemory());
  return {
    processors: availableParallelism(),
    loadAverage: process.platform === 'win32' ? undefined : known(() => loadavg()[0]),
    memoryBytes: constrained > 0 && constrained < total ? constrained : total,
    availableMemoryBytes: known(() => process.availableMemory()),
  };
}

/** Each of these reads a file and may find no free descriptor. */
function known(read: () => number | undefined): number {
  try {
    return read() ?? NaN;
  } catch {
    return NaN;
  }
}
