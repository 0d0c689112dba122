import type { CountsArchive, RollUp } from './counts-archive.ts';
import { Gaps } from './gaps.ts';
import type { Slot } from './slot.ts';
import { FIRST_KEPT_TIER, TIERS } from './tiers.ts';

/** Buckets queued for the disk, a few MB; beyond it the oldest are not written. */
const MAX_WAITING = 20_000;

/** Counts queued for the disk, and read back from it. */
export interface RollUpSource {
  /** Prefix of every owner name of this process. */
  readonly processId: string;
  /** Current owner. */
  readonly owner: string;
  /** About `max` unwritten buckets, oldest first; the same ones until `wrote`. */
  peek(max: number): readonly RollUp[];
  /** Marks the first `count` of the last `peek` as written. */
  wrote(count: number): void;
  /** All counts before this are on disk; undefined while some are queued. */
  completeMillis(): number | undefined;
  /** Closes every bucket early, so that all can be written before a stop. */
  closeAll(): void;
  /** Reads back the counts of earlier processes, and from now on whatever memory has dropped. Call it before traffic. */
  restore(archive: CountsArchive): void;
}

interface Waiting {
  readonly tier: number;
  readonly slot: Slot;
  /** Its series that are to be written. */
  readonly series: Uint32Array;
  /** True if it was written before and its kept counts changed. */
  readonly isRewrite: boolean;
}

/** Closed buckets queued for the disk; empty until it is opened. */
export class RollUpQueue {
  readonly processId: string;
  readonly #keyOf: (series: number) => string;
  readonly #lost: readonly Gaps[] = TIERS.map(() => new Gaps());
  #run = 0;
  #queue: Waiting[] | undefined;
  /** Number of series of the first one already written. */
  #written = 0;
  #size = 0;

  constructor(processId: string, keyOf: (series: number) => string) {
    this.processId = processId;
    this.#keyOf = keyOf;
  }

  /** This process under the current run of its clock. */
  get owner(): string {
    return `${this.processId}.${this.#run}`;
  }
  get isEmpty(): boolean {
    return this.#size === 0;
  }

  nextOwner(): void {
    this.#run++;
  }

  /** Returns true on the first call. */
  open(): boolean {
    if (this.#queue !== undefined) return false;
    this.#queue = [];
    return true;
  }

  /** Ranges of a tier that were dropped because the disk did not keep up. */
  lost(tier: number): Gaps {
    return this.#lost[tier]!;
  }

  /** @param changed A single series to rewrite; default: all of the slot. */
  add(tier: number, slot: Slot, changed?: number): void {
    if (this.#queue === undefined || tier < FIRST_KEPT_TIER) return;
    const series = changed === undefined ? slot.series() : Uint32Array.of(changed);
    this.#queue.push({ tier, slot, series, isRewrite: changed !== undefined });
    this.#size += series.length;
    while (this.#size > MAX_WAITING) this.#loseFirst(this.#queue);
  }

  peek(max: number): readonly RollUp[] {
    const found: RollUp[] = [];
    for (const rollUp of this.#waiting(false)) {
      if (found.length >= max) break;
      found.push(rollUp);
    }
    return found;
  }

  wrote(count: number): void {
    this.#size -= count;
    this.#written += count;
    const queue = this.#queue!;
    let done = 0;
    while (done < queue.length && this.#written >= queue[done]!.series.length)
      this.#written -= queue[done++]!.series.length;
    queue.splice(0, done);
  }

  /** What no file holds yet, oldest first. */
  unwritten(): Iterable<RollUp> {
    return this.#waiting(true);
  }

  *#waiting(isNewOnly: boolean): Iterable<RollUp> {
    let at = this.#written;
    for (const { tier, slot, series, isRewrite } of this.#queue ?? []) {
      const end = isNewOnly && isRewrite ? 0 : series.length;
      for (; at < end; at++) {
        const number = series[at]!;
        yield {
          tier,
          startMillis: slot.startMillis,
          endMillis: slot.endMillis,
          owner: slot.owner,
          series: this.#keyOf(number),
          body: slot.packed(number)!,
        };
      }
      at = 0;
    }
  }

  /** A dropped rewrite loses its new kept counts, but no count. */
  #loseFirst(queue: Waiting[]): void {
    const { tier, slot, series, isRewrite } = queue.shift()!;
    this.#size -= series.length - this.#written;
    this.#written = 0;
    if (!isRewrite) this.#lost[tier]!.add({ fromMillis: slot.startMillis, toMillis: slot.endMillis });
  }
}
