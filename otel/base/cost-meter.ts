/** What telemetry has used since start, in CPU nanoseconds. */
export interface CostTotals {
  /** Creating spans, contexts and response watches, in the course of the work they measure. */
  readonly makingNanos: number;
  /** Counting, deciding and storing what ended. */
  readonly handlingNanos: number;
  /** Timers, waking and garbage included: writing the history file, sampling the process, collecting instruments. */
  readonly backgroundNanos: number;
  /** Costs that making and handling do not measure themselves. */
  readonly unseenNanos: number;
  /** Operations handled. */
  readonly operations: number;
}

export interface CostShares {
  /** True while compilation and the start itself outweigh what is measured: two minutes, and until 200 operations. */
  readonly isEarly: boolean;
  /** CPU time per operation: making, handling and their unseen costs. */
  readonly nanosPerSpan: number;
  /** Share of the process's CPU time since start, 0–1: the sum of `shares`. Pages that show telemetry are excluded. */
  readonly cpuShare: number;
  /** Share of one core since the process started, 0–1. */
  readonly coreShare: number;
  /**
   * Making: creating spans and contexts during requests. Handling: counting, deciding and storing what ended. Background: timers, such as writing
   * the history file. Unseen: what making and handling do not measure themselves (garbage, compilation, caches), by a factor that the bench
   * measured.
   */
  readonly shares: Readonly<Record<'making' | 'handling' | 'background' | 'unseen', number>>;
}

/** A piece that takes this many times the usual was interrupted: the machine did something else meanwhile. */
const INTERRUPTED = 8;
/** The same for a batch: a batch of hundreds varies less. */
const INTERRUPTED_BATCH = 2.5;
const RECENT = 64;

/**
 * Full cost of an operation over its measured pieces: the difference is garbage collection and compilation, which other threads share, the context
 * that every promise carries, and evicted caches. For spans of the kit and of the SDK, as `npm run bench` measures it ("own account / measured")
 * under loads of which one has twice the cache misses of the other.
 */
export const ALL_OVER_SEEN = { own: 2.7, stock: 5.2 } as const;
/** The same for timers, which are measured whole: the difference is garbage collection and evicted caches. */
const ALL_OVER_BACKGROUND = 2;
/** Cost of waking from sleep for a timer, whose work then finds cold caches. */
const WAKE_NANOS = 40_000;

/**
 * Estimates the time of one kind of work from a sample. The CPU clock is too coarse for pieces of microseconds (4 ms on most Linux kernels), so a
 * monotonic clock measures them, and an interrupted piece counts as a usual one; otherwise the same work would cost more on a busy machine.
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

  /** @param every Measures one piece in this many; a power of two. */
  constructor(every: number, interrupted = INTERRUPTED) {
    this.#every = every;
    this.#interrupted = interrupted;
  }

  /** Returns the start time to pass to `end`, or 0 if this piece is not in the sample. */
  begin(): number {
    return (++this.#seen & (this.#every - 1)) === 0 ? performance.now() : 0;
  }

  /** @param otherNanos The part of it that was not telemetry's work. */
  end(sinceMillis: number, otherNanos = 0): void {
    this.add((performance.now() - sinceMillis) * 1e6 - otherNanos, 1);
  }

  /** Adds a piece that `begin` did not start: `count` things, all of them measured. */
  addAll(nanos: number, count: number): void {
    this.#seen += count;
    this.add(nanos, count);
  }

  add(nanos: number, count: number): void {
    const each = Math.max(0, nanos / count);
    this.#recent[this.#pieces % RECENT] = each;
    // The first pieces run cold, and the usual time is not known yet.
    const known = each > this.#usual * this.#interrupted ? this.#usual : each;
    this.#sampledNanos += known * count;
    this.#sampled += count;
    if (++this.#pieces % (RECENT / 4) === 0) this.#usual = median(this.#recent);
  }

  get totalNanos(): number {
    if (this.#pieces === 0) return 0;
    // For a few cold pieces the median says more than the mean.
    const each = this.#pieces < RECENT ? median(this.#recent) : this.#sampledNanos / this.#sampled;
    return each * this.#seen;
  }

  get seen(): number {
    return this.#seen;
  }
}

/** The cost of telemetry by kind of work; one per Telemetry. Requests to the telemetry pages are excluded. */
export class CostMeter {
  readonly requestStart = new WorkSample(16);
  readonly requestEnd = new WorkSample(16);
  readonly statement = new WorkSample(32);
  readonly render = new WorkSample(16);
  readonly #handling = new WorkSample(1, INTERRUPTED_BATCH);
  readonly #allOverSeen: number;
  #operations = 0;
  #wakes = 0;
  #backgroundNanos = 0;

  constructor(spans: keyof typeof ALL_OVER_SEEN = 'own') {
    this.#allOverSeen = ALL_OVER_SEEN[spans];
  }

  /** Records that a batch of started and ended spans was handled, of which `operations` had ended. */
  handled(nanos: number, spans: number, operations: number): void {
    this.#handling.addAll(nanos, spans);
    this.#operations += operations;
  }

  /** Runs the work of a timer, which may wait for the disk: counted in CPU time of this thread where Node reports it. */
  background<T>(work: () => T): T {
    const before = threadNanos();
    try {
      return work();
    } finally {
      this.#woken(before);
    }
  }

  /** The same for work that continues in microtasks of its turn. */
  async backgroundTurn(work: () => Promise<void>): Promise<void> {
    const before = threadNanos();
    try {
      await work();
    } finally {
      this.#woken(before);
    }
  }

  #woken(beforeNanos: number): void {
    this.#wakes++;
    this.#backgroundNanos += threadNanos() - beforeNanos;
  }

  /** @param wakes Wakes by timers that run none of our code. */
  totals(wakes = 0): CostTotals {
    const pieces = [this.requestStart, this.requestEnd, this.statement, this.render];
    const makingNanos = pieces.reduce((sum, piece) => sum + piece.totalNanos, 0);
    const handlingNanos = this.#handling.totalNanos;
    return {
      makingNanos,
      handlingNanos,
      backgroundNanos: ALL_OVER_BACKGROUND * this.#backgroundNanos + WAKE_NANOS * (this.#wakes + wakes),
      unseenNanos: (this.#allOverSeen - 1) * (makingNanos + handlingNanos),
      operations: this.#operations,
    };
  }
}

const EARLY_SECONDS = 120;
const EARLY_OPERATIONS = 200;

/** Shares of the CPU time of the process, and of one core since it started. */
export function ownCostOf(
  { makingNanos, handlingNanos, backgroundNanos, unseenNanos, operations }: CostTotals,
  { user, system } = process.cpuUsage(),
  uptimeSeconds = process.uptime(),
): CostShares {
  const allNanos = makingNanos + handlingNanos + backgroundNanos + unseenNanos;
  const share = (nanos: number): number => nanos / Math.max(1, (user + system) * 1000);
  return {
    isEarly: uptimeSeconds < EARLY_SECONDS || operations < EARLY_OPERATIONS,
    nanosPerSpan: (makingNanos + handlingNanos + unseenNanos) / Math.max(1, operations),
    cpuShare: share(allNanos),
    coreShare: allNanos / (uptimeSeconds * 1e9),
    shares: {
      making: share(makingNanos),
      handling: share(handlingNanos),
      background: share(backgroundNanos),
      unseen: share(unseenNanos),
    },
  };
}

/** Node 22 does not report the CPU time of a thread. */
function threadNanos(): number {
  if (process.threadCpuUsage === undefined) return performance.now() * 1e6;
  const { user, system } = process.threadCpuUsage();
  return (user + system) * 1000;
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1] ?? Infinity;
}
