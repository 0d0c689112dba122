import type { CountsArchive, RollUp } from './counts-archive.ts';
import { Gaps } from './gaps.ts';
import type { Slot } from './slot.ts';
import { FIRST_KEPT_TIER, TIERS } from './tiers.ts';

/** Buckets that may wait for the disk, a few MB; beyond them the oldest are lost to it. */
const MAX_WAITING = 20_000;

/** Counts on their way to the disk and back. */
export interface RollUpSource {
  /** Begins the name of every owner of this process. */
  readonly processId: string;
  /** Under which it counts now. */
  readonly owner: string;
  /** At most some `max` buckets that were not written yet, the oldest first; the same ones until `wrote`. */
  peek(max: number): readonly RollUp[];
  /** So many of those that were last peeked are on disk. */
  wrote(count: number): void;
  /** Everything counted before is on disk; undefined while some of it waits. */
  completeMillis(): number | undefined;
  /** Closes every bucket although its time is not over, so that all can be written: for a stop. */
  closeAll(): void;
  /** Takes back what earlier processes counted, and reads there from now on what memory lets go. Call it before traffic. */
  restore(archive: CountsArchive): void;
}

interface Waiting {
  readonly tier: number;
  readonly slot: Slot;
  /** Series of it that are to be written. */
  readonly series: Uint32Array;
  /** It was written before; more of it has turned out to be kept. */
  readonly isRewrite: boolean;
}

/** Closed buckets on their way to the disk; nothing is queued before it is opened. */
export class RollUpQueue {
  readonly processId: string;
  readonly #keyOf: (series: number) => string;
  readonly #lost: readonly Gaps[] = TIERS.map(() => new Gaps());
  #run = 0;
  #queue: Waiting[] | undefined;
  /** How many series of the first one are written. */
  #written = 0;
  #size = 0;

  constructor(processId: string, keyOf: (series: number) => string) {
    this.processId = processId;
    this.#keyOf = keyOf;
  }

  /** Who counts now: this process, under this run of its clock. */
  get owner(): string {
    return `${this.processId}.${this.#run}`;
  }
  get isEmpty(): boolean {
    return this.#size === 0;
  }

  nextOwner(): void {
    this.#run++;
  }

  /** Returns true the first time. */
  open(): boolean {
    if (this.#queue !== undefined) return false;
    this.#queue = [];
    return true;
  }

  /** Times of a tier that are lost to the disk, which did not keep up. */
  lost(tier: number): Gaps {
    return this.#lost[tier]!;
  }

  /** @param changed The one series to be written again; default: all of the slot. */
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

  /** A slot that was written again lacks what it had kept meanwhile, and no count. */
  #loseFirst(queue: Waiting[]): void {
    const { tier, slot, series, isRewrite } = queue.shift()!;
    this.#size -= series.length - this.#written;
    this.#written = 0;
    if (!isRewrite) this.#lost[tier]!.add({ fromMillis: slot.startMillis, toMillis: slot.endMillis });
  }
}
