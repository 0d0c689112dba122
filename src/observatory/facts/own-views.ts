const STEP_MILLIS = 10_000;

/** The CPU time that reading and drawing telemetry pages took, live updates included: the cost of telemetry leaves it out. */
export class OwnViews {
  #nanos = 0;
  #shown = { atMillis: -Infinity, nanos: 0 };

  /** In steps of ten seconds: a page that shows it would else be another one whenever it is drawn. */
  nanosAt(nowMillis: number): number {
    if (Math.abs(nowMillis - this.#shown.atMillis) >= STEP_MILLIS)
      this.#shown = { atMillis: nowMillis, nanos: this.#nanos };
    return this.#shown.nanos;
  }

  /** Runs synchronous work for a page; a piece within another one counts once. */
  run<T>(work: () => T): T {
    const before = threadNanos();
    const known = this.#nanos;
    try {
      return work();
    } finally {
      this.#nanos = known + (threadNanos() - before);
    }
  }
}

/** CPU time of this thread; Node 22 does not report it. */
function threadNanos(): number {
  if (process.threadCpuUsage === undefined) return performance.now() * 1e6;
  const { user, system } = process.threadCpuUsage();
  return (user + system) * 1000;
}

/** Where the cost of telemetry and of its pages is broken down. */
export const COST_ID = 'cost';

/** Of one core since the start, 0–1. */
export function ownViewShare(nanos: number, uptimeSeconds: number): number {
  return nanos / 1e9 / Math.max(1, uptimeSeconds);
}
