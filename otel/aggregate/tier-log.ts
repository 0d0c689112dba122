import type { TimeRange } from '../query.ts';
import { Gaps } from './gaps.ts';
import type { Slot } from './slot.ts';
import { alignDown, type Tier } from './tiers.ts';

/**
 * The closed slots of one tier in memory, by start, bounded in bytes and age. Whatever is dropped is recorded as a gap, so that missing counts are
 * never read as zero. The slot closed first is dropped first: after a clock step back, that is not the earliest.
 */
export class TierLog {
  readonly #tier: Tier;
  /** By start; of equal starts in order of closing. */
  readonly #slots: Slot[] = [];
  /** Order of closing, parallel to `#slots`. */
  readonly #turns: number[] = [];
  #turn = 0;
  #bytes = 0;
  #takenBeforeMillis: number | undefined;
  /** Ranges that memory does not hold, or no longer holds. */
  readonly gaps = new Gaps();

  constructor(tier: Tier) {
    this.#tier = tier;
  }

  get bytes(): number {
    return this.#bytes;
  }
  /** Slots before this were dropped at the byte bound; undefined if none were. */
  get takenBeforeMillis(): number | undefined {
    return this.#takenBeforeMillis;
  }

  add(slot: Slot): void {
    let at = this.#slots.length;
    while (at > 0 && this.#slots[at - 1]!.startMillis > slot.startMillis) at--;
    if (at === this.#slots.length) {
      this.#slots.push(slot);
      this.#turns.push(this.#turn++);
    } else {
      this.#slots.splice(at, 0, slot);
      this.#turns.splice(at, 0, this.#turn++);
    }
    this.#bytes += slot.bytes;
    while (this.#bytes > this.#tier.maxBytes && this.#slots.length > 0) {
      const gone = this.#remove(this.#firstClosed());
      this.#takenBeforeMillis = Math.max(gone.endMillis, this.#takenBeforeMillis ?? -Infinity);
    }
  }

  /** Removes what others counted at one time, so that it can be replaced. */
  forget(startMillis: number, owner: string): void {
    for (let at = this.#firstFrom(startMillis); this.#slots[at]?.startMillis === startMillis; at++) {
      if (this.#slots[at]!.owner !== owner) continue;
      this.#bytes -= this.#slots[at]!.bytes;
      this.#slots.splice(at, 1);
      this.#turns.splice(at, 1);
      return;
    }
  }

  /**
   * Drops what is older than the tier keeps. If other processes count as well (`hasOthers`), that time is a gap even where no slot was: the file
   * may have dropped their counts before this process read them.
   */
  expire(nowMillis: number, hasOthers = false): void {
    const oldest = nowMillis - this.#tier.retentionMillis - this.#tier.widthMillis;
    while (this.#slots.length > 0 && this.#slots[0]!.endMillis < oldest) this.#remove(0);
    if (hasOthers) this.gaps.addBefore(alignDown(oldest, this.#tier.widthMillis));
  }

  /** Slots that begin in the range, by start. */
  *within({ fromMillis, toMillis }: TimeRange): Iterable<Slot> {
    for (let at = this.#firstFrom(fromMillis); at < this.#slots.length; at++) {
      const slot = this.#slots[at]!;
      if (slot.startMillis >= toMillis) return;
      yield slot;
    }
  }

  /** The last closed slot with this start that matches. */
  find(startMillis: number, isWanted: (slot: Slot) => boolean): Slot | undefined {
    let found: Slot | undefined;
    for (let at = this.#firstFrom(startMillis); this.#slots[at]?.startMillis === startMillis; at++)
      if (isWanted(this.#slots[at]!)) found = this.#slots[at];
    return found;
  }

  #remove(at: number): Slot {
    const slot = this.#slots[at]!;
    this.#slots.splice(at, 1);
    this.#turns.splice(at, 1);
    this.#bytes -= slot.bytes;
    if (at === 0) this.gaps.addBefore(slot.endMillis);
    else this.gaps.add({ fromMillis: slot.startMillis, toMillis: slot.endMillis });
    return slot;
  }

  /** Nearly always the earliest. */
  #firstClosed(): number {
    let first = 0;
    for (let at = 1; at < this.#turns.length; at++) if (this.#turns[at]! < this.#turns[first]!) first = at;
    return first;
  }

  #firstFrom(startMillis: number): number {
    let low = 0;
    let high = this.#slots.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#slots[middle]!.startMillis < startMillis) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
