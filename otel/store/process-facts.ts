import type { ProcessFacts, RuntimeSample, TimeRange } from '../query.ts';

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
  };
}
