/** What telemetry has taken since the start, CPU nanoseconds. */
export interface CostTotals {
  /** Spans, contexts and response watches are made in the course of what they are of. */
  readonly makingNanos: number;
  /** What ended is counted, decided and stored. */
  readonly handlingNanos: number;
  /** What timers do, waking and garbage included: writing the history file, samples of the process, collecting instruments. */
  readonly backgroundNanos: number;
  /** What making and handling do not see of themselves. */
  readonly unseenNanos: number;
  /** Operations that were handled. */
  readonly operations: number;
}

export interface CostShares {
  /** Making and handling of one operation, and what comes with it unseen, CPU time. */
  readonly nanosPerSpan: number;
  /** Share of the process's CPU time since start, 0–1: the sum of `shares`. Pages that show telemetry are not in it. */
  readonly cpuShare: number;
  /** Share of one core since the process started, 0–1. */
  readonly coreShare: number;
  /**
   * Of it: spans and contexts made in the course of requests; what ended counted, decided and stored; what timers do, as writing
   * the history file; and what the first two do not see of themselves (garbage, compiling, caches), by a factor that the bench measured.
   */
  readonly shares: Readonly<Record<'making' | 'handling' | 'background' | 'unseen', number>>;
}

/** A piece that took so many times as long as most of them was interrupted: the machine did something else meanwhile. */
const INTERRUPTED = 8;
/** The same for a batch: hundreds together take much the same time each. */
const INTERRUPTED_BATCH = 2.5;
const RECENT = 64;

/**
 * All that an operation costs, over what the pieces see of it: its garbage and its compiling, which other threads share, the context that
 * every promise carries, the caches that it empties. By spans of the kit and of the SDK, as `npm run bench` measures it ("own account /
 * measured") over loads of which one has twice the caches' misses of the other.
 */
export const ALL_OVER_SEEN = { own: 2.7, stock: 5.2 } as const;
/** The same of what timers do, which is measured whole: its garbage, and the caches that it empties. */
const ALL_OVER_BACKGROUND = 2;
/** To be woken by a timer from a sleep, as what it runs finds cold caches. */
const WAKE_NANOS = 40_000;

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
  readonly #allOverSeen: number;
  #operations = 0;
  #wakes = 0;
  #backgroundNanos = 0;

  constructor(spans: keyof typeof ALL_OVER_SEEN = 'own') {
    this.#allOverSeen = ALL_OVER_SEEN[spans];
  }

  /** A batch of begun and ended spans was handled, `operations` of them ended. */
  handled(nanos: number, spans: number, operations: number): void {
    this.#handling.addAll(nanos, spans);
    this.#operations += operations;
  }

  /** Runs what a timer does, which may wait for the disk: by the CPU time of this thread, where Node tells it. */
  background<T>(work: () => T): T {
    const before = threadNanos();
    try {
      return work();
    } finally {
      this.#woken(before);
    }
  }

  /** The same for work that goes on in the microtasks of its turn. */
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

  /** `wakes`: of timers that run nothing of ours. */
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

/** As shares of the CPU time of the whole process, and of one core since it started. */
export function ownCostOf(
  { makingNanos, handlingNanos, backgroundNanos, unseenNanos, operations }: CostTotals,
  { user, system } = process.cpuUsage(),
  uptimeSeconds = process.uptime(),
): CostShares {
  const allNanos = makingNanos + handlingNanos + backgroundNanos + unseenNanos;
  const share = (nanos: number): number => nanos / Math.max(1, (user + system) * 1000);
  return {
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

/** Node 22 does not tell the CPU time of a thread. */
function threadNanos(): number {
  if (process.threadCpuUsage === undefined) return performance.now() * 1e6;
  const { user, system } = process.threadCpuUsage();
  return (user + system) * 1000;
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1] ?? Infinity;
}
