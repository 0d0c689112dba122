import type { OwnCost } from '../query.ts';

/** What telemetry has taken since the start, CPU nanoseconds. */
export interface CostTotals {
  /** Spans, contexts and response watches are made in the course of what they are of. */
  readonly makingNanos: number;
  /** What ended is counted, decided and stored. */
  readonly handlingNanos: number;
  /** Writing the history file. */
  readonly backgroundNanos: number;
  /** Operations that were handled. */
  readonly operations: number;
}

/** A piece that took so many times as long as most of them was interrupted: the machine did something else meanwhile. */
const INTERRUPTED = 8;
/** The same for a batch: hundreds together take much the same time each. */
const INTERRUPTED_BATCH = 2.5;
const RECENT = 64;
/**
 * What the pieces do not see, over what they take: their garbage, the context that every promise carries, the caches that they empty. By
 * `npm run bench` ("own account / measured", 150 requests a second; at saturation it was more, within a wide interval).
 */
const UNSEEN = 1.3;

/**
 * What one kind of work takes, from a sample of it. Readings of the CPU's own clock are too coarse for pieces of microseconds (4 ms on most
 * Linux kernels), so a monotonic clock measures them, and what was interrupted counts as the usual: else the same work would cost more
 * on a busy machine.
 */
export class WorkSample {
  readonly #every: number;
  readonly #interrupted: number;
  readonly #recent: number[] = [];
  #seen = 0;
  #pieces = 0;
  #sampled = 0;
  #sampledNanos = 0;
  #usual = Infinity;

  /** @param every One in so many is measured; a power of two. */
  constructor(every: number, interrupted = INTERRUPTED) {
    this.#every = every;
    this.#interrupted = interrupted;
  }

  /** When a piece began, for `end`; 0 when it is not in the sample. */
  begin(): number {
    return (++this.#seen & (this.#every - 1)) === 0 ? performance.now() : 0;
  }

  /** `otherNanos`: what of it was not telemetry's work. */
  end(sinceMillis: number, otherNanos = 0): void {
    this.add((performance.now() - sinceMillis) * 1e6 - otherNanos, 1);
  }

  /** Counts a piece that was not begun: `count` things in it, all of them seen. */
  addAll(nanos: number, count: number): void {
    this.#seen += count;
    this.add(nanos, count);
  }

  add(nanos: number, count: number): void {
    const each = Math.max(0, nanos / count);
    this.#recent[this.#pieces % RECENT] = each;
    // The first ones run cold, and nothing is known of what is usual.
    const known = each > this.#usual * this.#interrupted ? this.#usual : each;
    this.#sampledNanos += known * count;
    this.#sampled += count;
    if (++this.#pieces % (RECENT / 4) === 0) this.#usual = median(this.#recent);
  }

  get totalNanos(): number {
    if (this.#pieces === 0) return 0;
    // Of a few, which ran cold, the middle says more than the mean.
    const each = this.#pieces < RECENT ? median(this.#recent) : this.#sampledNanos / this.#sampled;
    return each * this.#seen;
  }

  get seen(): number {
    return this.#seen;
  }
}

/** What watching costs, by kind of work; one for a Telemetry. Requests answered by the observatory itself are not in it. */
export class CostMeter {
  readonly requestStart = new WorkSample(16);
  readonly requestEnd = new WorkSample(16);
  readonly statement = new WorkSample(32);
  readonly render = new WorkSample(16);
  readonly #handling = new WorkSample(1, INTERRUPTED_BATCH);
  #operations = 0;
  #backgroundNanos = 0;

  /** A batch of begun and ended spans was handled, `operations` of them ended. */
  handled(nanos: number, spans: number, operations: number): void {
    this.#handling.addAll(nanos, spans);
    this.#operations += operations;
  }

  /** Runs what takes a millisecond and may wait for the disk: by the CPU time of this thread, where Node tells it. */
  background<T>(work: () => T): T {
    const before = threadNanos();
    try {
      return work();
    } finally {
      this.#backgroundNanos += threadNanos() - before;
    }
  }

  totals(): CostTotals {
    const pieces = [this.requestStart, this.requestEnd, this.statement, this.render];
    return {
      makingNanos: UNSEEN * pieces.reduce((sum, piece) => sum + piece.totalNanos, 0),
      handlingNanos: UNSEEN * this.#handling.totalNanos,
      backgroundNanos: this.#backgroundNanos,
      operations: this.#operations,
    };
  }
}

/** As shares of the CPU time of the whole process. */
export function ownCostOf(
  { makingNanos, handlingNanos, backgroundNanos, operations }: CostTotals,
  { user, system } = process.cpuUsage(),
): Pick<OwnCost, 'nanosPerSpan' | 'cpuShare' | 'shares'> {
  const share = (nanos: number): number => nanos / Math.max(1, (user + system) * 1000);
  return {
    nanosPerSpan: (makingNanos + handlingNanos) / Math.max(1, operations),
    cpuShare: share(makingNanos + handlingNanos + backgroundNanos),
    shares: {
      making: share(makingNanos),
      handling: share(handlingNanos),
      background: share(backgroundNanos),
    },
  };
}

/** Node 22 does not tell the CPU time of a thread. */
function threadNanos(): number {
  if (process.threadCpuUsage === undefined) return performance.now() * 1e6;
  const { user, system } = process.threadCpuUsage();
  return (user + system) * 1000;
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1] ?? Infinity;
}
